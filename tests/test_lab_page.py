"""The transplant lab's page: a real comparison of two tiny random models, set up in the form, run, and looked at."""

import io
import json
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.cached import lab as cached_lab
from components.lab.context import LabContext
from components.lab.entrant_marks import in_light, marks
from components.lab.key_picture import chart
from components.lab.view import views
from components.lab.views.keep import command
from core.__main__ import parser
from core.cli.transplant import asked_plan as plan_asked
from core.common.errors import UserError
from core.common.zip_folder import zipped
from core.corpora.text_uploads import keep_text
from core.jobs.job import KINDS, content_key
from core.jobs.queue import Jobs
from core.jobs.shared_cache import shared
from core.jobs.store.files import Origin, Result
from core.lab.documents import read_plain
from core.lab.key_picture_points import points
from core.lab.link import plan_to_link
from core.lab.outcome import Outcome
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from core.lab.texts import texts_of
from core.models.load import open_model
from core.models.score import score
from core.models.typed import model_spec
from core.work.export import KIND, params_of
from tests.jobs_home import jobs_home
from tests.lab_folders import pair
from tests.pages import ROOT, opened, unopened

pytestmark = pytest.mark.usefixtures("looks_here")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lab")
    with jobs_home(folder / "home", slots=1):
        yield folder


@pytest.fixture(scope="module")
def key(home: Path) -> str:
    base, donor = pair(home)
    plan = Plan(
        f"file:{base}",
        donor=f"file:{donor}",
        methods=(Choice("subword_mean"), Choice("omp_robust", {"k": 4})),
        languages=("eng_Latn", "deu_Latn"),
        sentences=12,
    )
    handed = submission(outlined(plan))
    jobs = Jobs()
    job = jobs.submit("transplant", handed.params, "ann", handed.inputs, handed.label)
    done = jobs.wait(job.key, 240)
    assert done.state == "done", done.message + jobs.log(job.key)
    return job.key


def context(key: str, dark: bool = False) -> LabContext:
    job = Jobs().get(key)
    result, verdict = cached_lab.comparison(job)
    assert result.setting is not None
    return LabContext(job, result, result.setting, verdict, dark)


@pytest.mark.slow
def test_every_view_draws_the_comparison(key: str) -> None:
    for view in [view for group in views().values() for view in group]:
        page = opened("transplants", run=key, lab=view.group, **{f"lab_{view.group.lower()}": view.label})
        assert not page.error, (view, [each.value for each in page.error])
        assert any("bits per byte" in each.value for each in page.markdown)


_LOOK = """
import sys
from components.lab.view import views
from tests.pages import opened

for view in [view for group in views().values() for view in group]:
    if view.label == "Segmentation":  # opens both models' tokenizers
        continue
    opened("transplants", run=sys.argv[1], lab=view.group, **{f"lab_{view.group.lower()}": view.label})
    if "torch" in sys.modules or "transformers" in sys.modules:
        sys.exit(f"{view.label} imports a library of models")
"""


@pytest.mark.slow
def test_looking_at_a_comparison_needs_no_library_of_models(key: str) -> None:
    command = [sys.executable, "-c", _LOOK, key]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.slow
def test_the_key_picture_has_every_model_but_the_line_at_zero(key: str) -> None:
    here = context(key)
    shown = [p for p in points(here.result) if p.language]
    drawn = chart(here, shown)
    names = [trace.name for trace in drawn.figure.data]
    assert len(names) == len(here.result.outcomes) - 1
    assert not any("no transplant" in name for name in names)
    assert all(len(trace.x) == 2 for trace in drawn.figure.data)  # two languages
    frame = drawn.numbers()
    assert set(frame["Language"]) == {"English", "German"}
    original = frame[frame["Model"].str.contains("no transplant")]
    assert np.allclose(original["Bits per byte lost"], 0)
    assert np.allclose(original["Bytes per token, ×"], 1)


@pytest.mark.slow
def test_models_are_told_apart_without_colour(key: str) -> None:
    outcomes = context(key).result.outcomes
    found = marks(outcomes, dark=True)
    assert len({mark.symbol for mark in found.values()}) == len(found)


def form(model: str, donor: str) -> AppTest:
    page = unopened("transplants")
    page.session_state["lab_model"], page.session_state["lab_donor"] = model, donor
    return page.run()


@pytest.mark.slow
def test_the_form_looks_at_the_pair_before_it_runs(home: Path, key: str) -> None:
    page = form(f"file:{home / 'base'}", f"file:{home / 'donor'}")
    assert not page.error, [each.value for each in page.error]
    assert not page.exception
    assert not page.button(key="lab_run").disabled
    assert any("Shared tokens" in each.value for each in page.markdown)
    page.button(key="lab_run").click().run()
    assert page.query_params["run"]
    for job in Jobs().newest():
        if job.state.live:
            Jobs().cancel(job.key)  # a minute of work, for which later tests of this file would wait


@pytest.mark.slow
def test_the_form_says_what_will_not_count_and_what_changes_nothing(home: Path, key: str, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", "[CLS]", "[SEP]", "cat", "##s"]))
    base, methods = f"file:{home / 'base'}", (Choice("subword_mean"),)
    own = Plan(base, base, methods=methods, languages=("eng_Latn",))
    page = opened("transplants", plan=plan_to_link(own) or "")
    assert not page.warning and any("tokenizer is the model's own" in each.value for each in page.caption)
    lossy = replace(own, tokenizer=f"file:{tmp_path / 'vocab.txt'}")
    (warning,) = opened("transplants", plan=plan_to_link(lossy) or "").warning
    assert "say no text back exactly" in warning.value


@pytest.mark.slow
def test_a_model_that_is_not_there_is_one_message(home: Path, key: str) -> None:
    page = form("file:/nowhere/at-all", f"file:{home / 'donor'}")
    assert len(page.error) == 1
    assert "/nowhere/at" in page.error[0].value.replace("\\", "")
    assert page.button(key="lab_run").disabled


@pytest.mark.slow
def test_a_comparison_that_another_version_stored_is_computed_anew_by_repeat(key: str) -> None:
    jobs = Jobs()
    whole = jobs.result(key)
    jobs.store.delete(key)
    jobs.store.put(Result(whole.origin, {}, {"plan": {}, "waiting": [], "methods": [], "outcomes": []}))
    shared.cache_clear()
    page = opened("transplants", run=key)
    assert ["Press Repeat on the Runs page" in each.value for each in page.error] == [True]
    again = jobs.repeat(key, "ann")
    assert jobs.wait(again.key, 240).state == "done"
    assert not page.run().error and not page.exception


def test_an_unknown_run_in_the_link_is_one_message(home: Path) -> None:
    page = opened("transplants", run="0" * 32)
    assert len(page.error) == 1


def test_what_is_typed_is_a_hub_id_or_a_path() -> None:
    assert model_spec("OWNER/NAME") == "hub:OWNER/NAME"
    assert model_spec("~/models/mine") == "file:~/models/mine"
    assert model_spec("shipped:tiny-english") == "shipped:tiny-english"


def test_a_plan_comes_through_its_link_into_the_form(home: Path) -> None:
    plan = Plan(
        "file:/nowhere/base",
        donor="file:/nowhere/donor",
        methods=(Choice("omp_robust", {"k": 7}), Choice("mean")),
        evaluators=(Choice("bits_per_byte"), Choice("held_out_anchors", {"share": 0.25})),
        languages=("eng_Latn", "arb_Arab"),
        sentences=12,
        seeds=(0, 1, 2),
        budget_seconds=600.0,
    )
    packed = plan_to_link(plan)
    assert packed is not None and len(packed) < 400
    page = opened("transplants", plan=packed)
    assert [page.selectbox(key=key).value for key in ("lab_model", "lab_donor")] == [plan.model, plan.donor]
    assert page.multiselect(key="lab_methods").value == ["omp_robust"], "the mean always runs along, as a control"
    assert page.text_input(key="lab_param_omp_robust_k").value == "7"
    assert page.text_input(key="lab_param_held_out_anchors_share").value == "0.25"
    assert page.text_input(key="lab_minutes").value == "10"
    assert len(page.error) == 1  # the models are not there, and that is all


def test_a_damaged_link_is_one_message_and_the_usual_form(home: Path) -> None:
    page = opened("transplants", plan="no-plan")
    assert "damaged" in page.error[0].value
    assert page.multiselect(key="lab_methods").value


def test_without_a_donor_a_method_says_what_it_lacks_before_anything_runs(home: Path) -> None:
    page = unopened("transplants")
    page.session_state["lab_donor"] = None
    page.session_state["lab_methods"] = ["mean", "ridge"]
    page.run()
    assert not page.exception
    assert any("needs a donor" in each.value for each in page.warning)


def test_an_uploaded_text_is_kept_by_content(home: Path) -> None:
    spec = keep_text("../my notes.txt", "Über alles.\n".encode())
    assert spec == keep_text("my notes.txt", "Über alles.\n".encode())
    assert read_plain(spec) == "Über alles.\n"
    with pytest.raises(UserError, match="not stored here"):
        read_plain("upload:0123456789abcdef/../../x.txt")
    with pytest.raises(UserError, match="no text"):
        keep_text("empty.txt", b" \n")


@pytest.mark.slow
def test_a_transplant_is_written_as_a_job_and_scores_the_same_when_loaded(key: str, tmp_path: Path) -> None:
    here = context(key)
    outcome = here.result.outcome("omp_robust k=4")
    params = params_of(
        here.result.plan, Choice(outcome.method, outcome.params), 0, here.job.params, str(tmp_path / "m")
    )
    jobs = Jobs()
    job = jobs.wait(jobs.submit(KIND, params, "ann", here.job.inputs, "a model").key, 240)
    assert job.state == "done", job.message + jobs.log(job.key)
    facts = jobs.result(job.key).facts["written"]
    assert facts["out"] == str(tmp_path / "m")
    shown = outcome.number("bits_per_byte", "bits_per_byte").value
    assert abs(facts["measured"]["bits_per_byte"]["transplant"] - shown) < 1e-9
    read = open_model(str(tmp_path / "m"))
    texts = [t.text for t in texts_of(here.result.plan).measured]
    assert abs(score(read, texts).bits_per_byte - shown) < 1e-4
    with zipfile.ZipFile(io.BytesIO(zipped(tmp_path / "m"))) as archive:
        assert archive.read("m/model.safetensors") == (tmp_path / "m" / "model.safetensors").read_bytes()
        assert "m/README.md" in archive.namelist()
    again = jobs.wait(jobs.repeat(job.key).key, 240)
    assert "exists" in again.message and "the earlier result" in again.message  # what is there is not overwritten
    assert again.state == "done" and jobs.result(job.key).facts["written"] == facts


def test_a_write_that_was_ended_says_what_its_button_does(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It said to resume it where no button was called so."""
    here, jobs = context(key), Jobs()
    outcome = next(one for one in here.result.transplants if one.role == "method")
    params = params_of(here.result.plan, Choice(outcome.method, outcome.params), 0, here.job.params)
    asked = Origin(content_key(KINDS.get(KIND), params, here.job.inputs), KIND, params, here.job.inputs)
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    jobs.begun_elsewhere(asked, "ann", "Its worker ended.")
    with jobs.store.index.writing() as connection:
        connection.execute("UPDATE jobs SET attempts = 1 WHERE key = ?", (asked.key,))
    page = opened("transplants", run=key, lab="Keep")
    assert ["Resume starts it again" in each.value for each in page.warning] == [True]
    assert page.button(key="lab_keep_write").label == "Resume"
    page.button(key="lab_keep_write").click().run()
    assert not page.exception and jobs.get(asked.key).state.live
    jobs.delete(asked.key)


def test_the_line_that_writes_a_model_asks_for_the_same_model() -> None:
    plan = Plan(
        "file:/a b", tokenizer="mistral:v3", corpus="", files=("c d.txt",), languages=("eng_Latn",), sentences=7,
        methods=(Choice("omp_robust", {"k": 4}),), old_language="deu_Latn", dictionary="d.tsv", helper="hub:a/b",
        device="cpu", dtype="bfloat16", out_dtype="float16", pad_to=64, untie=True, seeds=(3,),
    )  # fmt: skip
    outcome = Outcome("omp_robust k=4", "method", "omp_robust", "OMP robust", {"k": "4"}, seed=3)
    here: Any = SimpleNamespace(result=SimpleNamespace(plan=plan))
    words = shlex.split(command(here, outcome))
    asked = plan_asked(parser().parse_args(words[words.index("transplant") :]))
    assert replace(asked, methods=(Choice("omp_robust", {"k": 4}),)) == plan


@pytest.mark.slow
def test_what_is_taken_away_of_a_dark_page_is_drawn_light(key: str) -> None:
    here = context(key, dark=True)
    shown = [p for p in points(here.result) if p.language]
    dark, light = (chart(context(key, dark=each), shown).figure for each in (True, False))
    assert dark.to_json() != light.to_json()
    assert json.loads(in_light(dark).to_json()) == json.loads(light.to_json())
