"""Metrics: examples worked by hand, published values, and what is undefined."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.metrics.base import METRICS, Metric, shown, undefined
from core.metrics.evidence import Evidence, from_table, over_languages
from core.stats.entropy import conditional, curve, frequencies, miller_madow, plug_in, renyi_efficiency
from core.stats.inequality import gini, lorenz, worst_decile
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.utf8_pieces import shape
from tests.tables import table

OVER_SENTENCES = shown("sentences") | shown("languages")  # of which a count of nothing, such as 0 tokens, is none
COSTS = arrays(np.float64, st.integers(2, 30), elements=st.floats(0.1, 100))


def cut(*tokens: bytes) -> Segmentation:
    """A text cut into these tokens; equal bytes have equal ids."""
    names = {piece: n for n, piece in enumerate(dict.fromkeys(tokens))}
    edges = np.cumsum([0, *map(len, tokens)]).astype(np.int32)
    ids = np.array([names[piece] for piece in tokens], np.int32)
    return Segmentation(b"".join(tokens), ids, edges[:-1], edges[1:], np.zeros(len(ids), np.uint8), list(tokens))


def evidence(*sentences: Segmentation, n_vocabulary: int | None = 1000, reference: list[int] | None = None) -> Evidence:
    return Evidence(
        tokens=np.array([len(s) for s in sentences]),
        unknown=np.zeros(len(sentences), int),
        n_bytes=np.array([len(s.text) for s in sentences]),
        n_characters=np.array([len(s.text.decode()) for s in sentences]),
        n_vocabulary=n_vocabulary,
        reference=None if reference is None else np.array(reference),
        segmentations=sentences,
    )


ENGLISH = cut(b"The", b" un", b"believ", b"able", b" cat", b" sat", b" on", b" the", b" cat", b"'s", b" mat", b".")


def number(key: str, found: Evidence) -> float:
    return METRICS.get(key).value(found).number


def test_every_metric_says_what_it_means() -> None:
    known = METRICS.all()
    assert len(known) >= 18
    for key, one in known.items():
        assert key == one.definition.key and one.definition.label and one.definition.text.endswith("."), key


def test_words_in_their_context_by_hand() -> None:
    # The, un|believ|able, cat, sat, on, the, cat|'s, mat: the apostrophe belongs to the word by UAX 29
    found = evidence(ENGLISH)
    assert number("fertility", found) == pytest.approx(11 / 8)
    assert number("continued_words", found) == pytest.approx(2 / 8)
    assert number("single_token_retention", found) == pytest.approx(6 / 8)


def test_a_word_cut_once_is_not_retained() -> None:
    found = evidence(cut(b"cat", b" cat"), cut(b"c", b"at"))
    assert number("single_token_retention", found) == 0


def test_words_of_scripts_without_spaces_are_undefined_with_a_reason() -> None:
    thai = open_tokenizer("builtin:characters").segment("ภาษาไทย")
    for key in ("fertility", "continued_words", "single_token_retention"):
        value = METRICS.get(key).value(evidence(thai))
        assert math.isnan(value.number) and "Thai" in value.reason
    mixed = METRICS.get("fertility").value(evidence(thai, cut(b"one", b" two")))
    assert mixed.number == 1 and mixed.reason.startswith("1 of 2 sentences are left out.")


def test_sizes_by_hand() -> None:
    found = evidence(cut("né".encode(), b"!"), cut(b"a"), reference=[1, 1])
    assert number("bytes_per_token", found) == pytest.approx(5 / 3)
    assert number("characters_per_token", found) == pytest.approx(4 / 3)
    assert number("normalised_sequence_length", found) == pytest.approx(3 / 2)


@pytest.mark.parametrize(
    ("text", "efficiency"),
    [
        ("pick @@ed pick @@l @@ed pick @@les", 0.82650648),
        ("pick @@e @@d pick @@l @@e @@d pick @@l @@e @@s", 0.92048402),
    ],
)
def test_renyi_efficiency_as_published(text: str, efficiency: float) -> None:
    tokens = text.split()
    ids = np.array([sorted(set(tokens)).index(token) for token in tokens])
    assert renyi_efficiency(frequencies(ids), len(set(tokens))) == pytest.approx(efficiency, abs=1e-8)
    found = evidence(cut(*(token.encode() for token in tokens)), n_vocabulary=len(set(tokens)))
    assert number("renyi_observed", found) == pytest.approx(efficiency, abs=1e-8)
    assert number("renyi_declared", found) == number("renyi_observed", found)


def test_a_larger_declared_vocabulary_lowers_efficiency() -> None:
    assert number("renyi_declared", evidence(ENGLISH, n_vocabulary=50_000)) < number(
        "renyi_observed", evidence(ENGLISH)
    )


def test_entropies_by_hand() -> None:
    counts = np.array([1, 1, 2])
    assert plug_in(counts) == 1.5
    assert miller_madow(counts) == pytest.approx(1.5 + 2 / (8 * math.log(2)))
    alternating = np.array([0, 1] * 100)
    assert conditional(alternating, 0).plug_in == 1.0
    assert conditional(alternating, 1).plug_in == pytest.approx(0, abs=1e-3)


def test_miller_madow_is_nearer_to_the_truth() -> None:
    chance = np.random.default_rng(0)
    errors = []
    for _ in range(200):
        counts = frequencies(chance.integers(0, 64, 300))
        errors.append((plug_in(counts) - 6, miller_madow(counts) - 6))
    plain, corrected = np.abs(np.mean(errors, axis=0))
    assert corrected < plain / 5


def test_entropy_given_two_tokens_shrinks_with_the_sample_and_says_so() -> None:
    ids = np.random.default_rng(0).integers(0, 500, 8000)  # truly 8.97 bits, whatever came before
    points = curve(ids, 2)
    assert [p.n_tokens for p in points] == [998, 1998, 3998, 7998]
    assert all(p.plug_in < 1 and not p.reliable for p in points)
    assert conditional(ids, 0).reliable


@given(st.lists(st.integers(0, 5), min_size=4, max_size=60))
def test_conditional_entropy_is_that_of_slow_counting(ids: list[int]) -> None:
    for before in (1, 2):
        from collections import Counter

        whole = Counter(tuple(ids[i : i + before + 1]) for i in range(len(ids) - before))
        context = Counter(tuple(ids[i : i + before]) for i in range(len(ids) - before))
        n = len(ids) - before
        slow = -sum(c / n * math.log2(c / context[key[:-1]]) for key, c in whole.items())
        assert conditional(np.array(ids), before).plug_in == pytest.approx(max(slow, 0), abs=1e-9)


def test_characters_cut_and_glued() -> None:
    text = "né☃".encode()
    found = evidence(cut(text[:2], text[2:4], text[4:]))  # n + half an é | rest of é + start of ☃ | rest of ☃
    assert number("utf8_completeness", found) == 0
    assert number("boundary_crossing", found) == pytest.approx(2 / 3)
    whole = evidence(cut(b"n", "é☃".encode()))
    assert (number("utf8_completeness", whole), number("boundary_crossing", whole)) == (1, 0)


def test_bytes_never_cross_and_are_whole_only_in_ascii() -> None:
    found = evidence(open_tokenizer("builtin:utf8-bytes").segment("aé"))
    assert number("utf8_completeness", found) == pytest.approx(1 / 3)
    assert number("boundary_crossing", found) == 0


def test_vocabulary_use_and_unknown_share() -> None:
    assert number("vocabulary_use", evidence(cut(b"a", b"b", b"a"), n_vocabulary=8)) == 0.25
    made = table([[[8, 2], [5, 5]]], [[[1, 1], [0, 0]]])
    assert number("unknown_share", from_table(made, 0, "a")) == 0.2


# over languages


def test_gini_lorenz_and_tails_by_hand() -> None:
    assert gini(np.array([1.0, 3.0])) == 0.25
    assert gini(np.array([0.001, 0.001, 0.001, 1000])) == pytest.approx(0.75, abs=1e-4)
    assert lorenz(np.array([3.0, 1.0, np.nan]))[1].tolist() == [0, 0.25, 1]
    assert worst_decile(np.array([1.0] * 19 + [20.0])) == pytest.approx((1 + 20) / 2 / 1.95)


@given(COSTS)
def test_gini_is_that_of_the_definition_and_of_the_curve(costs: np.ndarray) -> None:
    n = len(costs)
    by_definition = np.abs(costs[:, None] - costs).sum() / (2 * n * n * costs.mean())
    shares, tokens = lorenz(costs)
    area = ((tokens[1:] + tokens[:-1]) / 2 * np.diff(shares)).sum()
    assert gini(costs) == pytest.approx(by_definition, abs=1e-9) == pytest.approx(1 - 2 * area, abs=1e-9)
    assert gini(costs) + 1e-12 >= 0 and gini(costs) <= 1 - 1 / n


@given(COSTS, st.floats(0.1, 50))
def test_inequality_does_not_depend_on_the_unit(costs: np.ndarray, factor: float) -> None:
    assert gini(costs * factor) == pytest.approx(gini(costs), abs=1e-9)


def test_over_languages_leaves_masked_ones_out() -> None:
    made = table([[[10, 10], [30, 30], [500, 500]]])
    found = over_languages(made, 0, masked=[2])
    assert number("gini", found) == 0.25 and number("max_min", found) == 3
    assert number("coefficient_of_variation", found) == pytest.approx(np.std([10, 30], ddof=1) / 20)
    assert METRICS.get("gini").value(found).reason == "1 masked languages are left out."
    assert math.isnan(number("gini", over_languages(made, 0, masked=[1, 2])))


def test_over_languages_uses_sentences_that_all_have() -> None:
    made = table([[[10, 1000], [30, 0]]])
    assert number("max_min", over_languages(made, 0)) == 3


def test_premium_lists_what_it_listed() -> None:
    assert list(shown("languages")) == [
        "bytes_per_token",
        "characters_per_token",
        "coefficient_of_variation",
        "gini",
        "max_min",
        "unknown_share",
        "worst_decile",
    ]
    assert list(shown("sentences")) == [
        "boundary_crossing",
        "bytes_per_token",
        "characters_per_token",
        "continued_words",
        "entropy",
        "entropy_per_byte",
        "fertility",
        "marks_saved",
        "normalised_sequence_length",
        "renyi_declared",
        "renyi_observed",
        "single_token_retention",
        "tokens_per_space_word",
        "unknown_share",
        "utf8_completeness",
        "vocabulary_use",
    ]


# undefined


@pytest.mark.parametrize("one", OVER_SENTENCES.values(), ids=lambda one: one.key)
def test_nothing_is_undefined_with_a_reason(one: Metric) -> None:
    none = evidence(n_vocabulary=100, reference=[])
    value = one.value(none)
    assert (math.isnan(value.number) and value.reason.endswith(".")) or (
        one.key == "vocabulary_use" and value.number == 0
    )


@pytest.mark.parametrize("one", METRICS.all().values(), ids=lambda one: one.key)
def test_what_is_missing_is_said(one: Metric) -> None:
    made = from_table(table([[[5, 5]]]), 0, "a")
    bare = Evidence(made.tokens, made.unknown, made.n_bytes, made.n_characters)
    assert (one.unavailable(bare) is None) == (not one.needs)


def test_undefined_is_not_a_number() -> None:
    assert math.isnan(undefined("why").number)


def test_definitions_say_where_tokeval_counts_otherwise() -> None:
    definitions = {key: METRICS.get(key).definition for key in ("renyi_declared", "boundary_crossing")}
    assert "divides by the observed" in definitions["renyi_declared"].source
    assert "two last bytes of one character" in definitions["boundary_crossing"].source


def test_two_last_bytes_of_one_character_cross_nothing() -> None:
    assert not shape("你".encode()[1:]).crosses and shape("你".encode()[1:] + b"a").crosses
