"""What must be true of the measures that share one pass, on models whose every answer is known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.common.errors import UserError
from core.evaluation.base import EVALUATORS, EvalText, Reference, Subject, quick_evaluators
from core.evaluation.results import Measures
from core.jobs.result_codec import restored, stored
from core.jobs.store.files import Origin, Result, packed, unpacked
from core.models.language_model import LanguageModel
from core.models.matrices import Matrices
from tests.lab import byte_bpe, lab, llama, permuted, texts

LN2 = float(np.log(2))
SINGLE = [e.key for e in EVALUATORS.all().values() if e.quick]


@pytest.fixture(scope="module")
def made() -> Subject:
    return lab(original=llama(byte_bpe(300), scale=0.5), donor=llama(byte_bpe(360, "both"), 5))


def uniform(model: LanguageModel) -> LanguageModel:
    """The same with a head of zeros: every token is as probable as any other."""
    rows = model.matrices()
    assert rows.output is not None
    return model.with_matrices(
        Matrices(rows.input, torch.zeros_like(rows.output), rows.bias), model.tokenizer, model.special_ids
    )


@pytest.fixture(scope="module")
def flat() -> Subject:
    subject = lab()
    return replace(
        subject, model=uniform(subject.model), reference=replace(subject.reference, original=uniform(subject.original))
    )


def bits(measures: Measures, key: str) -> float:
    return measures.numbers[key].value


def test_the_same_tokenizer_changes_nothing() -> None:
    same = lab(original=llama(byte_bpe(300), scale=0.5), new=byte_bpe(300))
    found = {key: EVALUATORS.get(key).measure(same) for key in SINGLE}
    bpb = found["bits_per_byte"]
    assert bits(bpb, "bits_lost") == 0.0 and bpb.numbers["bits_lost"].high == 0.0
    assert bits(found["perplexity_ratio"], "perplexity_ratio") == 1.0
    agreement = found["next_byte_agreement"]
    assert bits(agreement, "kl") == bits(agreement, "js") == bits(agreement, "kl_floor") == 0.0
    assert bits(agreement, "top_1_agreement") == bits(agreement, "coverage") == 1.0
    classes = found["loss_by_class"].tables["classes"]
    assert np.nanmax(np.abs(classes.numbers("difference_to_original"))) < 1e-12
    assert bits(found["mass_audit"], "new_mass") == 0.0


def test_a_uniform_model_has_known_bits(flat: Subject) -> None:
    found = EVALUATORS.get("bits_per_byte").measure(flat)
    table = found.tables["texts"]
    for name, model in (("model", flat.model), ("original", flat.original)):
        expected = table.numbers(f"{name}_tokens") * np.log(model.n_rows)
        assert table.numbers(f"{name}_nats") == pytest.approx(expected, rel=1e-6)
    tokens, n_bytes = table.numbers("model_tokens").sum(), table.numbers("model_bytes").sum()
    assert n_bytes == sum(len(t.text.encode()) for t in flat.reference.texts)
    assert bits(found, "bits_per_byte") == pytest.approx(tokens * np.log2(flat.model.n_rows) / n_bytes, rel=1e-6)
    ratio = EVALUATORS.get("perplexity_ratio").measure(flat)
    assert bits(ratio, "perplexity_ratio") == pytest.approx(2 ** bits(found, "bits_lost"), rel=1e-9)


def test_a_uniform_model_spreads_its_mass_over_all_rows(flat: Subject) -> None:
    found = EVALUATORS.get("mass_audit").measure(flat)
    n_new = int((flat.groups == 1).sum())
    assert n_new > 20
    assert bits(found, "new_mass") == pytest.approx(n_new / flat.model.n_rows, rel=1e-5)
    groups = found.tables["groups"]
    assert groups.numbers("mass") == pytest.approx(groups.numbers("n_rows") / flat.model.n_rows, abs=1e-6)
    assert bits(found, "zero_row_mass") == pytest.approx(1.0, abs=1e-5)


def test_a_uniform_model_has_a_known_next_byte(flat: Subject) -> None:
    found = EVALUATORS.get("next_byte_agreement").measure(flat)

    def first_bytes(model: LanguageModel) -> np.ndarray:
        vocabulary = model.tokenizer.vocabulary
        assert vocabulary is not None
        special = set(dict(model.tokenizer.info.specials).values())
        bins = [256 if i in special else piece[0] for i, piece in enumerate(vocabulary.pieces)]
        return np.bincount(bins, minlength=257) / model.n_rows

    p, q = first_bytes(flat.original), first_bytes(flat.model)
    assert bits(found, "kl") == pytest.approx(float((p * np.log2(p / q)).sum()), rel=1e-5)
    m = (p + q) / 2
    js = float((p * np.log2(p / m)).sum() + (q * np.log2(q / m)).sum()) / 2
    assert bits(found, "js") == pytest.approx(js, rel=1e-5)
    assert bits(found, "kl_floor") == pytest.approx(0.0, abs=1e-6)  # cutting otherwise changes no uniform model


def test_calibration_of_a_uniform_model_is_the_ratio_of_odds(flat: Subject) -> None:
    found = EVALUATORS.get("head_calibration").measure(flat)
    audit = EVALUATORS.get("mass_audit").measure(flat).tables["groups"]
    row = int(audit.where(language="", group="new")[0])
    mass, share = audit.numbers("mass")[row], audit.numbers("share")[row]
    odds = np.log(share / (1 - share)) - np.log(mass / (1 - mass))
    assert bits(found, "bias") == pytest.approx(odds, abs=0.05)  # each half has a share of its own
    assert bits(found, "bits_saved") > 0


def test_masses_sum_to_one(made: Subject) -> None:
    reading = made.reading
    assert reading.mass[reading.predicted].sum(1) == pytest.approx(1.0, abs=1e-5)
    assert reading.mean_probability.sum() == pytest.approx(1.0, abs=1e-5)
    groups = EVALUATORS.get("mass_audit").measure(made).tables["groups"]
    for language in ("", "eng", "deu"):
        rows = groups.where(language=language)
        assert groups.numbers("mass")[rows].sum() == pytest.approx(1.0, abs=1e-5)
        assert groups.numbers("share")[rows].sum() == pytest.approx(1.0, abs=1e-12)


def test_classes_add_up_to_the_whole(made: Subject) -> None:
    table = EVALUATORS.get("loss_by_class").measure(made).tables["classes"]
    views = set(zip(table.words("side"), table.words("by"), strict=True))
    assert len(views) == 5
    for side, by in views:
        rows = table.where(side=side, by=by)
        assert table.numbers("nats")[rows].sum() == pytest.approx(made.reading.text_nats.sum(), rel=1e-12)
        assert table.numbers("original_nats")[rows].sum() == pytest.approx(
            made.reference.original_reading.text_nats.sum(), rel=1e-9
        )
        assert table.numbers("n_bytes")[rows].sum() == made.reading.text_bytes.sum()
        assert table.numbers("loss_share")[rows].sum() == pytest.approx(1.0, rel=1e-12)
    digits = table.where(side="target", by="text", name="1 digit")
    assert table.numbers("n_bytes")[digits].sum() > 0


def test_next_byte_agrees_with_a_direct_computation(made: Subject) -> None:
    one = replace(made.reference, texts=made.reference.texts[:1])
    subject = replace(made, reference=one)
    found = EVALUATORS.get("next_byte_agreement").measure(subject)

    def distributions(model: LanguageModel) -> dict[int, np.ndarray]:
        cut = model.tokenizer.segment(one.texts[0].text)
        with torch.no_grad():
            logits = model.module(torch.tensor([[model.bos, *cut.ids.tolist()]])).logits[0].double()
        rows = logits.softmax(1).numpy()
        vocabulary = model.tokenizer.vocabulary
        assert vocabulary is not None
        bins = [256 if i == 0 else piece[0] for i, piece in enumerate(vocabulary.pieces)]
        return {int(s): np.bincount(bins, row, 257) for s, row in zip(cut.starts, rows, strict=False) if s}

    theirs, ours = distributions(subject.original), distributions(subject.model)
    places = sorted(theirs.keys() & ours.keys())
    kl = [float((theirs[o] * np.log2(theirs[o] / ours[o])).sum()) for o in places]
    assert found.facts["n_places"] == len(places)
    assert bits(found, "kl") == pytest.approx(float(np.mean(kl)), rel=1e-4)
    data = one.texts[0].text.encode()
    assert bits(found, "probability_of_true_byte") == pytest.approx(
        float(np.mean([ours[o][data[o]] for o in places])), rel=1e-4
    )
    assert bits(found, "coverage") == pytest.approx(len(places) / len(theirs))


def test_naming_the_tokens_otherwise_changes_nothing() -> None:
    base = llama(byte_bpe(300), scale=0.5)
    order = [0, *(1 + np.random.default_rng(0).permutation(299)).tolist()]
    found = EVALUATORS.get("bits_per_byte").measure(lab(original=base, new=permuted(byte_bpe(300), order)))
    assert abs(bits(found, "bits_lost")) < 1e-6
    assert bits(found, "compression_gain") == 1.0


def test_intervals_hold_the_figure_and_are_the_same_again(made: Subject) -> None:
    once, again = (EVALUATORS.get("bits_per_byte").measure(made) for _ in range(2))
    for key, number in once.numbers.items():
        assert number.low <= number.value <= number.high
        assert number == again.numbers[key]
    assert once.numbers["bits_lost"].low < once.numbers["bits_lost"].high


def test_few_texts_have_no_interval(made: Subject) -> None:
    few = replace(made, reference=replace(made.reference, texts=texts()[:3]))
    number = EVALUATORS.get("bits_per_byte").measure(few).numbers["bits_per_byte"]
    assert np.isnan(number.low) and "at least 10 texts" in number.reason and number.value > 0


def test_empty_texts_are_left_out_and_said(made: Subject) -> None:
    more = (*texts(), EvalText("eng", "prose", ""))
    found = EVALUATORS.get("bits_per_byte").measure(replace(made, reference=replace(made.reference, texts=more)))
    assert "1 of 25 texts is left out" in " ".join(found.remarks)
    assert bits(found, "bits_per_byte") == pytest.approx(
        bits(EVALUATORS.get("bits_per_byte").measure(made), "bits_per_byte")
    )


def test_sentences_are_compared_where_all_languages_have_them(made: Subject) -> None:
    found = EVALUATORS.get("bits_per_sentence").measure(made)
    table = EVALUATORS.get("bits_per_byte").measure(made).tables["texts"]
    rows = table.where(language="deu")
    expected = table.numbers("model_nats")[rows].mean() / LN2
    cells = found.tables["cells"]
    assert cells.numbers("model_bits_per_sentence")[cells.where(language="deu")[0]] == pytest.approx(expected)
    fewer = replace(made, reference=replace(made.reference, texts=texts()[:-1]))
    assert EVALUATORS.get("bits_per_sentence").measure(fewer).facts["n_sentences"] == 11


def test_without_an_original_bits_are_there_and_comparisons_are_refused(made: Subject) -> None:
    alone = Subject(made.model, Reference(texts()))
    found = EVALUATORS.get("bits_per_byte").measure(alone)
    assert bits(found, "bits_per_byte") > 0 and "no original" in found.numbers["bits_lost"].reason
    with pytest.raises(UserError, match="before the transplant"):
        EVALUATORS.get("next_byte_agreement").measure(alone)


@pytest.mark.parametrize("measure", [e.measure for e in quick_evaluators()], ids=SINGLE)
def test_what_is_found_can_be_stored(made: Subject, measure: Callable[[Subject], Measures]) -> None:
    found = measure(made)
    kept = stored(found)
    again = restored(Measures, unpacked(packed(Result(Origin("k", "test"), kept.arrays, kept.facts))))
    assert repr(sorted(again.numbers.items())) == repr(sorted(found.numbers.items())) and again.remarks == found.remarks
    for name, table in found.tables.items():
        for column, values in table.columns.items():
            assert np.array_equal(again.tables[name].columns[column], values, equal_nan=isinstance(values, np.ndarray))


def test_every_evaluator_describes_itself() -> None:
    for one in EVALUATORS.all().values():
        assert one.label and one.definition.endswith(".") and one.cost and one.numbers
        assert all(number.text.endswith(".") for number in one.numbers)
