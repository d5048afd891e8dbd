"""What is the matter with a vocabulary: answers worked by hand on small ones, and facts about real ones."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.__main__ import main
from core.common.errors import UnreadableFile, UserError
from core.text.exemplars import exemplars
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.audits.dead_merges import CUT, NOT_MADE
from core.vocabulary.characters import Spelled, characters_of_languages, written
from core.vocabulary.derivations import derivations_of
from core.vocabulary.entries import Entries, ModelRows, TokenCounts, entries_of
from core.vocabulary.incomplete_pairs import cut_so, incomplete_pairs
from core.vocabulary.model_rows import rows_of_model
from core.vocabulary.residue import residue, survival
from core.vocabulary.token_counts import count_tokens
from tests.datafolder import needs_data
from tests.test_vocabulary import BERT, GPT2, LLAMA2, PYTHIA, bpe, real

LLAMA2_SP = ["sentencepiece", "llama2.model"]
O200K = ["tiktoken", "o200k_base.tiktoken"]


def found(entries: Entries, audit: str) -> dict[str, list[bytes]]:
    groups = AUDITS.get(audit).find(entries).by_group
    return {name: [entries.pieces[i] for i in ids.tolist()] for name, ids in groups.items()}


# merges


def test_a_merge_behind_an_earlier_one_never_applies(tmp_path: Path) -> None:
    """Of "abc" a+b comes first, so that a+bc never meets its parts; nothing else makes abc."""
    path = bpe(tmp_path, ["a", "b", "c", "ab", "bc", "abc"], [["a", "b"], ["b", "c"], ["a", "bc"]])
    entries = entries_of(open_path(f"file:{path}", path))
    assert found(entries, "dead_merges") == {NOT_MADE: [b"abc"]}
    assert "Of 3 merges 1 never apply" in AUDITS.get("dead_merges").find(entries).remark


def test_a_merge_over_a_cut_never_applies(tmp_path: Path) -> None:
    """GPT-2's pattern cuts a letter from a digit, whatever merges say."""
    path = bpe(tmp_path, ["a", "1", "a1"], [["a", "1"]])
    assert found(entries_of(open_path(f"file:{path}", path)), "dead_merges") == {CUT: [b"a1"]}


@needs_data
def test_merges_of_real_tokenizers() -> None:
    gpt2, pythia = (real(parts) for parts in (GPT2, PYTHIA))
    assert (built := derivations_of(gpt2)) is not None
    assert built.applies.all()
    assert found(gpt2, "dead_merges") == {}
    assert len(AUDITS.get("dead_merges").find(pythia).ids) == 221  # all that are unreachable


@needs_data
def test_a_vocabulary_is_built_alike_from_its_scores_and_from_its_merges() -> None:
    """Llama 2's model file gives scores, its tokenizer.json 61,249 merges: the same ones, and as many apply."""
    listed, implied = (derivations_of(real(parts)) for parts in (LLAMA2, LLAMA2_SP))
    assert listed is not None and implied is not None
    assert (len(listed.table), len(implied.table)) == (61_249, 61_249)
    assert listed.applies.sum() == implied.applies.sum() == 29_612
    assert (listed.is_built == implied.is_built).all()


def test_what_has_no_merges_says_so() -> None:
    entries = entries_of(open_tokenizer("builtin:utf8-bytes"))
    assert "says nothing of merges" in AUDITS.get("dead_merges").find(entries).unavailable


def test_merges_come_out_of_a_process_of_its_own(tmp_path: Path) -> None:
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    apart = IsolatedTokenizer(f"file:{path}", path)
    try:
        assert apart.merges().tolist() == [[0, 1, 2]]
    finally:
        apart.close()


# incomplete pairs


@needs_data
def test_pairs_are_those_that_the_tokenizer_cuts_a_text_into() -> None:
    """Merges alone leave out no pair that GPT-2 cuts a text into: every one of all is tried."""
    entries = real(GPT2)
    pieces = entries.pieces
    broken = [i for ids in AUDITS.get("fragments").find(entries).by_group.values() for i in ids.tolist()]
    whole = [(a, b) for a in broken for b in broken if joins(pieces[a], pieces[b])]
    wanted = np.array(whole)[cut_so(entries, np.array(whole))]
    pairs = incomplete_pairs(entries)
    assert sorted(pairs[cut_so(entries, pairs)].tolist()) == sorted(wanted.tolist())
    assert len(wanted) == 787
    groups = AUDITS.get("incomplete").find(entries).by_group.values()
    assert [ids.tolist() for ids in groups] == [np.unique(side).tolist() for side in wanted.T]


def joins(first: bytes, second: bytes) -> bool:
    """Whether two parts of characters are whole together, with one character over the border."""
    try:
        (first + second).decode()
    except UnicodeDecodeError:
        return False
    return True


# residue and what is never seen


def counted(entries: Entries, *texts: str) -> Entries:
    return replace(entries, counts=count_tokens(entries.tokenizer, texts, "a text"))


def test_what_is_made_on_the_way_is_counted(tmp_path: Path) -> None:
    """Merging "abc abc ab" makes ab three times and leaves it once; a is three times merged and never left."""
    path = bpe(tmp_path, ["a", "b", "c", "Ġ", "ab", "abc"], [["a", "b"], ["ab", "c"]])
    entries = counted(entries_of(open_path(f"file:{path}", path)), "abc abc ab")
    lives = survival(entries)
    assert lives is not None
    assert lives.made.tolist() == [3, 3, 2, 2, 3, 2]
    assert lives.left.tolist() == [0, 0, 0, 2, 1, 2]
    assert lives.share[4] == pytest.approx(1 / 3)


def test_neighbours_of_what_is_merged_vary_as_their_entropy_says(tmp_path: Path) -> None:
    """Merging abc 3 times and abd once, ab has c three times in four: 0.811 bits. a is always with b."""
    path = bpe(tmp_path, ["a", "b", "c", "d", "Ġ", "ab", "abc", "abd"], [["a", "b"], ["ab", "c"], ["ab", "d"]])
    lives = survival(counted(entries_of(open_path(f"file:{path}", path)), "abc abc abc abd"))
    assert lives is not None
    assert lives.neighbour_bits[[5, 0, 2]] == pytest.approx([0.8112781, 0, 0])
    assert np.isnan(lives.neighbour_bits[[4, 6]]).all()


def test_residue_is_chosen_by_its_share_and_by_its_neighbours(tmp_path: Path) -> None:
    path = bpe(tmp_path, ["a", "b", "c", "d", "Ġ", "ab", "abc", "abd"], [["a", "b"], ["ab", "c"], ["ab", "d"]])
    entries = counted(entries_of(open_path(f"file:{path}", path)), "abc abc abc abd " * 50 + "ab " * 10)
    assert residue(entries, 0.05).tolist() == [5]  # 10 of 210 are left
    assert residue(entries, 0.04).tolist() == []
    assert residue(entries, 0.05, most_bits=0.8).tolist() == []
    assert residue(entries, 0.05, most_bits=0.82).tolist() == [5]
    with pytest.raises(UserError, match="over 0, at most 1"):
        residue(entries, 0)


def test_residue_is_what_is_hardly_ever_left(tmp_path: Path) -> None:
    """Two left in 198 are 1.01 %, and two in 202 are 0.99 %."""
    path = bpe(tmp_path, ["a", "b", "c", "Ġ", "ab", "abc"], [["a", "b"], ["ab", "c"]])
    entries = entries_of(open_path(f"file:{path}", path))
    assert found(counted(entries, "abc " * 196 + "ab ab"), "residue") == {}
    few = {"left once in a hundred times or less": [b"ab"]}
    assert found(counted(entries, "abc " * 200 + "ab ab"), "residue") == few
    assert found(counted(entries, "abc " * 100), "residue") == {"always merged on": [b"ab"]}
    assert found(counted(entries, "abc " * 99), "residue") == {}


@needs_data
def test_a_scaffold_of_gpt_2_never_survives_its_longer_entry() -> None:
    """Land & Bartolo 2024 name InstoreAndOnline, which only stands inside BuyableInstoreAndOnline."""
    entries = real(GPT2)
    lives = survival(counted(entries, "BuyableInstoreAndOnline\n" * 100))
    assert lives is not None
    scaffold = entries.pieces.index(b"InstoreAndOnline")
    assert (lives.made[scaffold], lives.left[scaffold]) == (100, 0)
    assert scaffold in AUDITS.get("residue").find(counted(entries, "BuyableInstoreAndOnline\n" * 100)).ids


def test_never_seen_is_what_a_text_lacks(tmp_path: Path) -> None:
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    entries = counted(entries_of(open_path(f"file:{path}", path)), "ab", "b")
    assert found(entries, "never_seen") == {"not in the text": [b"a"]}
    assert AUDITS.get("never_seen").find(replace(entries, counts=None)).unavailable


# rows of a model


def test_ids_beyond_the_rows_are_found(tmp_path: Path) -> None:
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    entries = entries_of(open_path(f"file:{path}", path))
    few, many = (replace(entries, rows=ModelRows(n, "M")) for n in (2, 5))
    assert found(few, "beyond_rows") == {"no row": [b"ab"]}
    assert found(many, "beyond_rows") == {}
    assert "2 rows have no id" in AUDITS.get("beyond_rows").find(many).remark


@pytest.mark.parametrize("config", [{"vocab_size": 7}, {"text_config": {"vocab_size": 7}, "vocab_size": None}])
def test_rows_are_read_from_the_configuration(tmp_path: Path, config: dict[str, object]) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert rows_of_model(tmp_path).n == rows_of_model(tmp_path / "config.json").n == 7


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"vocab_size": "many"}', '{"vocab_size": -1}', '{"vocab_size": true}']
)
def test_what_names_no_rows_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(UnreadableFile, match=r"vocab_size|no config"):
        rows_of_model(tmp_path)
    with pytest.raises(UnreadableFile, match="no config"):
        rows_of_model(tmp_path / "nowhere")


# characters


def test_every_set_is_of_whole_characters_and_capitals_follow_the_language() -> None:
    known = exemplars()
    assert len(known) == 165
    assert all(one.lower and len({*one.lower}) == len(one.lower) for one in known.values())
    turkish, german, hungarian = (known[code] for code in ("tur_Latn", "deu_Latn", "hun_Latn"))
    assert {"i", "ı"} <= {*turkish.lower} and {"İ", "I"} <= {*turkish.upper}
    assert len(turkish.all) == 58  # 29 letters, twice
    assert "ß" in german.lower and len(german.all) == 59  # 30 small ones and 29 capitals: none of ß
    assert len(hungarian.all) == 62
    assert known["kat_Geor"].upper == known["tha_Thai"].upper == ()
    assert "ọ́" in known["yor_Latn"].lower  # two code points, one letter
    assert len(known["kor_Hang"].lower) == 11_172


@needs_data
def test_o_and_u_with_two_strokes_cost_two_tokens_in_gpt_2() -> None:
    """Of Hungarian; á is an entry of its own, Á is not."""
    hungarian = characters_of_languages(real(GPT2), ["hun_Latn"])["hun_Latn"]
    assert "".join(hungarian.missing) == "őűÁÓÖŐÚÜŰ"
    assert {one.n_tokens for one in hungarian.missing.values()} == {2}
    assert hungarian.written["á"] == (Spelled.ONE, 1)
    assert (hungarian.count(Spelled.ONE), len(hungarian.written)) == (53, 62)


@needs_data
@pytest.mark.parametrize(
    ("parts", "character", "expected"),
    [
        (O200K, "Ű", (Spelled.BYTES, 2)),
        (O200K, "ọ́", (Spelled.PARTS, 2)),
        (LLAMA2_SP, "ű", (Spelled.ONE, 1)),
        (LLAMA2_SP, "Ğ", (Spelled.BYTES, 2)),
        (BERT, "ű", (Spelled.CHANGED, 1)),  # it takes marks off
        (BERT, "丁", (Spelled.UNKNOWN, 0)),
    ],
)
def test_how_a_character_is_written(parts: list[str], character: str, expected: tuple[Spelled, int]) -> None:
    assert written(real(parts), [character])[character] == expected


# the command


def test_the_command_prints_every_audit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    text = tmp_path / "text.txt"
    text.write_text("ab\nab")
    main(["vocabulary", "--tokenizer", f"file:{path}", "--text", str(text), "--rows", "2", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert all(key in document for key in AUDITS.all())
    assert (document["never_seen"], document["beyond_rows"]) == (2, 1)
    assert document["characters"]["hun_Latn"]["one"] == 2


def test_without_a_model_the_command_says_that_rows_are_not_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    main(["vocabulary", "--tokenizer", f"file:{path}", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document["beyond_rows"] is None and "number of rows" in document["remarks"]["beyond_rows"]
    assert document["counted_on"] == "Our sample"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--text", "a.txt", "--corpus", "flores200#dev"], "--corpus: not allowed with argument --text"),
        (["--rows", "5", "--model", "nowhere"], "--model: not allowed with argument --rows"),
    ],
)
def test_what_would_be_passed_over_is_refused(
    more: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The text was counted without a word about the corpus, and the model's file was never read."""
    path = bpe(tmp_path, ["a", "b", "ab"], [["a", "b"]])
    assert main(["vocabulary", "--tokenizer", f"file:{path}", *more]) == 2
    assert says in capsys.readouterr().err


def test_a_vocabulary_without_an_entry_is_one_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocabulary", "--tokenizer", f"file:{bpe(tmp_path, [], [])}"]) == 2
    assert "no entry" in capsys.readouterr().err


def test_counts_of_chunks_add_up() -> None:
    tokenizer = open_tokenizer("builtin:utf8-bytes")
    counts: TokenCounts = count_tokens(tokenizer, ["a" * 200_000, "", "ab" * 100_000], "texts")
    assert counts.counts[np.flatnonzero(counts.counts)].tolist() == [300_000, 100_000]
