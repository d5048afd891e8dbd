"""Shipped counts of segmenters: what they say is what the lanes make, and Premium reads them beside tokenizers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from core.corpora.corpus import open_corpus
from core.counting.table import stacked
from core.jobs.shared_cache import SharedCache
from core.models.build.texts import LANGUAGES
from core.premium.atlas import atlas_provenance, atlas_tokenizers, shipped_atlas
from core.premium.chunks import PART, SENTENCES, chunk_index, first_sentences, shipped_chunks
from core.premium.premium import Per, Premiums, premiums, resample
from core.premium.tokenizers import known_tokenizers
from core.premium.workbench import PremiumChoice, Sources, with_segmenters, workbench
from core.segmenters.build.chunk_counts import counts_kept
from core.segmenters.lane import SegmenterLane
from core.segmenters.segmenter import SEGMENTERS
from core.tokenizers.catalog import open_tokenizer


def _choice(*keys: str) -> PremiumChoice:
    return PremiumChoice(keys=keys, base="eng_Latn", corpus="", part=PART, sort="Premium", per="line", search="")


def _sources() -> Sources:
    resampled = resample(shipped_atlas(["gpt-2", "o200k"]))

    def of_atlas(part: str, base: str, per: Per) -> Premiums:
        return premiums(resampled.table, base, per, resampled)

    return Sources(
        atlas=lambda part: resampled,
        atlas_premiums=of_atlas,
        corpus=open_corpus,
        known=known_tokenizers(),
        jobs=lambda: [],
    )


def test_every_learnt_segmenter_that_ships_is_counted_but_windows() -> None:
    index = chunk_index()
    learnt = {key for key, one in SEGMENTERS.all().items() if one.kind == "learned"} - {"windows"}
    assert {spec.removeprefix("learned:").partition("?")[0] for spec in index.learnt} == learnt
    assert index.learnt_from == tuple(LANGUAGES.values())
    assert index.corpus == atlas_provenance().corpus


def test_counts_are_of_the_segmenters_that_ship() -> None:
    """By fingerprint: whoever trains one anew counts anew."""
    for spec, counted in chunk_index().segmenters.items():
        info = open_tokenizer(spec).info
        assert (info.fingerprint, info.label) == (counted.fingerprint, counted.label), spec


def test_counts_are_what_the_lanes_make_of_the_sentences() -> None:
    try:
        part = open_corpus(f"flores200#{PART}")
    except Exception:
        pytest.skip("FLORES-200 is not here")
    table = shipped_chunks(first_sentences(shipped_atlas(["gpt-2"])))
    assert table.languages == part.languages
    for k, one in enumerate(table.tokenizers):
        lane = open_tokenizer(one.spec)
        assert isinstance(lane, SegmenterLane)
        for code in ("tha_Thai", "swh_Latn"):
            sentences = [sentence or "" for sentence in part.sentences[code][:2]]
            assert lane.count(sentences).tokens.tolist() == table.tokens[k, table.language(code), :2].tolist(), one.spec


def test_the_first_sentences_of_a_part_are_those_of_the_table() -> None:
    table = shipped_atlas(["gpt-2"])
    some, part = first_sentences(table), table.select(part=PART)
    assert some.tokens.shape[2] == SENTENCES
    assert np.array_equal(some.tokens, part.tokens[..., :SENTENCES])
    assert np.array_equal(some.n_bytes, part.n_bytes[:, :SENTENCES])
    assert some.groups == part.groups[:SENTENCES]
    assert (some.joined == -1).all()
    assert np.array_equal(table.select(first=7).tokens, table.tokens[..., :7])


def test_a_segmenter_among_the_chosen_makes_all_numbers_those_of_its_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    few: Mapping[str, object] = {key: atlas_tokenizers()[key] for key in ("gpt-2", "o200k")}
    monkeypatch.setattr("core.premium.workbench.atlas_tokenizers", lambda: few)
    kept = SharedCache(lambda: 2**40, lambda: 0)  # what is made of so few is not for others
    monkeypatch.setattr("core.premium.workbench.shared", lambda: kept)
    assert with_segmenters(["gpt-2", "learned:hnet"])
    assert not with_segmenters(["gpt-2"])
    bench = workbench(_choice("gpt-2", "learned:hnet"), _sources())
    assert bench.keys == ("gpt-2", "o200k", *chunk_index().segmenters)
    assert bench.table.tokens.shape == (len(bench.keys), 204, SENTENCES)
    assert bench.done.all()
    assert not bench.uncounted(["learned:hnet"])
    assert any(f"first {SENTENCES} sentences" in note for note in bench.counting.notes)
    table = shipped_atlas(["gpt-2"])
    beside = first_sentences(table)
    by_hand = premiums(stacked([beside, shipped_chunks(beside)]), "eng_Latn").value
    assert np.array_equal(bench.found.value[0], by_hand[0])
    assert np.array_equal(bench.found.value[2:], by_hand[1:])
    assert bench.found.low[2].min() > 0


def test_without_one_nothing_changes() -> None:
    bench = workbench(replace(_choice("gpt-2"), part=""), _sources())
    assert bench.table.tokens.shape[2] == 2009


def test_languages_outside_training_are_said_of_those_that_learnt_alone() -> None:
    index = chunk_index()
    assert index.unread("learned:magnet", "swh_Latn")
    assert not index.unread("learned:magnet", "tha_Thai")
    assert not index.unread("learned:words", "swh_Latn")
    assert not index.unread("gpt-2", "swh_Latn")


def test_a_segmenter_that_is_as_it_was_is_not_counted_again() -> None:
    index = chunk_index()
    lanes = {spec: cast(SegmenterLane, open_tokenizer(spec)) for spec in ("learned:words", "learned:code-points")}
    kept = counts_kept(index.corpus, lanes)
    assert list(kept) == list(lanes)
    assert kept["learned:words"].shape == (204 * SENTENCES,)
    assert counts_kept("another text", lanes) == {}
    changed = {"learned:words": cast(SegmenterLane, open_tokenizer("learned:words?most_bytes=8"))}
    assert counts_kept(index.corpus, changed) == {}
