"""The audits of vocabularies give the published numbers, and find what was put in on purpose."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UserError
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.audits.fragments import NEVER, what_is_missing
from core.vocabulary.audits.unreachable import BYTE, OTHER, SEVERAL
from core.vocabulary.classes import CLASSES, classes_of
from core.vocabulary.comparison import compare
from core.vocabulary.digits import digits
from core.vocabulary.entries import Entries, entries_of
from tests.datafolder import DATA, needs_data

GPT2 = ["hf_json", "gpt-2", "tokenizer.json"]
LLAMA2 = ["hf_json", "llama-2-7b-chat-hf", "tokenizer.json"]
PYTHIA = ["hf_json", "pythia-12b", "tokenizer.json"]
BERT = ["wordpiece", "bert-base-uncased.vocab.txt"]


def real(parts: list[str]) -> Entries:
    path = DATA.joinpath("tokenizers", *parts)
    return entries_of(open_path(f"file:{path}", path))


def numbers(entries: Entries) -> dict[str, int]:
    return {key: len(audit.find(entries).ids) for key, audit in AUDITS.all().items()}


def bpe(folder: Path, vocab: list[str], merges: list[list[str]], added: list[str] = []) -> Path:  # noqa: B006 never changed
    """A byte-level tokenizer.json of these entries."""
    ids = {token: n for n, token in enumerate(vocab)}
    document = {
        "version": "1.0",
        "added_tokens": [
            {
                "id": len(vocab) + n,
                "content": token,
                "special": False,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
            }
            for n, token in enumerate(added)
        ],
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {"type": "BPE", "vocab": ids, "merges": merges},
    }
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@needs_data
@pytest.mark.parametrize(
    ("parts", "fragments", "unreachable", "one_token", "four"),
    [
        (GPT2, 216, 0, [10, 100, 777, 94], {"4": 94, "3+1": 559, "2+2": 6502, "1+3": 2815, "1+2+1": 30}),
        (LLAMA2, 0, 96, [10, 0, 0, 0], {"1+1+1+1": 10_000}),
    ],
)
def test_published_numbers_come_out(
    parts: list[str], fragments: int, unreachable: int, one_token: list[int], four: dict[str, int]
) -> None:
    """Of GPT-2: Land & Bartolo 2024 (fragments, unreachable); Singh & Strouse 2024 (digits)."""
    entries = real(parts)
    found = numbers(entries)
    assert (found["fragments"], found["unreachable"]) == (fragments, unreachable)
    ways = digits(entries)
    assert [int(one.sum()) for one in ways.one_token] == one_token
    assert ways.splits[4] == four
    if parts is GPT2:
        assert ways.match(4) == pytest.approx(0.50522446, abs=1e-8)


@needs_data
@pytest.mark.parametrize(
    ("parts", "n_fragments", "n_changed"),
    [
        (PYTHIA, 369, 221),
        (["tiktoken", "llama3.tokenizer.model"], 1_224, 0),
        (["tiktoken", "o200k_base.tiktoken"], 1_434, 12),
    ],
)
def test_the_reports_of_the_authors_release_come_out(parts: list[str], n_fragments: int, n_changed: int) -> None:
    """Of Land & Bartolo 2024: GPT-NeoX, Llama 3 and gpt-oss. Unreachable they call what its own text alone does not
    give; behind other characters ours finds 11 of the 12 of gpt-oss, such as line ends before //."""
    entries = real(parts)
    assert len(AUDITS.get("fragments").find(entries).ids) == n_fragments
    whole = [i for i in np.flatnonzero(entries.textual).tolist() if entries.texts[i] is not None]
    cut = entries.tokenizer.encode_many([entries.texts[i] or "" for i in whole])
    assert sum(ids.tolist() != [i] for ids, i in zip(cut, whole, strict=True)) == n_changed


@needs_data
def test_what_cannot_be_decoded_is_told_from_what_says_so() -> None:
    """Of GPT-2 344 entries are no text by themselves; 352 hold U+FFFD once decoded, eight since it is their text."""
    entries = real(GPT2)
    textual = np.flatnonzero(entries.textual).tolist()
    assert sum(entries.texts[i] is None for i in textual) == 344
    assert sum("\ufffd" in entries.pieces[i].decode(errors="replace") for i in textual) == 352


@needs_data
@pytest.mark.parametrize(
    ("name", "alone", "behind_a_space"),
    [
        (
            "r50k_base",
            {1: 10, 2: 100, 3: 777, 4: 94, 5: 6, 6: 2, 7: 1, 8: 3, 16: 1},
            {1: 10, 2: 100, 3: 406, 4: 178, 5: 1, 6: 1, 8: 1},
        ),
        ("cl100k_base", {1: 10, 2: 100, 3: 1_000}, {}),
    ],
)
def test_entries_with_digits_are_those_that_were_counted(
    name: str, alone: dict[int, int], behind_a_space: dict[int, int]
) -> None:
    """By Singh & Strouse 2024, in the notebook of their release: 1,691 of GPT-2 and 1,110 of GPT-4."""
    with_digits = [piece for piece in real(["tiktoken", f"{name}.tiktoken"]).pieces if re.search(rb"[0-9]", piece)]
    assert all(re.fullmatch(rb" ?[0-9]+", piece) for piece in with_digits)
    assert Counter(len(piece) for piece in with_digits if piece[:1] != b" ") == alone
    assert Counter(len(piece) - 1 for piece in with_digits if piece[:1] == b" ") == behind_a_space


@needs_data
@pytest.mark.parametrize("parts", [GPT2, LLAMA2])
def test_letters_stand_alone_once_something_is_between_them(parts: list[str]) -> None:
    """Zhang, Cao & You 2024 (2410.19730): no letter of strawberry is a token, all are behind spaces or hyphens."""
    path = DATA.joinpath("tokenizers", *parts)
    tokenizer = open_path(f"file:{path}", path)

    def isolated(text: str) -> float:
        pieces = [piece.strip().decode(errors="replace") for piece in tokenizer.segment(text).pieces]
        return sum(len(piece) == 1 and piece.isalpha() for piece in pieces) / sum(map(str.isalpha, text))

    assert isolated("strawberry") == 0
    assert [isolated(sign.join("strawberry")) for sign in (" ", "-", ", ")] == [1, 1, 1]


@needs_data
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (GPT2, [2, 150, 198, 32_100, 14_841, 52, 987, 1_540, 352, 33, 0, 2]),
        (LLAMA2, [5, 256, 1_629, 16_054, 12_375, 257, 349, 1_039, 0, 13, 5, 18]),
    ],
)
def test_classes_are_those_of_qtok(parts: list[str], expected: list[int]) -> None:
    """As its release 0.11.0 counts these files."""
    counted = np.bincount(classes_of(real(parts)) + 1, minlength=len(CLASSES) + 1)[1:]
    assert counted.tolist() == expected


@needs_data
def test_what_is_unreachable_says_what_comes_instead() -> None:
    llama, pythia, bert = (AUDITS.get("unreachable").find(real(parts)).by_group for parts in (LLAMA2, PYTHIA, BERT))
    assert {name: len(ids) for name, ids in llama.items()} == {BYTE: 96}
    assert {name: len(ids) for name, ids in pythia.items()} == {OTHER: 23, SEVERAL: 198}  # runs of spaces, added later
    entries = real(BERT)
    marks = [entries.details[i].spelling for i in bert[OTHER].tolist()]
    assert "##!" in marks  # BERT cuts at every mark, so that none goes on a word
    assert "##ing" not in marks


def test_what_only_follows_a_letter_is_reached(tmp_path: Path) -> None:
    """A space before every text parts the mark of 's from its letter; behind a letter GPT-2's pattern keeps both."""
    path = bpe(tmp_path, [*"abq's", "Ġ", "'s"], [["'", "s"]])
    document = json.loads(path.read_text("utf-8"))
    document["pre_tokenizer"]["add_prefix_space"] = True
    path.write_text(json.dumps(document), encoding="utf-8")
    entries = entries_of(open_path(f"file:{path}", path))
    assert not len(AUDITS.get("unreachable").find(entries).ids)


@needs_data
def test_entries_for_two_places_in_a_word_are_no_duplicates() -> None:
    """CLIP has 8,420 words with and without the mark of their end; llama.cpp marks the starts of BERT's words."""
    for parts in (["other", "clip_bpe_simple_vocab_16e6.txt.gz"], ["gguf", "ggml-vocab-bert-bge.gguf"]):
        entries = real(parts)
        assert not len(AUDITS.get("duplicates").find(entries).ids)
    bert = real(BERT)
    words = [i for i in range(len(bert)) if not bert.details[i].spelling.startswith("[")]
    assert [bert.within_words(i) for i in words] == [entries.within_words(i) for i in words]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Entries a, b, c, ab, abc with merges that reach ab alone, and text that looks special."""
    vocab = [*"abcdefgi<|>_", "ab", "abc", "<|im|>"]
    return bpe(tmp_path_factory.mktemp("made"), vocab, [["a", "b"]], ["ab"])


def test_what_was_put_in_is_found(made: Path) -> None:
    entries = entries_of(open_path(f"file:{made}", made))
    found = {key: [entries.pieces[i] for i in audit.find(entries).ids.tolist()] for key, audit in AUDITS.all().items()}
    assert b"abc" in found["unreachable"]
    assert b"ab" not in found["unreachable"]
    assert found["special_looking"] == [b"<|im|>"]


def test_a_tokenizer_in_its_own_process_is_audited_alike(made: Path) -> None:
    apart = IsolatedTokenizer(f"file:{made}", made)
    try:
        assert numbers(entries_of(apart)) == numbers(entries_of(open_path(f"file:{made}", made)))
    finally:
        apart.close()


def test_a_rule_has_no_vocabulary_and_says_so() -> None:
    with pytest.raises(UserError, match="no vocabulary"):
        entries_of(open_tokenizer("builtin:graphemes"))


@given(st.text(min_size=2, max_size=6), st.data())
def test_no_part_of_a_text_stands_in_no_text(text: str, data: st.DataObject) -> None:
    written = text.encode(errors="replace")
    start = data.draw(st.integers(0, len(written) - 1))
    piece = written[start : data.draw(st.integers(start + 1, len(written)))]
    try:
        piece.decode()
    except UnicodeDecodeError:
        if len(piece) > 1:
            assert what_is_missing(piece) != NEVER


@needs_data
def test_a_vocabulary_and_itself_differ_in_nothing() -> None:
    gpt2 = real(GPT2)
    same = compare(gpt2, gpt2)
    assert (len(same.added), len(same.removed), len(same.remapped), same.special) == (0, 0, 0, ())
    assert len(same.first) == len(gpt2)


@needs_data
def test_gpt_2_and_its_rank_list_have_other_ids_for_the_same_entries() -> None:
    """tiktoken's r50k is GPT-2's vocabulary, ids and all."""
    path = DATA / "tokenizers" / "tiktoken" / "r50k_base.tiktoken"
    found = compare(real(GPT2), entries_of(open_path(f"file:{path}", path)))
    assert (len(found.added), len(found.removed), len(found.remapped)) == (0, 0, 0)


def test_what_comes_goes_and_moves_is_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    old = bpe(tmp_path / "a", ["a", "b", "c", "ab"], [["a", "b"]])
    new = bpe(tmp_path / "b", ["b", "a", "c", "bc"], [["b", "c"]])
    first, second = (entries_of(open_path(f"file:{path}", path)) for path in (old, new))
    found = compare(first, second)
    assert [first.pieces[i] for i in found.removed] == [b"ab"]
    assert [second.pieces[i] for i in found.added] == [b"bc"]
    assert [first.pieces[i] for i in found.remapped] == [b"a", b"b"]
