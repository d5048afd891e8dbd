"""Each engine that may count: what it is not asked, and that its counts are the reference's."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counting import end_to_end
from core.counting.alphabet import kinds
from core.counting.calibration import calibration_lines
from core.counting.end_to_end import END, EndToEnd, Piece, lengths_of, runs
from core.counting.engine import CannotCount, Counter, _holding, _marks, beside_reference
from core.counting.engines import gigatoken, kitoken, longest_match, threads, tokie
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Counts, LocalTokenizer, counts_of_ids
from tests.datafolder import TOKENIZERS, needs_data
from tests.tiny import byte_level_bpe, word_piece

PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def opened(path: Path) -> LocalTokenizer:
    tokenizer = open_tokenizer(f"file:{path}")
    assert isinstance(tokenizer, LocalTokenizer)
    return tokenizer


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalTokenizer:
    path = tmp_path_factory.mktemp("tiny") / "tokenizer.json"
    path.write_text(byte_level_bpe())
    return opened(path)


def same(count: Counter, tokenizer: LocalTokenizer, texts: Sequence[str]) -> bool:
    ours, truth = count(texts), tokenizer.count(texts)
    return np.array_equal(ours.tokens, truth.tokens) and np.array_equal(ours.unknown, truth.unknown)


@pytest.mark.parametrize("module", [gigatoken, kitoken, tokie])
def test_special_spellings_and_spaces_are_left_to_the_reference(module: object, tiny: LocalTokenizer) -> None:
    count = module.ENGINE.build(tiny)  # type: ignore[attr-defined]
    assert same(count, tiny, ["<|end|>", "the<|end|>cat", "", "  ", "\n\t", "über den", "<|en"])
    assert same(count, tiny, ["", "a", "", "b\0c", "", ""]) and same(count, tiny, ["\0", "\0\0"])
    assert same(count, tiny, [])


@given(st.lists(PLAIN, max_size=8))
@settings(max_examples=60, deadline=None)
def test_any_text_counts_as_in_the_reference(tiny: LocalTokenizer, texts: list[str]) -> None:
    assert same(_built(gigatoken, tiny), tiny, texts)


_engines: dict[str, Counter] = {}


def _built(module: object, tokenizer: LocalTokenizer) -> Counter:
    engine = module.ENGINE  # type: ignore[attr-defined]
    return _engines.setdefault(engine.key, engine.build(tokenizer))


def test_tekken_counts_as_its_reference() -> None:
    tokenizer = open_tokenizer("mistral:tekken")
    assert isinstance(tokenizer, LocalTokenizer)
    assert same(gigatoken.ENGINE.build(tokenizer), tokenizer, calibration_lines()[::3])


def test_unknown_tokens_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(word_piece())
    tokenizer = opened(path)
    texts = ["the cat", "the 猫 cat 猫", "☃", "[UNK]"]
    assert tokenizer.count(texts).unknown.tolist()[:3] == [0, 2, 1]
    assert same(tokie.ENGINE.build(tokenizer), tokenizer, texts)
    assert same(kitoken.ENGINE.build(tokenizer), tokenizer, texts)
    with pytest.raises(CannotCount, match="cannot read"):
        gigatoken.ENGINE.build(tokenizer)


def test_what_an_engine_fails_on_is_counted_by_the_reference(tiny: LocalTokenizer) -> None:
    asked: list[str] = []

    class PanicException(BaseException):
        pass

    def engine(texts: Sequence[str]) -> Counts:
        asked.extend(texts)
        if "naïve café" in texts:
            raise PanicException
        return tiny.count(texts)

    count = beside_reference(tiny, engine, [], most_characters=5)
    assert same(count, tiny, ["the cat", "naïve café", "mat"])
    assert asked == ["the cat", "naïve café", "mat"]


SPELLED = st.text("<|> [a]é", min_size=1, max_size=4)


@given(st.lists(SPELLED, max_size=6), st.lists(st.text("<|> [a]éx", max_size=12), max_size=8))
def test_spellings_are_found_in_the_texts_that_hold_them(spellings: list[str], texts: list[str]) -> None:
    holding = [n for n, text in enumerate(texts) if any(spelling in text for spelling in spellings)]
    assert sorted(_holding(spellings)(Piece.of(texts))) == holding
    assert all(set(spelling) & set(_marks(spellings)) for spelling in spellings)


@given(st.lists(st.text("a", max_size=9), max_size=12), st.integers(1, 12))
def test_calls_take_all_texts_in_order_and_are_bounded(texts: list[str], most: int) -> None:
    calls = runs(lengths_of(texts), most)
    assert [n for start, stop in calls for n in range(start, stop)] == list(range(len(texts)))
    assert all(sum(map(len, texts[start : stop - 1])) < most for start, stop in calls)


@given(st.lists(st.text("aé字🙂 \n\0\x07\ue000", max_size=6), max_size=12), st.integers(1, 20))
def test_what_an_engine_sees_does_not_depend_on_the_pieces_of_its_texts(texts: list[str], most: int) -> None:
    def spelled(piece: Piece) -> list[int]:
        return piece.having("é")

    apart = [n for n, text in enumerate(texts) if not text.strip() or set(text) & set("\0\x07\ue000é")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(end_to_end, "_PIECE", most)
        found = EndToEnd.of(texts, lengths_of(texts), kinds(), spelled)
    left = ["" if n in apart else text for n, text in enumerate(texts)]
    assert found.apart == apart and found.texts == left and found.lengths.tolist() == [len(text) for text in left]
    assert "".join(found.joined) == "".join(text + END for text in left)


def test_a_library_on_several_threads_is_not_put_on_several_threads(
    tiny: LocalTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_N_THREADS", 2)
    with pytest.raises(CannotCount, match="several by itself"):
        threads.build(tiny)
    assert same(threads.build(opened_builtin()), opened_builtin(), ["a b", "ü"] * 50)


def opened_builtin() -> LocalTokenizer:
    tokenizer = open_tokenizer("builtin:utf8-bytes")
    assert isinstance(tokenizer, LocalTokenizer)
    return tokenizer


def test_an_interrupt_is_no_failure_of_the_engine(tiny: LocalTokenizer) -> None:
    def engine(texts: Sequence[str]) -> Counts:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        beside_reference(tiny, engine, [], 5)(["the"])


def test_an_engine_that_forgets_counts_the_same(tiny: LocalTokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make, specials = gigatoken._maker(tiny.serialised())  # type: ignore[arg-type]

    def counted() -> object:
        made.append(1)
        return make()

    monkeypatch.setattr(gigatoken, "_maker", lambda form: (counted, specials))
    monkeypatch.setattr(gigatoken, "_LOOK_TOKENS", 2)
    for grown, n_made in ((0, 1), (2 * gigatoken._FORGET_BYTES, 3)):  # words that take no memory are kept
        made.clear()
        sizes = iter([0, *(grown * n for n in (1, 1, 2, 2, 3, 3))])
        monkeypatch.setattr(gigatoken, "resident_bytes", lambda sizes=sizes: next(sizes))
        count = gigatoken.ENGINE.build(tiny)
        for text in ("the cat sat on the mat", "hello hello world", "über den Zaun"):
            assert same(count, tiny, [text, text])
        assert len(made) == n_made


def test_counts_of_ids_by_hand() -> None:
    unknown = np.array([True, False])
    found = counts_of_ids(np.array([0, 1, 1, 0, 0]), np.array([0, 2, 2, 5]), unknown)
    assert found.tokens.tolist() == [2, 0, 3] and found.unknown.tolist() == [1, 0, 2]
    for kinds_of_unknown, expected in (([True, True], [2, 0, 3]), ([False, False], [0, 0, 0])):
        both = counts_of_ids(np.array([0, 1, 1, 0, 0]), np.array([0, 2, 2, 5]), np.array(kinds_of_unknown))
        assert both.unknown.tolist() == expected


@needs_data
@pytest.mark.parametrize(
    ("module", "place"),
    [
        (gigatoken, "hf_json/gpt-2"),
        (gigatoken, "hf_json/yi-1.5-34b-chat"),
        (gigatoken, "gpt2_style/roberta"),
        (gigatoken, "tiktoken/o200k_base.tiktoken"),
        (gigatoken, "tiktoken/qwen.tiktoken"),
        (gigatoken, "sentencepiece/llama2.model"),
        (tokie, "wordpiece/bert-base-multilingual-cased.vocab.txt"),
        (kitoken, "hf_json/falcon-180b-chat"),
    ],
)
@pytest.mark.usefixtures("no_trial")
def test_real_tokenizers_count_as_their_reference(module: object, place: str) -> None:
    tokenizer = opened(TOKENIZERS / place)
    assert same(module.ENGINE.build(tokenizer), tokenizer, calibration_lines()[::2])  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def lexicon() -> LocalTokenizer:
    """Less is Better's, whose words are whole lines."""
    tokenizer = open_tokenizer("controlled:lib-4096")
    assert isinstance(tokenizer, LocalTokenizer)
    return tokenizer


def test_the_automaton_cuts_lines_of_all_scripts_as_the_library_does(lexicon: LocalTokenizer) -> None:
    lines, automaton = calibration_lines()[::40], longest_match.LongestMatch(_data(lexicon))
    assert [automaton.ids(line) for line in lines] == [ids.tolist() for ids in lexicon.encode_many(lines)]


@given(st.lists(PLAIN, max_size=4))
@settings(max_examples=30, deadline=None)
def test_the_automaton_counts_any_text_as_the_library_does(lexicon: LocalTokenizer, texts: list[str]) -> None:
    assert same(_built(longest_match, lexicon), lexicon, [*texts, "<|endoftext|> ".join(texts)])


@pytest.mark.usefixtures("no_trial")
def test_a_word_too_long_for_the_library_is_left_to_it(lexicon: LocalTokenizer, tmp_path: Path) -> None:
    document = json.loads(_data(lexicon))
    document["model"] |= {"max_input_chars_per_word": 9, "vocab": document["model"]["vocab"] | {"[UNK]": 4097}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(document))
    tokenizer, texts = opened(tmp_path / "tokenizer.json"), ["short.", "", "much longer than that"]
    assert tokenizer.count(texts).unknown.tolist() == [0, 0, 1]
    assert same(longest_match.ENGINE.build(tokenizer), tokenizer, texts)
    with pytest.raises(OverflowError):
        longest_match.LongestMatch(_data(tokenizer)).ids(texts[2])


def test_the_automaton_takes_nothing_but_lexicons_of_bytes(lexicon: LocalTokenizer) -> None:
    document = json.loads(_data(lexicon))
    entries = document["model"]["vocab"]
    entries["no byte"] = entries.pop("A")
    for data, why in (
        (byte_level_bpe(), "no lexicon"),
        (word_piece(), "no lexicon"),
        (json.dumps(document), "not every byte"),
        (json.dumps(document | {"pre_tokenizer": None}), "not every byte"),
    ):
        with pytest.raises(CannotCount, match=why):
            longest_match.LongestMatch(data.encode())
    graphemes = open_tokenizer("builtin:graphemes")
    assert isinstance(graphemes, LocalTokenizer)
    with pytest.raises(CannotCount, match="no format"):
        longest_match.ENGINE.build(graphemes)


def _data(tokenizer: LocalTokenizer) -> bytes:
    form = tokenizer.serialised()
    assert form is not None
    return form.data
