"""The transplant lab's page: a real comparison of two tiny random models, set up in the form, run, and looked at."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components import cached_lab
from components.lab.ask import _spec
from components.lab.at_hand import AtHand
from components.lab.key_picture import chart
from components.lab.marks import marks
from components.lab.views import VIEWS
from core.jobs import Jobs
from core.lab.cast import outlined
from core.lab.picture import points
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from tests.jobs_home import jobs_home
from tests.lab_folders import pair

PAGE = str(Path(__file__).parents[1] / "pages" / "transplants.py")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("lab")
    with jobs_home(folder / "home"):
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


def at_hand(key: str, dark: bool = False) -> AtHand:
    job = Jobs().get(key)
    result, verdict = cached_lab.comparison(job)
    assert result.setting is not None
    return AtHand(job, result, result.setting, verdict, dark)


@pytest.mark.slow
def test_every_view_draws_the_comparison(key: str) -> None:
    for view in VIEWS:
        page = AppTest.from_file(PAGE, default_timeout=60)
        page.query_params["run"] = key
        page.query_params["lab"] = view
        page.run()
        assert not page.exception, (view, page.exception)
        assert not page.error, (view, [each.value for each in page.error])
        assert any("bits per byte" in each.value for each in page.markdown)


@pytest.mark.slow
def test_the_key_picture_has_every_model_but_the_line_at_zero(key: str) -> None:
    here = at_hand(key)
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
    outcomes = at_hand(key).result.outcomes
    found = marks(outcomes, dark=True)
    assert len({mark.symbol for mark in found.values()}) == len(found)


def form(model: str, tokenizer: str) -> AppTest:
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.session_state["lab_model"], page.session_state["lab_tokenizer"] = model, tokenizer
    return page.run()


@pytest.mark.slow
def test_the_form_looks_at_the_pair_before_it_runs(home: Path, key: str) -> None:
    page = form(f"file:{home / 'base'}", f"donor file:{home / 'donor'}")
    assert not page.error, [each.value for each in page.error]
    assert not page.exception
    assert not page.button(key="lab_run").disabled
    assert any("Shared tokens" in each.value for each in page.markdown)
    page.button(key="lab_run").click().run()
    assert page.query_params["run"]


@pytest.mark.slow
def test_a_model_that_is_not_there_is_one_message(home: Path, key: str) -> None:
    page = form("file:/nowhere/at-all", f"donor file:{home / 'donor'}")
    assert len(page.error) == 1
    assert "/nowhere/at" in page.error[0].value.replace("\\", "")
    assert page.button(key="lab_run").disabled


def test_an_unknown_run_in_the_link_is_one_message(home: Path) -> None:
    page = AppTest.from_file(PAGE, default_timeout=60)
    page.query_params["run"] = "0" * 32
    page.run()
    assert not page.exception
    assert len(page.error) == 1


def test_what_is_typed_is_a_hub_id_or_a_path() -> None:
    assert _spec("OWNER/NAME") == "hub:OWNER/NAME"
    assert _spec("~/models/mine") == "file:~/models/mine"
    assert _spec("shipped:tiny-english") == "shipped:tiny-english"
