"""Phrases are cut as BudouX cuts them, no entry goes over one, and how far a file is from that is what it says."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path

import budoux
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from core.cli.trained import document, sentences
from core.common.errors import UserError
from core.jobs.job import KINDS
from core.tokenizers.vocabulary import bytes_of_alphabet
from core.training import by_ffbpe, distinct, measured, pretokenizers
from core.training import phrases as by_budoux
from core.training.asked import asked_recipe
from core.training.card import card
from core.training.distinct import TextAhead, distinct_bytes
from core.training.export import differs
from core.training.job import KIND, trained_in, training
from core.training.keep import write
from core.training.measured import phrases_first
from core.training.merges import MergeSymbols
from core.training.phrases import phrases
from core.training.pretokenizers import BUDOUX, Cut, Level
from core.training.recipe import Trained
from core.training.train import parts_of, trained
from core.training.trainer import TRAINERS
from core.training.trainers import lz_aware
from core.training.trainers.bpe import ALPHABET
from tests import training as texts
from tests.datafolder import flores, needs_data
from tests.jobs_home import computed

JAPANESE, THAI = "jpn_Jpan", "tha_Thai"
PARSERS = {
    JAPANESE: budoux.load_default_japanese_parser,
    "zho_Hans": budoux.load_default_simplified_chinese_parser,
    "zho_Hant": budoux.load_default_traditional_chinese_parser,
    THAI: budoux.load_default_thai_parser,
}
OTHERS: tuple[str, str, Level] = ("as the pre-tokenizer", "none", "bytes")
OFFER = [key for key, one in TRAINERS.all().items() if BUDOUX in one.cuts]
ODD = "".join(map(chr, (0, 0x1C, 0x200B, 0x200D, 0x3000, 0x3099, 0xFF9E, 0x1F600, 0x20000))) + "aก่ำ今あー。 \n1๑〇"


def ends(parts: list[str]) -> set[int]:
    return set(accumulate(map(len, parts))) - {sum(map(len, parts))}


def of(cut: Cut, text: str) -> Counter[str]:
    return Counter(dict(cut.plain_words((text,))))


@pytest.mark.parametrize(
    "cut",
    [
        "今日は|天気です。",
        "今天|是|晴天。",
        "วัน|นี้|อากาศ|ดี",
        "no spaces: 3.14, naïve, привет, 한국어 문장",
        "\u3000今日は\u3000天気です",  # at spaces only what o200k cuts there
        "ใช้ Python 3 กับ|日本語を|เขียน",
    ],
)
def test_a_text_is_cut_where_phrases_end(cut: str) -> None:
    """The first three are the examples of BudouX's documentation."""
    assert phrases(cut.replace("|", "")) == cut.split("|")


@pytest.mark.parametrize("most", [by_budoux._AT_ONCE, 5])
@pytest.mark.parametrize("code", PARSERS)
def test_a_line_is_cut_as_budoux_cuts_all_of_it(code: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside letters of its script and not at spaces; the same where a line is too long to be read at once."""
    monkeypatch.setattr(by_budoux, "_AT_ONCE", most)
    parser, letter = PARSERS[code](), regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}ー]")
    lines = texts.sentences(code)
    for line in lines:
        theirs = {
            at for at in ends(parser.parse(line))
            if letter.search(line[at - 1 : at + 1]) and not regex.search(r"\s|\p{M}$", line[at - 1 : at + 1])
        }  # fmt: skip
        if by_budoux._language(line) in {"japanese", "traditional" if code == "zho_Hant" else "simplified"}:
            assert ends(phrases(line)) == theirs
    assert phrases("\n".join(lines)) != ["\n".join(lines)]


@given(st.text() | st.text(ODD))
def test_phrases_are_the_text_and_cut_off_no_mark(text: str) -> None:
    found = phrases(text)
    assert "".join(found) == text
    for at in ends(found):
        both = text[at - 1 : at + 1]
        assert regex.search(r"[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{Thai}]", both)
        assert not regex.search(r"\s|[\p{M}ำﾞﾟ]$", both)


@needs_data
@pytest.mark.parametrize("code", ["zho_Hans", "zho_Hant"])
def test_chinese_is_read_by_the_model_of_its_characters(code: str) -> None:
    asked = Counter(map(by_budoux._language, flores()[code]))
    assert asked["simplified" if code == "zho_Hans" else "traditional"] > 0.99 * asked.total()


def test_nothing_of_it_is_read_for_other_scripts() -> None:
    code = (
        f"import sys; from core.training.phrases import phrases; phrases({ODD[-4:]!r}); print('budoux' in sys.modules)"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]


@pytest.mark.parametrize("digits", ["as the pre-tokenizer", "threes from the right"])
def test_words_are_those_that_o200k_cuts_of_each_phrase(digits: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By ffbpe and by tokenizers, after the normaliser, and without what has no entry."""
    cut = Cut(BUDOUX, digits, "nfkc", "bytes")
    text = "ﾃﾞｰﾀは12345円です。 so it goes\n" + "\n".join(texts.sentences(JAPANESE) + texts.sentences(THAI))
    plain, parts = replace(cut, pre="o200k"), phrases(pretokenizers.NORMALISERS["nfkc"].normalize_str(text))
    words = Counter(word for part in parts for word, _ in plain.pre_tokenizer().pre_tokenize_str(part))
    assert cut.words((text,)) == words and of(cut, text) != of(plain, text)
    assert of(cut, text)["データは"] == 1, "known when it is normalised"
    left_out = cut.plain_words((text,), "[円天]")
    pretokenizers._counted.cache_clear()
    monkeypatch.setattr(by_ffbpe, "IS_HERE", False)
    assert cut.words((text,)) == words and cut.plain_words((text,), "[円天]") == left_out
    assert not set("円天") & set("".join(left_out))
    pretokenizers._counted.cache_clear()


@pytest.mark.parametrize("key", OFFER)
def test_no_entry_goes_over_a_phrase_wherever_it_stands(key: str) -> None:
    """Each stands within a phrase of the text; of those without phrases some do not."""
    some = [line for code in PARSERS for line in texts.sentences(code)][:: 1 if key != "optimum" else 24]
    n = {"bytes": 900, "characters": 1_600}[TRAINERS.get(key).level] if key != "optimum" else 330
    longer = {"longest": 9} if key == "kl3m" else {}  # than a character
    asked = texts.task(key, n, ["\n".join(some)] * (2 if key == texts.PARALLEL else 1), longer)
    inside = "\n".join(part for line in some for part in phrases(line)).encode()

    def over(pre: str) -> list[str]:
        made = TRAINERS.get(key).train(replace(asked, options=replace(asked.options, pre=pre)))
        pieces = {one: written(one) for one in made.get_vocab()}
        return [one for one, data in pieces.items() if len(data) > 1 and data.strip() and data not in inside]

    def written(piece: str) -> bytes:
        if TRAINERS.get(key).level == "bytes":
            return bytes_of_alphabet(piece) or b""
        return b"" if piece.startswith("<") else piece.replace("▁", " ").encode()

    assert over(BUDOUX) == []
    assert over("o200k")


def test_a_sample_is_cut_at_phrases_too() -> None:
    """Of which LZ-aware BPE sees how well it compresses."""
    asked = texts.task("lz-aware", 900, ["".join(f"{line}\n" for line in texts.sentences(JAPANESE))])
    for pre in ("o200k", BUDOUX):
        of_it = replace(asked, options=replace(asked.options, pre=pre))
        sample = lz_aware._sample(of_it, MergeSymbols(ALPHABET), 10**6)
        assert sample.begins.sum() == sum(of_it.cut.words(asked.text.chunks).values())


@pytest.mark.parametrize("key", [key for key in TRAINERS.all() if key not in OFFER])
def test_what_goes_over_words_refuses_it(key: str) -> None:
    assert key in {"wordpiece", "superbpe", "boundless", "supertokens"}
    with pytest.raises(UserError, match=rf"There is no pre-tokenizer of {key} 'budoux'\. "):
        asked_recipe(key, 900, ["sample jpn_Jpan"], pre=BUDOUX)


@pytest.fixture(scope="module")
def bpe() -> Trained:
    """As the job makes it."""
    asked = training([asked_recipe("bpe", 500, ["sample tha_Thai", "sample zho_Hant"], pre=BUDOUX, heldout=0.3)])
    [found] = trained_in(computed(KINDS.get(KIND), asked.params, asked.inputs)).made
    return found


def test_how_much_its_file_cuts_otherwise_is_counted(bpe: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the bytes of each token, line by line; of long texts so many characters of each."""
    made, found = Tokenizer.from_str(bpe.data.tobytes().decode()), bpe.phrases
    assert found is not None and not bpe.exact_export and bpe.versions[BUDOUX] == budoux.__version__
    n = n_bytes = n_otherwise = 0
    for part in parts_of(bpe.recipe):
        for line in part.held_out:
            file, first = spans(made, [line]), spans(made, phrases(line))
            n, n_bytes = n + len(first), n_bytes + len(line.encode())
            n_otherwise += len(set(first) - set(file))
    assert n_otherwise and (found.n_bytes, found.bytes_per_token, found.otherwise) == (
        n_bytes, n_bytes / n, n_otherwise / n
    )  # fmt: skip
    assert bpe.whole.n_measured_bytes == n_bytes and bpe.whole.bytes_per_token != found.bytes_per_token
    monkeypatch.setattr(measured, "_MOST_PHRASES", 20)
    beginnings = ["".join(part.held_out)[:10] for part in parts_of(bpe.recipe)]
    assert phrases_first(made, Cut(BUDOUX, *OTHERS), parts_of(bpe.recipe)).n_bytes == len("".join(beginnings).encode())


def spans(made: Tokenizer, stretches: list[str]) -> list[tuple[int, int]]:
    """Of tokens, in bytes; a token that stands for bytes has as many as it has characters."""
    tokens = [token for part in stretches for token in made.encode(part, add_special_tokens=False).tokens]
    found = list(accumulate(map(len, tokens), initial=0))
    return list(pairwise(found))


def test_it_is_said_wherever_a_file_is_said_to_be_exact(bpe: Trained) -> None:
    assert bpe.phrases is not None
    said = differs(bpe)
    assert f"{bpe.phrases.otherwise:.1%} of the tokens" in said and f"{bpe.phrases.bytes_per_token:.3f}" in said
    assert f"| tokenizer.json | {said} |" in card(bpe, "mine")
    assert any(
        line.endswith(f"lines of all scripts as it does; {said}.") for line in sentences(bpe, "trained:a", "", [])
    )
    found = document(bpe, "trained:a", "")
    assert (found["exact_export"], found["differs"]) == (False, said)
    assert found["phrases"] == {
        "measured_bytes": bpe.phrases.n_bytes,
        "bytes_per_token": bpe.phrases.bytes_per_token,
        "cut_otherwise": bpe.phrases.otherwise,
    }
    assert differs(replace(bpe, phrases=None)) == ""
    picky = replace(bpe, recipe=replace(bpe.recipe, trainer="picky"))
    assert differs(picky) == f"{TRAINERS.get('picky').differs}; {said}"


def test_its_folder_loads_and_cuts_as_o200k_does(bpe: Trained, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    write(bpe, tmp_path / "out", "out")
    loaded, line = AutoTokenizer.from_pretrained(tmp_path / "out"), texts.sentences(THAI)[3]
    made = Tokenizer.from_str(bpe.data.tobytes().decode())
    assert loaded(line, add_special_tokens=False)["input_ids"] == made.encode(line).ids
    assert Cut("o200k", "as the pre-tokenizer", "none", "bytes").pre_tokenizer().pre_tokenize_str(line) == (
        made.pre_tokenizer.pre_tokenize_str(line)
    )


def test_without_such_scripts_nothing_differs_and_nothing_is_lost() -> None:
    some = ["sample eng_Latn", "sample rus_Cyrl"]
    plain, found = (trained(asked_recipe("bpe", 500, some, pre=pre)) for pre in ("o200k", BUDOUX))
    assert found.phrases is not None and found.phrases.otherwise == 0.0 and found.content == plain.content
    assert found.phrases.bytes_per_token == pytest.approx(found.whole.bytes_per_token)
    nothing = phrases_first(Tokenizer.from_str(plain.data.tobytes().decode()), Cut(BUDOUX, *OTHERS), [])
    assert nothing.bytes_per_token != nothing.bytes_per_token


def test_less_of_a_text_is_looked_at_where_phrases_are_found() -> None:
    data, read = (texts.prose(100_000) + "\n").encode() * 60, list[int]()

    def reading(start: int, end: int) -> bytes:
        read.append(end - start)
        return data[start:end]

    seen = []
    for pre in ("o200k", BUDOUX):
        read.clear()
        distinct_bytes((TextAhead(pre, len(data), reading),), Cut(pre, *OTHERS))
        seen.append(sum(read))
    assert seen == pytest.approx([distinct._MOST, distinct._MOST_PHRASES], rel=0.01) and seen[0] == 2 * seen[1]
