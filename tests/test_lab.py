"""A comparison of transplants from plan to verdict, on random models: what is asked, looked at, run, kept and said."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch.utils.flop_counter import FlopCounterMode

from core.common.errors import UserError
from core.common.params import Value
from core.evaluation.base import EVALUATORS
from core.evaluation.results import Measures, Table
from core.jobs.compute import compute
from core.jobs.job import KINDS, Context, Output, Unit, canonical
from core.jobs.result_codec import restored, stored
from core.jobs.store.files import Origin, Result, packed, unpacked
from core.lab import documents, lexicons
from core.lab.differences import ALL, TextPart, compare, entrants
from core.lab.estimate import estimate, needed_mb, size_of
from core.lab.foreseen import KIND, EstimatedStage, Submission
from core.lab.key_picture_points import comparison_table, points
from core.lab.memory import refuse_too_large_together
from core.lab.outcome import Outcome
from core.lab.participants import Participants, opened, outlined
from core.lab.plan import Choice, Plan, plan_of
from core.lab.preview import setting, uncounted
from core.lab.result import LabResult
from core.lab.result_from_units import gathered
from core.lab.submission import submission
from core.lab.verdict import verdict
from core.models.device import pick_device
from core.models.memory import WORKSPACE_BYTES
from core.transplants.base import METHODS, transplant
from core.transplants.work import TransplantSize
from tests.lab_folders import pair

CHOSEN = (Choice("subword_mean"), Choice("ridge"))
NAMES = ["original", "donor", "subword_mean", "ridge", "mean", "random_coefficients", "shuffled_donor"]


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    base, donor = pair(tmp_path_factory.mktemp("models"))
    languages = ("eng_Latn", "deu_Latn")
    return Plan(str(base), donor=str(donor), methods=CHOSEN, languages=languages, sentences=12, device="cpu")


@pytest.fixture(scope="module")
def participants(plan: Plan) -> Participants:
    return outlined(plan)


@pytest.fixture(scope="module")
def there(plan: Plan) -> Participants:
    return opened(plan)


@pytest.fixture(scope="module")
def asked(participants: Participants) -> Submission:
    return submission(participants)


@pytest.fixture(scope="module")
def parts(asked: Submission) -> list[tuple[Unit, Output]]:
    context = Context(asked.params, asked.inputs)
    return [(unit, compute(KIND, unit, context)) for unit in KINDS.get(KIND).units(context)]


@pytest.fixture(scope="module")
def result(asked: Submission, parts: list[tuple[Unit, Output]]) -> LabResult:
    """Through the store's own bytes, as a page reads it."""
    output = KINDS.get(KIND).combine(iter(parts), Context(asked.params, asked.inputs))
    return restored(LabResult, unpacked(packed(Result(Origin("a", KIND), output.arrays, output.facts))))


def test_a_plan_is_the_same_after_a_link() -> None:
    plan = Plan("shipped:a", "file:b", methods=(Choice("omp_robust", {"k": 8}),), seeds=(0, 3), languages=("deu_Latn",))
    assert plan_of(json.loads(json.dumps(plan.to_json()))) == plan
    assert set(plan.to_json()) == {"model", "tokenizer", "methods", "seeds", "languages"}


def test_the_json_of_a_plan_is_the_one_that_keys_of_jobs_were_made_of() -> None:
    plan = Plan(
        "shipped:a",
        donor="shipped:b",
        methods=(Choice("mean"), Choice("omp_robust", {"k": 8, "center": True, "ridge": 1.0, "by": "é"})),
        languages=("deu_Latn", "eng_Latn"),
        seeds=(0, 3),
        budget_seconds=60.0,
    )
    assert canonical(plan.to_json()) == (
        '{"budget_seconds":60.0,"donor":"shipped:b","languages":["deu_Latn","eng_Latn"],"methods":[{"key":"mean",'
        '"params":{}},{"key":"omp_robust","params":{"by":"\\u00e9","center":true,"k":8,"ridge":1.0}}],'
        '"model":"shipped:a","seeds":[0,3]}'
    )
    again = plan_of(json.loads(canonical(plan.to_json())))
    assert again == plan and hash(again) == hash(plan) and canonical(again.to_json()) == canonical(plan.to_json())
    assert {plan, replace(plan, seeds=(0,))} == {again, replace(again, seeds=(0,))}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "is no plan"),
        ({}, "names no model"),
        ({"model": "a"}, "names no new tokenizer"),
        ({"model": "a", "tokenizer": "b", "corpus": ""}, "names no text"),
        ({"model": "a", "tokenizer": "b", "sentences": 0}, "give 1 to"),
        ({"model": "a", "tokenizer": "b", "sentences": "many"}, "cannot be"),
        ({"model": "a", "tokenizer": "b", "seeds": [1, 1]}, "different seeds"),
        ({"model": "a", "tokenizer": "b", "methods": [{"key": "mean"}, {"key": "mean"}]}, "twice"),
        ({"model": "a", "tokenizer": "b", "methods": ["mean"]}, "methods of the plan cannot be"),
        ({"model": "a", "tokenizer": "b", "methods": [{"key": "mean", "params": {"k": None}}]}, "cannot be"),
        ({"model": "a", "tokenizer": "b", "seeds": 3}, "seeds of the plan cannot be '3'"),
        ({"model": "a", "tokenizer": "b", "colour": "red"}, "has no 'colour'"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(document: object, says: str) -> None:
    with pytest.raises(UserError, match=says):
        plan_of(document)


def test_what_a_plan_names_is_looked_at_before_it_runs(plan: Plan) -> None:
    with pytest.raises(UserError, match="Did you mean ridge"):
        outlined(replace(plan, methods=(Choice("rigde"),)))
    with pytest.raises(UserError, match="give a number from"):
        outlined(replace(plan, methods=(Choice("omp_robust", {"k": -1}),)))
    with pytest.raises(UserError, match="evaluator"):
        outlined(replace(plan, evaluators=(Choice("bits"),)))
    with pytest.raises(UserError, match="stand for other bytes"):
        outlined(replace(plan, tokenizer=f"file:{Path(plan.model) / 'tokenizer.json'}"))


def test_the_setting_needs_no_weights_and_adds_up(participants: Participants) -> None:
    assert participants.original.device.type == "meta"
    found = setting(participants)
    assert found.classes.numbers("n_tokens").sum() == found.tokenizer.n_tokens == 360
    assert sum(found.n_by_rule.values()) == len(found.tokens.old)
    assert found.classes.numbers("n_made").sum() == len(participants.match.new_text) > 20
    assert found.tokens.piece(300) == participants.tokenizer.vocabulary.pieces[300]  # type: ignore[union-attr]
    texts, rows = found.texts, found.compression
    old, new = texts.numbers("old_tokens").sum(), texts.numbers("new_tokens").sum()
    assert rows.numbers("saved")[0] == pytest.approx(1 - new / old)
    assert (rows.numbers("saved_low") < rows.numbers("saved")).all()
    german = rows.where(language="deu_Latn")[0]
    assert rows.numbers("saved_low")[german] > rows.numbers("saved_high")[rows.where(language="eng_Latn")[0]]


def test_the_fingerprints_of_an_outline_are_those_of_the_model(
    participants: Participants, parts: list[tuple[Unit, Output]]
) -> None:
    assert len({each.name for each in participants.inputs}) == len(participants.inputs) == 3
    assert parts  # units compare them with what they load, and refuse what has changed


def test_a_model_that_changed_after_submission_is_refused(asked: Submission) -> None:
    changed = tuple(replace(each, fingerprint="0" * 16) if "base" in each.name else each for each in asked.inputs)
    context = Context(asked.params, changed)
    with pytest.raises(UserError, match="has changed since"):
        compute(KIND, KINDS.get(KIND).units(context)[1], context)


def test_a_result_is_whole_after_the_store(parts: list[tuple[Unit, Output]], result: LabResult) -> None:
    """Every array with its type, tables in their order, numbers that are none."""
    outcome = restored(Outcome, {unit.name: output for unit, output in parts}["ridge"])
    again = result.outcome("ridge")
    assert list(again.measures) == list(outcome.measures)
    for key, measures in outcome.measures.items():
        same = again.measures[key]
        assert repr(same.numbers) == repr(measures.numbers) and same.facts == measures.facts
        for name, table in measures.tables.items():
            assert list(same.tables[name].columns) == list(table.columns) and same.tables[name].reasons == table.reasons
    for side, rows in outcome.rows.items():
        assert again.rows[side].provenance.dtype == np.uint8 and again.rows[side].norms.dtype == np.float32
        np.testing.assert_array_equal(again.rows[side].norms, rows.norms)
        assert list(again.rows[side].extras) == list(rows.extras)
    assert result.setting is not None and result.setting.tokens.of_class.dtype == np.int16


def test_a_result_stored_in_another_form_is_refused_in_one_sentence(result: LabResult) -> None:
    before = Output({}, {"plan": result.plan.to_json(), "waiting": [], "methods": [], "outcomes": []})
    with pytest.raises(UserError, match=r"Another version .* Press Repeat"):
        restored(LabResult, before)
    with pytest.raises(UserError, match="Press Repeat"):
        restored(LabResult, stored(result.plan))
    whole = stored(result)
    with pytest.raises(UserError, match="Press Repeat"):
        restored(LabResult, Output({}, whole.facts))


def test_every_unit_is_there_once_with_anchors_first_and_controls_last(result: LabResult) -> None:
    assert [outcome.name for outcome in result.outcomes] == NAMES
    assert [outcome.role for outcome in result.outcomes][-2:] == ["control", "control"]
    assert result.complete and result.original is not None and result.donor is not None
    assert set(result.methods) == set(NAMES[2:])
    assert "bits_per_byte" in result.evaluators


def test_an_outcome_says_where_its_rows_come_from(result: LabResult) -> None:
    rows = result.outcome("ridge").rows["output"]
    assert rows.n_by_provenance["solved"] > 0 and sum(rows.n_by_provenance.values()) == 360
    assert rows.map_points.shape == (len(rows.map_ids), 2) and np.isfinite(rows.map_points).all()
    same = result.outcome("subword_mean").rows["output"]
    copied = rows.provenance[rows.map_ids] == 0
    assert copied.any() and not copied.all()
    np.testing.assert_allclose(rows.map_points[copied], same.map_points[copied], atol=1e-5)
    assert not np.allclose(rows.map_points[~copied], same.map_points[~copied], atol=1e-3)
    assert 0 < rows.axes[1] <= rows.axes[0] < 1


def test_a_partial_result_says_what_is_to_come(asked: Submission, parts: list[tuple[Unit, Output]]) -> None:
    found = gathered(Context(asked.params, asked.inputs), iter(parts[:4]))
    assert [o.name for o in found.outcomes] == NAMES[:3]
    assert found.waiting == tuple(NAMES[3:]) and not found.complete
    assert verdict(found).best == "subword_mean"
    assert re.match(r"So far, Subword mean.* \d more models are not there yet\.$", verdict(found).sentences[0])
    nothing = gathered(Context(asked.params, asked.inputs), iter([]))
    assert nothing.setting is None and verdict(nothing).sentences == ("No method is finished yet.",)


def test_another_method_shares_the_units_that_are_there(plan: Plan, asked: Submission) -> None:
    more = submission(outlined(replace(plan, methods=(*CHOSEN, Choice("zero")), budget_seconds=9.0)))
    before, after = ({u.name: u.key for u in KINDS.get(KIND).units(Context(s.params, s.inputs))} for s in (asked, more))
    assert {name: key for name, key in after.items() if name not in ("zero", "setting")} == {
        name: key for name, key in before.items() if name != "setting"
    }
    other = submission(outlined(replace(plan, sentences=11)))
    assert not set(before.values()) & {u.key for u in KINDS.get(KIND).units(Context(other.params, other.inputs))}


def test_the_picture_has_a_point_per_model_and_language(result: LabResult) -> None:
    found = points(result)
    assert len(found) == len(NAMES) * 3
    original = [p for p in found if p.role == "original"]
    assert {p.gain.value for p in original} == {1.0} and {p.lost.value for p in original} == {0.0}
    table = comparison_table(result)
    assert len(table.rows) == len(NAMES) and len(table.numbers[0]) == len(table.columns)


def test_the_estimate_names_each_stage_and_what_less_would_lose(plan: Plan, participants: Participants) -> None:
    found = estimate(participants)
    assert len(found.stages) == 1 + len(NAMES) and found.seconds > 0 and 256 < found.memory_mb < found.limit_mb
    assert found.over_budget == 0.0
    sweep = replace(plan, methods=tuple(Choice("omp_robust", {"k": k}) for k in (4, 8, 16)))
    names = [stage.name for stage in estimate(outlined(sweep)).stages]
    assert [name for name in names if "OMP" in name] == [f"OMP robust (k {k})" for k in (4, 8, 16)]
    tight = estimate(outlined(replace(plan, budget_seconds=0.01, seeds=(0, 1))))
    assert tight.over_budget > 0 and tight.seconds > found.seconds


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("trans_tokenization", {"corpus": "", "files": True}, "sentences with their translations"),
        ("trans_tokenization", {"languages": ("eng_Latn",)}, "sentences with their translations"),
        ("wechsel", {"languages": ("deu_Latn",)}, "word vectors"),
        ("ridge", {"donor": "", "tokenizer": "shipped"}, "needs a donor"),
        ("clp_transfer", {"donor": "", "tokenizer": "shipped"}, "as the helper"),
        ("zett", {"model": "shipped:tiny-unigram"}, "none ships for it"),
    ],
)
def test_what_a_method_lacks_is_said_before_anything_is_measured(
    key: str, given: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """It was said by the method itself, after the original and all methods before it had been measured."""
    (tmp_path / "own.txt").write_text("A line of text.\n" * 200)
    if given.get("files"):
        given = {**given, "files": (str(tmp_path / "own.txt"),)}
    if given.get("tokenizer"):
        given = {**given, "tokenizer": "file:data/models/tiny-world"}
    with pytest.raises(UserError, match=f"cannot be used here.*{said}"):
        outlined(
            Plan(**{"model": "shipped:tiny-english", "donor": "shipped:tiny-world", "methods": (Choice(key),), **given})
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"files": ("/dev/zero",)}, "is over"),
        ({"dictionary": "/dev/zero"}, "is over"),
        ({"dictionary": "/nowhere"}, "No such file"),
        ({"old_vectors": "/dev/zero"}, "no .vec file"),
        ({"new_vectors": "/dev/null"}, "no .vec file"),
        ({"token_vectors": "README.md"}, "no .vec file"),
        ({"seeds": (2**70,)}, "whole numbers from 0 to"),
    ],
)
def test_what_cannot_be_read_is_said_at_the_look_and_a_device_has_an_end(
    given: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/zero filled the memory, and a torn dictionary was found out after the models had been measured."""
    monkeypatch.setattr(documents, "MOST_FILE_BYTES", 10_000)
    monkeypatch.setattr(lexicons, "MOST_DICTIONARY_BYTES", 10_000)
    with pytest.raises(UserError, match=said):
        outlined(Plan("shipped:tiny-english", donor="shipped:tiny-world", methods=(Choice("mean"),), **given))


def test_texts_that_will_not_count_are_told_before_anything_runs(tmp_path: Path) -> None:
    """A comparison in which nothing could be compared said so when it was finished."""
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", "[CLS]", "[SEP]", "cat", "sat", "the", "##s"]))
    new, text = f"file:{tmp_path / 'vocab.txt'}", tmp_path / "text.txt"
    plan = Plan("shipped:tiny-english", tokenizer=new, methods=(Choice("mean"),), corpus="", files=(str(text),))
    for content, words in (
        ("cats", ""),
        ("Cats", "say no text back exactly"),
        ("cats<|endoftext|>Cats<|endoftext|>sat", "1 of the 2 texts"),
    ):
        text.write_text(content)
        found = uncounted(outlined(plan))
        assert words in found and bool(words) == bool(found), (content, found)


def test_the_estimate_comes_to_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processor seconds and megabytes of one process on one thread, at the speed that was measured beside them."""
    monkeypatch.setattr("core.lab.estimate._speed", lambda participants: 173.5e9)
    plan = Plan(
        "shipped:tiny-english",
        donor="shipped:tiny-world",
        methods=CHOSEN,
        languages=("eng_Latn", "deu_Latn"),
        sentences=40,
        device="cpu",
    )
    found = estimate(outlined(plan))
    measured = [6.9, 1.79, 1.08, 1.09, 1.03, 0.69]
    for stage, seconds in zip(found.stages, measured, strict=False):
        assert 1 / 1.5 < stage.seconds / seconds < 1.5, stage
    assert 1 / 1.5 < found.memory_mb / 648 < 1.5


def test_what_a_measure_reads_of_its_own_is_told_by_its_settings_and_not_by_the_texts() -> None:
    """Twelve steps of a kilobyte were told as forty passes over texts of thirty, 1 h 39 min for a job of minutes."""
    n, recovery = 29_423, EVALUATORS.get("recovery")
    short = {"steps": 12, "then_steps": 4, "seeds": 2, "points": 4, "bytes": 3_000, "batch_bytes": 1_024}
    assert recovery.passes_over(n, short) == pytest.approx((2 * (3 * 16 * 1_024 + 5 * 3_000) + 3_000) / n)
    assert recovery.passes_over(100 * n, short) == pytest.approx(recovery.passes_over(n, short) / 100)
    for key, given in (("samples", "prompts"), ("exact_bytes", "windows"), ("recovery", "steps")):
        one = EVALUATORS.get(key)
        assert one.passes_over(n, {given: 2}) < one.passes_over(n, {given: 20}), key


@pytest.mark.parametrize(("key", "given"), [
    ("omp_published", {"k": 8}),
    ("nearest", {"k": 4, "metric": "cosine", "weights": "inverse distance"}),
    ("clp_transfer", {"least_sum": 0.01}),
    ("ridge", {}),
    ("shuffled_donor", {}),
])  # fmt: skip
def test_a_method_multiplies_about_as_much_as_it_declares(
    there: Participants, key: str, given: dict[str, Value]
) -> None:
    with FlopCounterMode(display=False) as counted:
        transplant(there.problem, METHODS.get(key), given)
    declared = METHODS.get(key).work(size_of(there), given).multiplications
    assert counted.get_total_flops() < declared * 1.1
    if key not in ("omp_published", "nearest"):  # sorting takes longer than multiplying rows as narrow as these
        assert declared / 3 < counted.get_total_flops()


def test_the_estimate_holds_what_methods_take(plan: Plan) -> None:
    """Sixty-four atoms of a hundred thousand rows were told as the seconds that measuring takes."""
    large = TransplantSize(100_000, 30_000, 50_000, 4096, 2, 1_000_000, 0)
    omp = METHODS.get("omp_robust")
    assert omp.work(large, {"k": 64, "least_norm": 0.1}).multiplications > 1e15, (
        "hours at a hundred thousand million a second"
    )
    few, many = (
        estimate(outlined(replace(plan, methods=(Choice("omp_robust", {"k": k, "least_norm": 0.1}),)))).stages[3]
        for k in (1, 64)
    )
    assert few.name.startswith(f"{omp.label} (k 1,") and many.name.startswith(f"{omp.label} (k 64,")
    assert many.seconds > few.seconds
    for key, one in METHODS.all().items():
        usual, most = (one.work(large, {}, dearest=dearest).seconds_at(1e11) for dearest in (False, True))
        assert 0 < usual <= most < float("inf"), key


def test_what_hidden_tokens_may_choose_is_told_as_a_span(plan: Plan) -> None:
    """One number of atoms was foreseen, and another chosen, which took eight times as long."""
    size, omp = TransplantSize(4_000, 1_800, 4_000, 576, 1, 0, 0), METHODS.get("omp_published")
    usual, most, least = (
        omp.work(size, {}, **how).seconds_at(1e11) for how in ({}, {"dearest": True}, {"chosen": {"k": 1}})
    )
    assert least < usual < most == omp.work(size, {}, chosen={"k": 128}).seconds_at(1e11)
    assert omp.work(size, {"k": 128}) == omp.work(size, {"k": 128}, dearest=True), "nothing is left open"
    found = estimate(outlined(replace(plan, methods=(Choice("omp_published"), Choice("mean")))))
    open_one, fixed = (next(s for s in found.stages if s.name.startswith(name)) for name in ("OMP", "Mean"))
    assert open_one.most_seconds > open_one.seconds and fixed.most_seconds == fixed.seconds
    stages = (
        EstimatedStage("fixed", 1.0),
        EstimatedStage("hardly", 1.0, 0.0, 1.2),
        EstimatedStage("open", 1.0, 0.0, 9.0),
    )
    assert [stage.at_most for stage in stages] == [0.0, 0.0, 9.0]
    assert replace(found, stages=stages).at_most == 11.2 and replace(found, stages=stages[:2]).at_most == 0.0


def test_no_device_shortens_what_is_pythons(plan: Plan) -> None:
    """All of it was told as multiplications: on a GPU a hundred times too little."""
    size = TransplantSize(100_000, 30_000, 50_000, 1024, 1, 1_000_000, 1_000_000)
    for key in ("subword_mean", "trans_tokenization", "focus"):
        one = METHODS.get(key).work(size, {})
        assert one.seconds_at(1e15) > 1.0, key


def test_a_method_that_gives_a_head_of_its_own_makes_two_matrices() -> None:
    size, one = TransplantSize(4_000, 1_800, 4_000, 576, 1, 0, 0), METHODS.get("weighted_pieces")
    assert one.own_head
    assert one.work(size, {}) == one.work(replace(size, n_sides=2), {})


def test_a_measure_of_transplants_takes_no_time_for_the_models_beside_them(plan: Plan) -> None:
    with_it, without = (
        estimate(outlined(replace(plan, evaluators=tuple(map(Choice, keys))))).stages
        for keys in (("bits_per_byte", "alm_recovery"), ("bits_per_byte",))
    )
    more = [a.name for a, b in zip(with_it, without, strict=True) if a.seconds > b.seconds + 0.01]
    assert more == [METHODS.get(choice.key).label for choice in plan.methods], "nor for controls, which are not trained"


def test_a_measure_saves_no_more_than_it_takes(plan: Plan) -> None:
    """What is taken of methods alone was told as saved on the models beside them too: more than all there was."""
    found = estimate(outlined(replace(plan, evaluators=tuple(map(Choice, ("bits_per_byte", "alm_recovery"))))))
    (saved,) = (each.seconds for each in found.shorter if "likelihood matching" in each.what)
    assert 0.5 * found.seconds < saved < found.seconds


def test_rows_that_a_measure_makes_again_are_counted_again(plan: Plan) -> None:
    learnt = replace(plan, methods=(Choice("token_distillation", {"passes": 1_000}),))
    again, once = (
        estimate(outlined(replace(learnt, evaluators=tuple(map(Choice, keys))))).stages[3].seconds
        for keys in (("bits_per_byte", "held_out_anchors"), ("bits_per_byte",))
    )
    assert 1.7 < again / once < 2.3


def test_models_that_fit_alone_and_not_together_are_refused_before_any_is_loaded(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = outlined(plan)
    largest = max(found.needs.values())
    monkeypatch.setattr("core.lab.memory.free_bytes", lambda _: largest + WORKSPACE_BYTES)
    monkeypatch.setattr("core.lab.participants.open_model", lambda *_: pytest.fail("a model was loaded"))
    assert found.donor is not None
    for look in (outlined, opened):
        with pytest.raises(UserError, match="These do not fit together") as refused:
            look(plan)
        assert f"{found.original.name} " in str(refused.value) and f"the donor {found.donor.name}" in str(refused.value)
        assert "--device spread" in str(refused.value)
    with pytest.raises(UserError, match=r"fit together(?!.*--device spread)"):
        refuse_too_large_together(found.needs, pick_device("cpu"), spreads=False)
    alone = replace(plan, donor="", tokenizer=f"file:{plan.donor}", methods=(Choice("mean"),))
    outlined(alone)
    trained = replace(alone, evaluators=(Choice("recovery"),))
    with pytest.raises(UserError, match=r"the copies that are trained(?!.*--device spread)"):  # which cannot be then
        opened(trained)
    monkeypatch.undo()
    assert needed_mb(outlined(trained)) >= needed_mb(outlined(alone))


def test_the_verdict_says_that_nothing_beats_chance_on_random_models(result: LabResult) -> None:
    found = verdict(result)
    assert found.best in {"subword_mean", "ridge"}
    assert set(found.beats) == {"subword_mean", "ridge"}
    assert any("not beat" in s or "every control" in s for s in found.sentences)


def test_outcomes_of_all_seeds_enter_comparisons_as_one(result: LabResult) -> None:
    """By what they are; a name that ends like one with a seed is a name."""
    ridge, mean = result.outcome("ridge"), result.outcome("subword_mean")
    seeds = [replace(ridge, name=f"ridge, seed {seed}", seed=seed) for seed in (0, 7)]
    other = replace(ridge, name="ridge ridge=2.0, seed 0", chosen={"ridge": 2.0})
    odd = replace(mean, name="x, seed 1", method="", role="original")
    found = entrants(replace(result, outcomes=(*seeds, other, odd)))
    assert [(e.name, len(e.outcomes)) for e in found] == [("ridge", 2), ("ridge ridge=2.0", 1), ("x, seed 1", 1)]


def planted(result: LabResult, offset: float, noise: float) -> LabResult:
    """The same result, in which ridge needs `offset` bits per byte less than each control, give or take `noise`."""
    random = np.random.default_rng(0)

    def with_bits(outcome: Outcome, per_byte: float) -> Outcome:
        table = outcome.table("bits_per_byte", "texts")
        assert table is not None
        n_bytes = table.numbers("model_bytes")
        nats = np.log(2) * n_bytes * (per_byte + noise * random.normal(size=len(n_bytes)))
        measures = outcome.measures["bits_per_byte"]
        changed = Table({**table.columns, "model_nats": nats}, table.reasons)
        return replace(outcome, measures={"bits_per_byte": Measures(measures.numbers, {"texts": changed})})

    means = {"ridge": 3.0 - offset, "subword_mean": 3.0}
    return replace(result, outcomes=tuple(with_bits(o, means.get(o.name, 3.0)) for o in result.outcomes))


def test_a_planted_difference_is_found_and_none_where_there_is_none(result: LabResult) -> None:
    assert result.setting is not None
    clear, none = planted(result, 0.5, 0.05), planted(result, 0.0, 0.05)
    for found, expected in ((clear, True), (none, False)):
        by_name = {e.name: e for e in entrants(found)}
        [one] = compare(result.setting, [(by_name["ridge"], by_name["subword_mean"])])
        assert one.first_better is expected
        assert (one.low < one.difference < one.high) and one.distinguishable is expected
    assert verdict(clear).beats == {"ridge": True, "subword_mean": False}
    assert verdict(none).beats == {"ridge": False, "subword_mean": False}


def test_translations_of_a_sentence_count_once(result: LabResult) -> None:
    """Twice the same evidence is no more evidence: twelve texts are six sentences in two languages."""
    assert result.setting is not None
    texts = result.setting.texts
    kept = [n for n, sentence in enumerate(texts.words("sentence")) if int(sentence) < 6]
    columns = {k: v[kept] if isinstance(v, np.ndarray) else tuple(v[n] for n in kept) for k, v in texts.columns.items()}
    few = replace(result.setting, texts=Table(columns))
    by_name = {e.name: replace(e, bits=e.bits[kept], usable=e.usable[kept]) for e in entrants(result)}
    pairs = [(by_name["ridge"], by_name["subword_mean"])]
    [together, alone] = compare(few, pairs, [ALL, TextPart("eng_Latn")])
    assert len(kept) == 12
    assert together.reason == alone.reason == "A test needs 10 sentences, and there are 6."


def test_too_few_sentences_are_said_and_not_tested(result: LabResult) -> None:
    assert result.setting is not None
    few = replace(result.setting, texts=Table({k: v[:6] for k, v in result.setting.texts.columns.items()}))
    by_name = {e.name: replace(e, bits=e.bits[:6], usable=e.usable[:6]) for e in entrants(result)}
    [one] = compare(few, [(by_name["ridge"], by_name["subword_mean"])])
    assert np.isnan(one.p) and not one.distinguishable and "needs 10" in one.reason


def unread(result: LabResult, *names: str) -> LabResult:
    """The same result, in which these models read no text exactly."""

    def changed(outcome: Outcome) -> Outcome:
        table = outcome.table("bits_per_byte", "texts")
        assert table is not None
        columns = {**table.columns, "compared": np.zeros(len(table), np.bool_)}
        measures = {"bits_per_byte": replace(outcome.measures["bits_per_byte"], tables={"texts": Table(columns)})}
        return replace(outcome, measures=measures) if outcome.name in names else outcome

    return replace(result, outcomes=tuple(map(changed, result.outcomes)))


def test_of_texts_that_nothing_reads_exactly_no_number_is_said(result: LabResult) -> None:
    """It said: Of 2 methods Subword mean (FVT) reads best: nan bits per byte."""
    nothing = verdict(unread(result, *NAMES[2:]))
    assert not nothing.best and not nothing.beats and len(nothing.sentences) == 1
    assert nothing.sentences[0].startswith("No text is read exactly")
    one = verdict(unread(result, "ridge"))
    assert one.best == "subword_mean" and set(one.beats) == {"subword_mean"}
    assert any("Ridge map gives no text a probability" in sentence for sentence in one.sentences)
    assert not any("nan" in sentence.split() for each in (nothing, one) for sentence in each.sentences)


def test_only_what_was_tested_cannot_be_told_apart(result: LabResult) -> None:
    assert result.setting is not None
    texts = result.setting.texts
    chosen = {k: v[:6] for k, v in texts.columns.items()}

    def shorter(outcome: Outcome) -> Outcome:
        table = outcome.table("bits_per_byte", "texts")
        assert table is not None
        measures = outcome.measures["bits_per_byte"]
        kept = {"texts": Table({k: v[:6] for k, v in table.columns.items()})}
        return replace(outcome, measures={"bits_per_byte": replace(measures, tables=kept)})

    few = replace(
        result, setting=replace(result.setting, texts=Table(chosen)), outcomes=tuple(map(shorter, result.outcomes))
    )
    found = verdict(few)
    assert found.tied == () and len(found.untested) == 1 and not any("told apart" in s for s in found.sentences)
    assert any("differs" in s and "cannot be tested. A test needs 10 sentences" in s for s in found.sentences)


def weighed(result: LabResult, bits: Callable[[str, str, int], float]) -> LabResult:
    """The same result with bits per byte by name of the model, language and number of the text."""
    assert result.setting is not None
    languages = result.setting.texts.words("language")

    def with_bits(outcome: Outcome) -> Outcome:
        table = outcome.table("bits_per_byte", "texts")
        assert table is not None
        per_byte = np.array([bits(outcome.name, code, n) for n, code in enumerate(languages)])
        nats = np.log(2) * result.setting.texts.numbers("n_bytes") * per_byte  # type: ignore[union-attr]
        changed = Table({**table.columns, "model_nats": nats, "compared": np.ones(len(nats), np.bool_)})
        measures = replace(outcome.measures["bits_per_byte"], tables={"texts": changed})
        return replace(outcome, measures={"bits_per_byte": measures})

    return replace(result, outcomes=tuple(map(with_bits, result.outcomes)))


def test_a_method_that_fails_in_one_language_is_named_there(result: LabResult) -> None:
    """Over all texts it beats every control; in English it does not."""
    noise = np.random.default_rng(0)

    def bits(name: str, code: str, n: int) -> float:
        gain = 0.0 if name != "ridge" or code == "eng_Latn" else 1.0
        return 3.0 - gain + 0.01 * float(noise.normal())

    found = verdict(weighed(result, bits))
    assert found.best == "ridge" and found.beats["ridge"] is True
    assert found.beaten_in["ridge"] == (TextPart("eng_Latn"),)
    assert any(s.startswith("In English") and "not beat the controls" in s for s in found.sentences)
    [beside] = [s for s in found.sentences if s.startswith("Beside Subword mean (FVT), language by language:")]
    assert "Ridge map reads better in German" in beside and "English" not in beside


def test_languages_weigh_alike_whatever_bytes_their_script_takes(result: LabResult) -> None:
    assert result.setting is not None
    texts = result.setting.texts
    codes, n_bytes = np.array(texts.words("language")), texts.numbers("n_bytes")
    by_code = {code: float(n) for n, code in enumerate(dict.fromkeys(codes.tolist()), 1)}
    found = verdict(weighed(result, lambda name, code, n: by_code[code]))
    mean, pooled = np.mean(list(by_code.values())), sum(n_bytes * [by_code[c] for c in codes]) / n_bytes.sum()
    assert found.macro["ridge"] == pytest.approx(mean) != pytest.approx(pooled)
    assert "lower is better" in found.sentences[0] and "mean over 2 languages" in found.sentences[0]


@pytest.fixture(scope="module")
def seeded(plan: Plan) -> Iterator[list[str]]:
    context = Context(submission(outlined(replace(plan, seeds=(0, 7)))).params)
    yield [unit.name for unit in KINDS.get(KIND).units(context)]


def test_each_seed_is_a_unit(seeded: list[str]) -> None:
    assert seeded[3:5] == ["subword_mean, seed 0", "subword_mean, seed 7"]
    assert len(seeded) == 3 + 2 * 5
