"""Recovery is recovery: text held out, read once, the same bytes for all, the original trained beside."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.common.errors import UserError
from core.common.numbers import count
from core.evaluation.base import EVALUATORS, EvalText, Reference, Subject
from core.evaluation.passes import recovery_curve
from core.evaluation.passes.held_out import held_out
from core.evaluation.results import Measures
from core.lab.documents import PIECE_BYTES
from core.lab.plan import Plan
from core.lab.texts import texts_of
from core.text.schedule import schedule
from tests.lab import ENGLISH, GERMAN, byte_bpe, lab, llama, texts

SMALL: dict[str, Any] = {
    "steps": 3, "then_steps": 1, "seeds": 2, "points": 1, "batch_bytes": 100, "bytes": 300, "rate": 0.01,
}  # fmt: skip
MORE = tuple(EvalText("eng", "", f"{line} {n} {line}") for n in range(10) for line in ENGLISH + GERMAN)


@pytest.fixture(scope="module")
def subject() -> Subject:
    """A transplant with text enough to train on."""
    one = lab(original=llama(byte_bpe(300), scale=0.3), donor=llama(byte_bpe(360, "both"), 5, scale=0.3))
    return replace(one, reference=replace(one.reference, training=MORE))


def measured(subject: Subject, **params: Any) -> Measures:
    return EVALUATORS.get("recovery").measure(subject, {**SMALL, **params})


# the schedule


@given(
    st.lists(st.text(max_size=40), min_size=1).filter(any), st.integers(1, 12), st.integers(8, 60), st.integers(4, 50)
)
def test_every_byte_is_read_once_before_any_is_read_twice(
    given_texts: list[str], steps: int, batch: int, chunk: int
) -> None:
    read = ["".join(texts) for texts in schedule(given_texts, steps, batch, chunk, 0)]
    assert all(batch - 3 <= len(each.encode()) <= batch for each in read)
    there, taken = "".join(given_texts), "".join(read)
    whole = len(taken) // len(there)
    for n in range(whole):
        assert sorted(taken[n * len(there) : (n + 1) * len(there)]) == sorted(there)
    rest = taken[whole * len(there) :]
    assert all(rest.count(c) <= there.count(c) for c in set(rest))


def test_all_are_trained_on_the_same_bytes_in_the_same_order(subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    long = tuple(EvalText("", "", text.text * 40) for text in MORE)  # more than any of these models looks back on
    one = replace(subject, reference=replace(subject.reference, training=long))
    read: list[list[tuple[str, ...]]] = []
    real = recovery_curve.tune

    def watched(model: Any, groups: Any, phase: Any, batches: Any, *more: Any) -> None:
        read.append([tuple(batch) for batch in batches])
        for text in (text for batch in batches for text in batch):
            assert len(model.tokenizer.segment(text).ids) < model.max_tokens, "nothing of it is cut off"
        real(model, groups, phase, batches, *more)

    monkeypatch.setattr(recovery_curve, "tune", watched)
    measured(one, seeds=1, batch_bytes=600)
    n = len(read) // 2
    assert n == 2
    assert read[:n] == read[n:]


# held out


def test_what_is_measured_is_not_trained_on(subject: Subject) -> None:
    one = replace(subject.reference, training=(*MORE, *subject.reference.texts))
    split = held_out(one, np.ones(len(one.texts), np.bool_), 10**6, 0)
    assert not {t.strip() for t in split.training} & {t.text.strip() for t in one.texts}
    assert split.remarks == (
        f"{len(one.texts)} texts occur among those to train on and among those measured: they were not trained on.",
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_sentence_and_its_translation_are_on_one_side(seed: int) -> None:
    reference = replace(lab().reference, texts=texts(), training=())
    split = held_out(reference, np.ones(len(reference.texts), np.bool_), 10**6, seed)
    sentence = {t.text: t.sentence for t in reference.texts}
    tested = {t.sentence for t, one in zip(reference.texts, split.measured.tolist(), strict=True) if one}
    assert not tested & {sentence[text] for text in split.training}
    assert len(split.training) == int(split.measured.sum()) == len(reference.texts) // 2


def test_copies_of_a_text_are_on_one_side() -> None:
    copies = tuple(EvalText("", "", line) for line in ENGLISH * 4)
    split = held_out(Reference(copies), np.ones(len(copies), np.bool_), 10**6, 0)
    tested = {t.text for t, one in zip(copies, split.measured.tolist(), strict=True) if one}
    assert len(tested) == len(set(split.training)) == 2
    assert not tested & set(split.training)
    assert not split.remarks[1:]


def test_where_nothing_is_left_the_message_says_so(subject: Subject) -> None:
    alike = replace(subject.reference, training=subject.reference.texts)
    with pytest.raises(UserError, match=r"0 bytes are there beside those that are measured\. Give text of 400 bytes"):
        measured(replace(subject, reference=alike), bytes=10_000)


def test_all_that_is_not_measured_can_be_trained_on(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text("".join(f"line {n} of a text that goes on for long\n" for n in range(20_000)))
    found = texts_of(Plan("shipped:a", "shipped:b", corpus="", files=(str(file),), sentences=10))
    assert len(found.measured) == 10
    n_bytes = sum(len(t.text) for t in (*found.measured, *found.left))
    assert n_bytes == file.stat().st_size > 100 * PIECE_BYTES
    assert found.training == found.left[: len(found.training)]


# the amount


def test_too_little_text_is_refused_with_the_amount_that_it_takes(subject: Subject) -> None:
    few = replace(subject, reference=replace(subject.reference, training=MORE[:2]))
    there = sum(len(t.text) for t in MORE[:2])
    with pytest.raises(UserError) as refused:
        measured(few)
    said = str(refused.value)
    assert f"takes 400 bytes (4 steps of 100 bytes), and {there} bytes are there" in said
    assert "may be read once" in said
    missing = 400 - there
    assert f"Give text of {missing} bytes more, train on {count(there)} bytes at most" in said
    assert "or allow 2 passes" in said
    enough = (*MORE[:2], EvalText("", "", "x" * missing))
    assert measured(replace(subject, reference=replace(subject.reference, training=enough))).numbers
    assert measured(few, steps=2, then_steps=0).numbers
    assert measured(few, passes=2).facts["passes"] == pytest.approx(400 / there, rel=0.02)
    with pytest.raises(UserError, match=f"Give text of {missing - 1} bytes more"):
        measured(replace(few, reference=replace(few.reference, training=(*MORE[:2], EvalText("", "", "x")))))


def test_where_half_of_the_texts_train_twice_as_much_is_asked_for(subject: Subject) -> None:
    halved = replace(subject, reference=replace(subject.reference, training=()))
    with pytest.raises(UserError, match=r"bytes more, since half of the texts train"):
        measured(halved, batch_bytes=2_048)


def test_the_sample_is_too_short_for_the_usual_training() -> None:
    found = texts_of(Plan("shipped:a", "shipped:b", languages=("eng_Latn",)))
    one = lab(original=llama(byte_bpe(300)))
    short = replace(one, reference=replace(one.reference, texts=found.measured, training=found.left))
    with pytest.raises(UserError, match=r"takes 102\u202f400 bytes \(50 steps of 2\u202f048 bytes\)"):
        EVALUATORS.get("recovery").measure(short)


# the gap


def test_the_gap_is_to_the_original_after_the_same_training(subject: Subject) -> None:
    found, curve = measured(subject), measured(subject).tables["curve"]
    own = measured(Subject(subject.original, subject.reference))
    beside, bits = curve.numbers("original_bits_per_byte"), curve.numbers("bits_per_byte")
    assert np.array_equal(beside, own.tables["curve"].numbers("bits_per_byte"))
    assert not own.tables["curve"].numbers("step")[0] and beside[0] != beside[-1], "it was trained"
    last = curve.numbers("step") == curve.numbers("step").max()
    assert found.numbers["gap"].value == pytest.approx((bits - beside)[last].mean())
    assert own.numbers["gap"].value == own.numbers["area"].value == 0.0
    assert "nothing to recover" in own.numbers["recovered"].reason
    assert found.facts["bytes_read"] <= 400 and found.facts["passes"] < 1


def test_the_original_moves_its_matrices_where_new_rows_move(subject: Subject) -> None:
    found = measured(Subject(subject.original, subject.reference), trains="new rows")
    bits = found.tables["curve"].numbers("bits_per_byte")
    assert bits[1] != bits[0] and set(found.tables["curve"].words("trained")) == {"nothing", "embeddings", "everything"}


def test_without_an_original_there_is_a_curve_and_no_gap(subject: Subject) -> None:
    found = measured(Subject(subject.model, replace(subject.reference, original=None)))
    assert np.isfinite(found.numbers["bits_per_byte_after"].value)
    assert found.numbers["gap"].reason == "There is no original to train beside it."
