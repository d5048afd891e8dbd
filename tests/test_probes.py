"""Probes: every spelling is counted once, drift is found where it begins, and the command line keeps its contract."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.__main__ import main
from core.common.errors import TooLarge, UserError
from core.probes.drift import drift_of
from core.probes.drift_kinds import DriftKind, kind_of
from core.probes.probe import PROBES
from core.probes.spelling_counts import by_length, count_paths, sample
from core.probes.spelling_edges import Spellers
from core.probes.spellings import MOST_BYTES, spellings, spellings_of
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import entries_of
from tests.datafolder import TOKENIZERS, flores, needs_data

GPT2 = f"file:{TOKENIZERS}/hf_json/gpt-2/tokenizer.json"
BERT = f"file:{TOKENIZERS}/wordpiece/bert-base-uncased.vocab.txt"
ROOT = Path(__file__).parents[1]
Output = pytest.CaptureFixture[str]


@cache
def gpt2() -> Tokenizer:
    return open_tokenizer(GPT2)


def enumerated(pieces: Sequence[bytes], data: bytes) -> Iterator[tuple[int, ...]]:
    """Every sequence of places in `pieces` that spells the bytes, one by one."""
    if not data:
        yield ()
    for i, piece in enumerate(pieces):
        if piece and data.startswith(piece):
            for rest in enumerated(pieces, data[len(piece) :]):
                yield (i, *rest)


def edges(pieces: Sequence[bytes], data: bytes) -> list[tuple[int, int, tuple[int, ...]]]:
    """Places of the pieces, by where they end."""
    found = [
        (at, at + len(piece), (i,))
        for i, piece in enumerate(pieces)
        for at in range(len(data))
        if piece and data.startswith(piece, at)
    ]
    return sorted(found, key=lambda edge: edge[1])


@settings(deadline=None)
@given(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1, max_size=9), st.text("ab", min_size=1, max_size=9))
def test_every_spelling_is_counted_once(words: list[str], text: str) -> None:
    pieces, data = [word.encode() for word in words], text.encode()
    every = [*enumerated(pieces, data)]
    paths = count_paths(edges(pieces, data), len(data), 4)
    lengths = Counter(map(len, every))
    assert paths.n == len(every)
    assert (paths.shortest, paths.longest) == ((min(lengths), max(lengths)) if every else (None, None))
    assert by_length(edges(pieces, data), len(data), paths.n) == dict(sorted(lengths.items()))
    drawn = sample(edges(pieces, data), len(data), 3, seed=1)
    assert {*map(tuple, drawn)} <= {*every} and len(drawn) == (3 if every else 0)


def test_spellings_are_drawn_evenly() -> None:
    pieces = [b"a", b"aa", b"aaa"]
    drawn = Counter(map(tuple, sample(edges(pieces, b"aaaa"), 4, 7_000, seed=0)))
    assert len(drawn) == 7  # 1111, three with one 2, 22, 13, 31
    assert sum((n - 1000) ** 2 / 1000 for n in drawn.values()) < 22.46  # chi squared of 6 degrees at 0.001


@needs_data
@pytest.mark.parametrize(
    ("text", "n"),
    [
        (" unbelievable", 1_660),
        (" February", 126),
        (" tokenization", 1_566),
        (" antidisestablishmentarianism", 38_203_680),
    ],
)
def test_gpt2_spells_known_words_as_often_as_is_known(text: str, n: int) -> None:
    found = spellings_of(gpt2(), text)
    assert found.paths.n == n and found.within is not None and found.within.n == n
    assert found.lengths is not None and sum(found.lengths.values()) == n


@needs_data
@pytest.mark.parametrize(
    ("language", "bits"), [("eng_Latn", 0.756), ("rus_Cyrl", 0.437), ("hin_Deva", 0.368), ("zho_Hans", 0.282)]
)
def test_a_spelling_says_as_many_bits_a_byte_as_is_known(language: str, bits: float) -> None:
    text = "\n".join(flores()[language])[:20_000]
    assert spellings_of(gpt2(), text).bits_per_byte == pytest.approx(bits, abs=0.02)


@needs_data
def test_tokens_that_cross_the_cuts_of_the_pre_tokenizer_are_left_out_within_it() -> None:
    found = spellings_of(gpt2(), "a.\n\nb")  # ".\n\n" is one entry, and the pre-tokenizer cuts before the white space
    tokenizer = gpt2()
    pieces = entries_of(tokenizer).pieces
    assert found.paths.n == sum(1 for _ in enumerated(pieces, b"a.\n\nb"))
    assert found.within is not None and 0 < found.within.n < found.paths.n


@needs_data
def test_entries_of_wordpiece_go_on_a_word_or_begin_one() -> None:
    tokenizer = open_tokenizer(BERT)
    found = spellings_of(tokenizer, "an unit")
    entries = entries_of(tokenizer)
    inside = {p.decode() for i, p in enumerate(entries.pieces) if entries.textual[i] and entries.within_words(i)}
    begins = {p.decode() for i, p in enumerate(entries.pieces) if entries.textual[i] and not entries.within_words(i)}

    def ways(word: str, known: set[str]) -> int:
        return sum(
            1 if n == len(word) else ways(word[n:], inside) for n in range(1, len(word) + 1) if word[:n] in known
        )

    assert found.paths.n == ways("an", begins) * ways("unit", begins) > 1


def test_bytes_have_one_spelling_and_a_draw_is_it() -> None:
    found = spellings("builtin:utf8-bytes", "é!", samples=2)
    assert found.paths.n == 1 and found.bits_per_byte == 0
    assert found.drawn == [[198, 172, 36]] * 2


def test_an_entry_that_is_written_twice_counts_twice() -> None:
    spellers = Spellers(entries_of(open_tokenizer("mistral:v1")))  # <0x61> and a
    assert count_paths(spellers.edges(b"a"), 1, spellers.longest).n == 2


def test_more_spellings_than_atoms_are_counted_exactly() -> None:
    found = spellings("mistral:v1", "tokenization " * 600)
    written = str(found.document()["spellings"])
    assert len(written) > 1_000 and written.isdigit() and found.paths.n % 10 == int(written[-1])
    assert "× 10^" in found.sentences()[0]


@pytest.mark.parametrize(
    ("tokenizer", "text", "said"),
    [
        ("builtin:utf8-bytes", "", "The text is empty"),
        ("builtin:words", "a", "has no vocabulary"),
        ("builtin:utf8-bytes", "\ud800", "surrogate"),
    ],
)
def test_what_cannot_be_spelled_says_why(tokenizer: str, text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        spellings(tokenizer, text)


def test_too_much_is_refused_before_it_is_counted() -> None:
    with pytest.raises(TooLarge, match="Give a part of it"):
        spellings("builtin:utf8-bytes", "a" * (MOST_BYTES + 1))
    with pytest.raises(TooLarge, match="too many to draw"):
        spellings("builtin:utf8-bytes", "a", samples=1_001)


@needs_data
def test_characters_that_are_unknown_have_no_spelling() -> None:
    found = spellings(f"file:{TOKENIZERS}/sentencepiece/xlnet.model", "ж漢")
    assert found.paths.n == 0 and "does not know all of these characters" in found.notes[0]
    assert found.document()["shortest"] is None


def ids_of(tokenizer: Tokenizer, *pieces: str) -> list[int]:
    by_bytes = {piece: i for i, piece in enumerate(entries_of(tokenizer).pieces)}
    return [by_bytes[piece.encode()] for piece in pieces]


@needs_data
@pytest.mark.parametrize(
    ("pieces", "first", "kind"),
    [
        (["Hello", " ", "world"], 1, DriftKind.DETACHED),
        ([" the", " NA", "SA"], 1, DriftKind.ACRONYM),
        ([" cat", "s"], 0, DriftKind.PLURAL),
        ([" Lon", "don"], 0, DriftKind.CAPITALISED),
        ([" walk", "ing"], 0, DriftKind.MORPHEME),
        ([" wal", "king"], 0, DriftKind.WITHIN_WORD),
        (["\n", "\n"], 0, DriftKind.BOUNDARY),
    ],
)
def test_drift_is_found_where_it_begins(pieces: list[str], first: int, kind: DriftKind) -> None:
    tokenizer = gpt2()
    ids = ids_of(tokenizer, *pieces)
    found = drift_of(tokenizer, ids)
    assert list(found.reencoded) == tokenizer.segment("".join(pieces)).ids.tolist() != ids
    assert (found.first, found.kind) == (first, kind)


@needs_data
@settings(deadline=None, max_examples=40)
@given(st.text(max_size=40))
def test_what_a_tokenizer_cut_comes_back(text: str) -> None:
    tokenizer = gpt2()
    ids = tokenizer.segment(text).ids.tolist()
    if ids:
        assert drift_of(tokenizer, ids).first is None


@needs_data
def test_half_a_character_does_not_come_back() -> None:
    tokenizer = gpt2()
    ids = tokenizer.segment("ů").ids.tolist()[:1] if len(tokenizer.segment("ů").ids) > 1 else [129]
    found = drift_of(tokenizer, [*ids, *tokenizer.segment("a").ids.tolist()])
    assert found.kind == DriftKind.BROKEN and "no part of a whole character" in found.notes[0]


def test_tokens_that_part_within_a_character_are_no_change_of_the_text() -> None:
    assert kind_of([b"\xd7", b"\xaa"], [b"\xd7\xaa"]) == DriftKind.WITHIN_WORD
    assert kind_of([b" ", "¿".encode()], [b" \xc2", b"\xbf"]) == DriftKind.DETACHED
    assert kind_of(["a\u3000b".encode()], [b"a b"]) == DriftKind.REPLACED


def test_a_difference_before_a_broken_character_has_its_own_kind() -> None:
    gpt4 = open_tokenizer("tiktoken:cl100k_base")
    found = drift_of(gpt4, [9906, 220, 14957, 172])  # Hello, a space, world, and the first byte of four
    assert (found.first, found.kind) == (1, DriftKind.DETACHED)
    assert "Byte 11" in found.notes[0]
    assert drift_of(gpt4, [9906, 172]).kind == DriftKind.BROKEN


@needs_data
def test_a_special_token_spelled_out_is_said() -> None:
    tokenizer = gpt2()
    ids = tokenizer.segment("<|endoftext|>").ids.tolist()
    found = drift_of(tokenizer, ids)
    assert found.first is None and "spells a special token" in found.notes[0]
    assert drift_of(tokenizer, [50256]).document()["same"] is True


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ([b"end ", b"of"], [b"end", b" of"], DriftKind.BOUNDARY),
        ([b"a\n"], [b"a "], DriftKind.REPLACED),
        ([b"\xef\xac\x81"], [b"fi"], DriftKind.CHANGED),
        ([b"John", b"'s"], [b"John's"], DriftKind.PLURAL),
        ([b" un", b"do"], [b" u", b"ndo"], DriftKind.MORPHEME),
    ],
)
def test_differences_have_kinds_whichever_side_they_are_on(a: list[bytes], b: list[bytes], kind: DriftKind) -> None:
    assert kind_of(a, b) == kind_of(b, a) == kind


@pytest.mark.parametrize(("ids", "said"), [((), "There are no ids"), ((1, 9_999_999), "has no entry for 9999999")])
def test_ids_that_are_none_say_so(ids: tuple[int, ...], said: str) -> None:
    with pytest.raises(UserError, match=said):
        drift_of(open_tokenizer("mistral:v1"), ids)


def asked(capsys: Output, *arguments: str) -> dict[str, object]:
    assert main(["probe", *arguments, "--json"]) == 0
    out, err = capsys.readouterr()
    assert not err
    document: dict[str, object] = json.loads(out)
    return document


def test_the_command_line_keeps_its_contract(capsys: Output) -> None:
    found = asked(capsys, "spellings", "--tokenizer", "builtin:utf8-bytes", "--text", "ab")
    assert found | {"spellings": "1", "shortest": 2, "longest": 2} == found
    drifted = asked(capsys, "drift", "--tokenizer", "mistral:v1", "--ids", "[28705, 28705]")
    assert drifted["same"] is False and drifted["first"] == 0 and drifted["class"] == "whitespace_boundary"
    assert drifted["reencoded"] == open_tokenizer("mistral:v1").segment(" ").ids.tolist()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["spellings", "--tokenizer", "mistral:v1"], "--text"),
        (["spellings", "--tokenizer", "mistral:v1", "--text", "a", "--samples", "-1"], "--samples -1 is too small"),
        (["spellings", "--tokenizer", "mistral:v1", "--text", "a", "--samples", "x"], "--samples x is no whole number"),
        (["drift", "--tokenizer", "mistral:v1", "--ids", "1,b"], "Number 2 is 'b'"),
        (["nothing"], "nothing"),
    ],
)
def test_the_command_line_says_in_one_line_what_is_wrong(capsys: Output, arguments: list[str], said: str) -> None:
    assert main(["probe", *arguments]) == 2
    out, err = capsys.readouterr()
    assert not out and said in err and err.count("\n") == 1


def test_every_probe_says_what_it_answers_and_what_would_make_it_wrong() -> None:
    for probe in PROBES.all().values():
        assert probe.question.endswith("?") and probe.caution and probe.source
        assert all(one.key.isidentifier() and one.text for one in probe.asked)


@pytest.mark.parametrize("key", [*PROBES.all()])
def test_every_probe_has_a_page_of_documents_with_its_question(key: str) -> None:
    page = (ROOT / "docs" / "probes" / f"{key}.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {PROBES.get(key).question}\n") and f"python -m core probe {key} " in page
    assert "**How to read it.**" in page and "**Source.**" in page and "**Limits.**" in page
    assert f"**What would make this wrong.** {PROBES.get(key).caution}" in " ".join(page.replace("`", "").split())


def test_each_probe_meets_a_known_number_in_a_test_that_is_there() -> None:
    page = (ROOT / "docs" / "probes" / "README.md").read_text(encoding="utf-8")
    row = r"^\| \[(\w+)\]\(\1\.md\) \| .+ \| .+ \| `(test_\w+)` of `(\w+\.py)` \|$"
    rows = re.findall(row, page, re.MULTILINE)
    assert [key for key, _, _ in rows] == [*PROBES.all()]
    for _, test, file in rows:
        assert f"def {test}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), (test, file)
