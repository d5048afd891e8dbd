"""Every measure has an interval: of the same draws as premiums, or from leaving out one article at a time."""

import math
from pathlib import Path

import numpy as np
import pytest

from components.premium.views.measures import long_values, value_table, value_text, with_texts
from core.common.codec import from_json
from core.corpora.corpus import open_corpus
from core.metrics.bare import bare
from core.metrics.base import METRICS, LeftOut, Value, shown
from core.metrics.evidence import Evidence, of_sentences, over_languages
from core.metrics.intervals import measured
from core.premium.atlas import FOLDER, atlas_tokenizers, shipped_atlas
from core.premium.atlas.measures import PLACE, ShippedMeasures, _write, measure, on_tokens, shipped_measures
from core.premium.premium import resample
from core.stats.entropy import miller_madow, miller_madow_without
from core.stats.inequality import coefficient_of_variation, gini, max_min, worst_decile
from core.stats.left_out import TypeCounts, interval
from core.tokenizers.catalog import open_tokenizer
from tests.tables import table

OF_ALL = ("entropy", "entropy_per_byte", "renyi_observed", "renyi_declared", "vocabulary_use", "single_token_retention")
GROUPS = np.arange(60) // 5
SENTENCES = open_corpus("sample").sentences["deu_Latn"]


def evidence(which: np.ndarray, groups: np.ndarray | None = None) -> Evidence:
    tokenizer = open_tokenizer("mistral:v3")
    cut = [tokenizer.segment(SENTENCES[n]) for n in which]
    marks = bare(tokenizer, [SENTENCES[n] for n in which])
    return of_sentences(cut, tokenizer.info.n_vocabulary, groups=groups, bare=marks)


@pytest.mark.parametrize("key", OF_ALL)
def test_a_number_without_a_group_is_that_of_the_other_sentences(key: str) -> None:
    found = METRICS.get(key).computed(evidence(np.arange(60), GROUPS))
    assert isinstance(found, LeftOut) and len(found.without) == 12
    for group in (0, 7):
        rest = METRICS.get(key).value(evidence(np.flatnonzero(group != GROUPS))).number
        assert found.without[group] == pytest.approx(rest)


def test_every_measure_of_sentences_has_an_interval_around_it() -> None:
    every = [one for one in shown("sentences").values() if one.key != "normalised_sequence_length"]
    values = measured(every, evidence(np.arange(60), GROUPS))
    for key, one in values.items():
        assert one.low <= one.number <= one.high, key
    assert values["fertility"].low < values["fertility"].high


def test_intervals_of_an_entropy_hold_the_truth_where_articles_have_words_of_their_own() -> None:
    """Articles draw their words' frequencies around those of the language: 19 of 20 intervals hold its entropy."""
    chance = np.random.default_rng(0)
    shares = chance.dirichlet(np.ones(20))
    truth, held = float(-(shares * np.log2(shares)).sum()), 0
    for _ in range(300):
        own = chance.dirichlet(shares * 400, 150)
        counts = np.stack([chance.multinomial(120, one) for one in own])
        group, place = np.nonzero(counts)
        types = TypeCounts(counts.sum(0), group, place, counts[group, place], 150)
        low, high = interval(miller_madow(types.counts[types.counts > 0]), miller_madow_without(types))
        held += low <= truth <= high
    assert 0.93 <= held / 300 <= 0.97


def test_measures_over_languages_are_resampled_with_the_draws_of_premiums() -> None:
    counts = np.random.default_rng(2).integers(5, 80, (1, 12, 90))
    made = table(counts, groups=tuple(n // 3 for n in range(90)), grouped_by="article")
    values = measured(shown("languages").values(), over_languages(made, 0, masked=[3]))
    drawn = np.delete(resample(made).tokens[0].T.astype(float), 3, axis=1)  # (draws, L)
    for of in (gini, worst_decile, coefficient_of_variation, max_min):
        one = values[of.__name__]
        assert (one.low, one.high) == pytest.approx(tuple(np.percentile(of(drawn), [2.5, 97.5])))
    ratio = resample(made).n_bytes.sum(0) / resample(made).tokens[0].sum(0)
    one = values["bytes_per_token"]
    assert (one.low, one.high) == pytest.approx(tuple(np.percentile(ratio, [2.5, 97.5])))
    assert one.number == pytest.approx(made.n_bytes.sum() / counts.sum())


def test_the_atlas_has_a_gini_with_a_narrow_interval() -> None:
    found = measured(shown("languages").values(), over_languages(shipped_atlas(["gpt-2"]), 0))["gini"]
    assert found.low < found.number < found.high < found.low + 0.02
    assert found.number == pytest.approx(0.3743, abs=1e-4)


def test_few_sentences_have_numbers_and_no_intervals() -> None:
    values = measured([METRICS.get(key) for key in (*OF_ALL, "fertility")], evidence(np.arange(9)))
    assert not any(math.isnan(one.number) for one in values.values())
    assert all(math.isnan(one.low) for one in values.values())


def test_fertility_stands_beside_tokens_per_white_space_word() -> None:
    tokenizer = open_tokenizer("builtin:characters")
    found = of_sentences([tokenizer.segment("It isn't so."), tokenizer.segment("ไทย")], 10)
    values = measured([METRICS.get(key) for key in ("fertility", "tokens_per_space_word")], found)
    assert values["tokens_per_space_word"].number == pytest.approx(12 / 3)  # with spaces and the full stop
    assert values["fertility"].number == pytest.approx(9 / 3)  # characters of It, isn't, so
    assert "1 of 2 sentences are left out" in values["tokens_per_space_word"].reason


def test_what_marks_cost_is_the_share_of_tokens_without_them() -> None:
    tokenizer, lines = open_tokenizer("builtin:utf8-bytes"), ["Ẹ káàárọ̀", "ola"]
    found = of_sentences([tokenizer.segment(line) for line in lines], 256, bare=bare(tokenizer, lines))
    n = sum(len(line.encode()) for line in lines)
    assert METRICS.get("marks_saved").value(found).number == pytest.approx((n - len("E kaaaro") - 3) / n)
    plain = of_sentences([tokenizer.segment("ola")], 256, bare=bare(tokenizer, ["ola"]))
    assert METRICS.get("marks_saved").value(plain).reason == "The text has no accents, tone marks or vowel points."


# what ships


def test_a_file_of_measures_says_what_cutting_says(tmp_path: Path) -> None:
    corpus = open_corpus("sample").only(["deu_Latn", "tha_Thai"])
    tokenizer = open_tokenizer("mistral:v3")
    (lines,) = measure({"a": tokenizer}, corpus).values()
    _write(tmp_path / "a.json", lines)
    found = from_json(ShippedMeasures, (tmp_path / "a.json").read_bytes())
    assert (found.fingerprint, found.corpus) == (tokenizer.info.fingerprint, corpus.fingerprint)
    expected = measured(on_tokens(), evidence(np.arange(60)))
    for key, one in found.of("deu_Latn").items():
        wanted = (expected[key].number, expected[key].low, expected[key].high)
        assert (one.number, one.low, one.high) == pytest.approx(wanted, rel=1e-5, abs=1e-9)
        assert one.reason == expected[key].reason
    assert "Thai" in found.of("tha_Thai")["fertility"].reason and math.isnan(found.of("tha_Thai")["fertility"].low)


@pytest.mark.parametrize("path", sorted((FOLDER / PLACE).glob("*.json")), ids=lambda path: path.stem)
def test_what_ships_is_of_the_tokenizers_and_the_text_that_ship(path: Path) -> None:
    found = shipped_measures(path.stem)
    assert path.stem in atlas_tokenizers() and found is not None
    assert set(found.metrics) == {one.key for one in on_tokens()}
    assert tuple(found.languages) == shipped_atlas(["utf8-bytes"]).languages


# how it is shown


def test_a_missing_number_shows_its_reason_where_it_stands_and_others_sort_by_number() -> None:
    known = {key: METRICS.get(key) for key in ("fertility", "entropy")}
    rows = {
        "a": {"fertility": Value(1.5, "", 1.4, 1.6), "entropy": Value(9.0, "", 8.0, 10.0)},
        "b": {"fertility": Value(math.nan, "No words."), "entropy": Value(10.0)},
    }
    styled = with_texts(value_table(known, rows), known, rows)
    assert styled.data["Fertility"].tolist() == ["1.500 [1.400, 1.600]", "No words."]
    assert styled.data["Entropy"].tolist() == [9.0, 10.0] and "9.000 [8.000, 10.000]" in styled.to_html()
    assert long_values(known, rows)["Low"].round(1).iloc[0] == 1.4
    assert value_text(Value(2, "")) == "2.000"


@pytest.mark.parametrize("key", sorted(path.stem for path in (FOLDER / PLACE).glob("*.json")))
def test_shipped_reasons_name_no_control_that_their_page_does_not_have(key: str) -> None:
    """They told readers of Premium to find words in another way, which only Segmentation can."""
    found = shipped_measures(key)
    assert found is not None
    undefined = [one for one in found.reasons if "of the letters are" in one]
    assert undefined and all(one.endswith("written without spaces between words.") for one in undefined)
