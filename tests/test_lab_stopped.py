"""A comparison that waits, stopped or failed, on its page: what, why in one box, how far it is, and the way on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.common.errors import UserError
from core.common.processes import identity
from core.jobs.job import KINDS, State, content_key
from core.jobs.queue import Jobs
from core.jobs.store.files import Input, Origin
from core.jobs.store.records import enter
from core.lab.foreseen import KIND
from core.lab.plan import Choice, Plan
from tests.jobs_home import jobs_home
from tests.pages import forget, opened

PLAN = Plan("file:/nowhere/base", tokenizer="file:/nowhere/new", methods=(Choice("subword_mean"), Choice("focus")))
INPUTS = (Input("file:/nowhere/base", "0123456789abcdef"),)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"
    forget()


def comparison(state: State, message: str = "", **more: object) -> str:
    """A job of this plan as it would stand in the store; its key."""
    jobs, params = Jobs(), {"plan": PLAN.to_json(), "controls": ["mean"], "memory_mb": 2048}
    key = content_key(KINDS.get(KIND), params, INPUTS)
    values = {"attempts": 1, **more}
    with jobs.store.index.writing() as connection:
        enter(
            connection, Origin(key, KIND, params, INPUTS, label="Base with the tokenizer of New"), state, "ann", message
        )
        for name, value in values.items():
            connection.execute(f"UPDATE jobs SET {name} = ? WHERE key = ?", (value, key))
    return key


def boxes(page: AppTest) -> list[str]:
    return [str(each.value).replace("\\", "") for kind in (page.error, page.warning) for each in kind]


def texts(page: AppTest) -> str:
    return "\n".join(str(each.value) for kind in (page.markdown, page.caption) for each in kind).replace("\\", "")


WHY = "FOCUS: cpu ran out of memory. 1 of 5 models could not be computed; the others are finished."


@pytest.mark.parametrize(
    ("state", "message", "box", "button"),
    [
        (State.FAILED, WHY, WHY, "Try again"),
        (State.CANCELLED, "Cancelled.", "", "Resume"),
        (State.INTERRUPTED, "Its worker ended.", "What ran it was ended from outside.", "Resume"),
    ],
)
def test_a_comparison_that_stopped_says_why_how_far_it_is_and_how_it_goes_on(
    state: State, message: str, box: str, button: str
) -> None:
    key = comparison(state, message, done=3.1, total=5.1)
    page = opened("transplants", run=key)
    assert len(boxes(page)) == bool(box) and all(each.startswith(box) for each in boxes(page))
    assert "3 of 5 models finished" in texts(page)
    assert "begins when" not in texts(page), "nothing begins by itself"
    assert page.button(key="lab_resume").label == button
    page.button(key="lab_resume").click().run()
    assert not page.exception and Jobs().get(key).state is State.QUEUED
    assert not boxes(page) and "begins when the first model has read" in texts(page)


def test_what_the_command_line_began_says_so_on_its_page() -> None:
    key = comparison(State.INTERRUPTED, "The command line began it.", attempts=0)
    page = opened("transplants", run=key)
    assert boxes(page) == ["The command line began it."] and "before anything was finished" in texts(page)


@pytest.mark.parametrize("state", [State.FAILED, State.INTERRUPTED])
def test_its_card_says_the_same(state: State) -> None:
    key = comparison(state, WHY)
    assert boxes(opened("transplants", run=key)) == boxes(opened("runs"))


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING])
def test_what_keeps_it_from_going_on_stands_above_it(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waited for its turn for ever, or ran without coming further, and nothing said why."""
    key = comparison(state, owner=identity())
    why = "The store cannot grow: the disk is full. Delete results on the Runs page."
    monkeypatch.setattr(Jobs, "tend", lambda jobs, now=False: setattr(jobs, "stuck", why))
    assert boxes(opened("transplants", run=key)) == boxes(opened("runs")) == [why]


@pytest.mark.slow
def test_a_model_that_has_gone_leaves_a_form_with_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(plan: Plan) -> None:
        raise UserError(f"There is no model at {plan.model}.")

    monkeypatch.setattr("components.cached.lab.look", look)
    monkeypatch.setattr("components.cached.lab.prepare", lambda: None)
    page = opened("transplants", run=comparison(State.FAILED, "There is no model at '/nowhere/base'."))
    page.button(key="lab_change").click().run()
    assert not page.exception and len(page.error) == 1 and "/nowhere/base" in boxes(page)[0]
    assert page.button(key="lab_run").disabled
