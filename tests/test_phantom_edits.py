"""Words that other tokens say too: kinds by hand, paths against every way to part a word."""

import json
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from core.common.errors import UserError
from core.probes.drift_kinds import DriftKind
from core.probes.phantom_edits import phantom_edits, phantom_edits_of
from core.probes.spelling_edges import spellers_of
from core.probes.spelling_paths import short_paths
from core.tokenizers.catalog import open_path, open_tokenizer

GPT4, BYTES = "tiktoken:cl100k_base", "builtin:utf8-bytes"


def test_a_word_of_every_kind_is_exposed_to_it() -> None:
    words = {
        "cats": (DriftKind.PLURAL, (b" cat", b"s")),
        "NASA": (DriftKind.ACRONYM, (b" NAS", b"A")),
        "walking": (DriftKind.MORPHEME, (b" walk", b"ing")),
        "London": (DriftKind.CAPITALISED, (b" Lond", b"on")),
        "believe": (DriftKind.WITHIN_WORD, (b" belie", b"ve")),
    }
    [found] = phantom_edits([GPT4], " ".join(words)).found.values()
    by_word = {one.word: one.others for one in found.words}
    for word, (kind, pieces) in words.items():
        assert by_word[word][kind] == pieces
        if word != "believe":  # which takes two tokens without its space, one too many
            assert by_word[word][DriftKind.DETACHED] == (b" ", word.encode())
        assert b"".join(by_word[word][DriftKind.REPLACED]).strip() == word.encode()
    assert found.same_word.value == found.same_bytes.value == 1 and found.left_out == 0


def test_with_no_token_more_a_token_is_exposed_to_one_without_its_space_alone() -> None:
    [found] = phantom_edits([GPT4], "walking", more=0).found.values()
    assert {*found.words[0].others} == {DriftKind.REPLACED}
    assert (found.same_bytes.value, found.same_word.value, found.as_many.value) == (0, 1, 1)


def test_bytes_have_one_spelling() -> None:
    [found] = phantom_edits([BYTES], "cats sat").found.values()
    assert found.same_bytes.value == 0 and found.exposed(DriftKind.REPLACED).value == 1


@pytest.mark.parametrize("word", [b" cats", b" walking", "né".encode()])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_short_spellings_are_all_ways_to_part_a_word_into_entries(word: bytes, most: int) -> None:
    spellers = spellers_of(open_tokenizer(GPT4))
    known = {piece for piece, stands in zip(spellers.entries.pieces, spellers.entries.textual, strict=True) if stands}
    ways = {
        tuple(word[a:b] for a, b in pairwise((0, *inner, len(word))))
        for n in range(most)
        for inner in combinations(range(1, len(word)), n)
    }
    pieces = spellers.entries.pieces
    found = [tuple(pieces[i] for i in ids) for ids in short_paths(spellers.edges(word), len(word), most)]
    assert len(found) == len({*found}) and {*found} == {way for way in ways if {*way} <= known}


def test_a_space_that_belongs_to_the_token_before_is_a_kind_of_its_own(tmp_path: Path) -> None:
    model = {"type": "BPE", "vocab": {" ": 0, "a": 1, " a": 2, "a ": 3}, "merges": [[" ", "a"], ["a", " "]]}
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"version": "1.0", "added_tokens": [], "model": model}))
    [found] = phantom_edits_of([open_path(f"file:{path}", path)], "a", 1).found.values()
    assert found.words[0].others[DriftKind.BOUNDARY] == (b" ", b"a ")


def test_a_very_long_word_is_looked_at_in_bounds() -> None:
    for found in phantom_edits([BYTES, GPT4], "ab" * 400, more=3).found.values():
        assert len(found.words) == 1 and found.left_out == 0


def test_what_cannot_be_asked_is_one_sentence() -> None:
    with pytest.raises(UserError, match="no vocabulary"):
        phantom_edits(["builtin:words"], "cats")
    with pytest.raises(UserError, match="UTF-8"):
        phantom_edits([GPT4], "\ud800")
