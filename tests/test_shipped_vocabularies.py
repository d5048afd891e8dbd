"""Mixtures and families that ship come out again from the same files, and say what they are of."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from core.premium.atlas.wanted import WANTED
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.entries import entries_of
from core.vocabulary.families.generations import FAMILIES, generation
from core.vocabulary.families.shipped import shipped_families
from core.vocabulary.mixture.infer import infer
from core.vocabulary.mixture.merges import merges_of
from core.vocabulary.mixture.shipped import shipped_mixtures
from core.vocabulary.mixture.shipping import KEYS, N_MERGES, categories, opened, ship
from tests.datafolder import DATA, needs_data


def test_every_shipped_mixture_is_of_the_same_categories_and_its_shares_add_up() -> None:
    found = shipped_mixtures()
    assert set(found) == set(KEYS) and len(KEYS) == 10
    assert len({one.categories for one in found.values()}) == 1
    for one in found.values():
        assert [each.n_merges for each in one.mixtures] == [*N_MERGES]
        for mixture in one.mixtures:
            assert [share.category for share in mixture.shares] == [each.name for each in one.categories]
            assert sum(share.share for share in mixture.shares) == pytest.approx(1)
            assert all(share.low <= share.share <= share.high for share in mixture.shares)
        assert one.mixtures[-1].doubts == ()


def test_an_answer_that_is_not_to_be_believed_does_not_ship_any_more(tmp_path: Path) -> None:
    path, mixture = tmp_path / "gpt-2.json", shipped_mixtures()["gpt-2"].mixtures[-1]
    assert "English" in ship(path, [mixture], {})
    assert path.exists()
    assert "does not ship" in ship(path, [replace(mixture, objective=0.5)], {})
    assert not path.exists()


@needs_data
def test_the_samples_of_shipped_mixtures_are_those_that_their_hashes_name() -> None:
    [about] = {one.categories for one in shipped_mixtures().values()}
    known = categories(DATA)
    assert [(one.name, one.n_bytes, hashlib.sha256(one.text.encode()).hexdigest()) for one in known] == [
        (one.name, one.n_bytes, one.sha256) for one in about
    ]


@needs_data
@pytest.mark.parametrize(("key", "spec"), [("o200k", "tiktoken:o200k_base"), ("deepseek-v4", "packaged:deepseek-v4")])
def test_a_shipped_mixture_knows_its_merges_in_other_files(key: str, spec: str) -> None:
    """The data folder has o200k as a list of ranks, with another fingerprint than the library's own encoding."""
    assert merges_of(entries_of(open_tokenizer(spec)), max(N_MERGES)).sha256 == shipped_mixtures()[key].merges


@needs_data
@pytest.mark.slow
def test_a_shipped_mixture_comes_out_again() -> None:
    one = next(one for one in WANTED if one.key == "gpt-2")
    tokenizer, shipped = opened(one, DATA), shipped_mixtures()["gpt-2"]
    assert tokenizer.info.fingerprint == shipped.fingerprint
    again, then = infer(tokenizer, categories(DATA), 100), shipped.mixtures[0]
    assert again.objective == pytest.approx(then.objective, abs=1e-9)
    for new, old in zip(again.shares, then.shares, strict=True):
        assert new.category == old.category
        assert (new.share, new.low, new.high) == pytest.approx((old.share, old.low, old.high), abs=1e-9)


def test_every_family_ships_with_all_its_generations() -> None:
    found = {name: tuple(one.key for one in generations) for name, generations in shipped_families().items()}
    assert found == FAMILIES


@needs_data
def test_generations_of_bert_come_out_again() -> None:
    place = {one.key: one for one in WANTED}
    before = None
    for shipped in shipped_families()["BERT"]:
        entries = entries_of(opened(place[shipped.key], DATA))
        assert entries.tokenizer.info.fingerprint == shipped.fingerprint
        assert generation(entries, before) == shipped.found
        before = entries
