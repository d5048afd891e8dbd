"""A real comparison that something ends midway: what is finished counts, what changed is said, and the advice works."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.jobs.job import KINDS, Context, Job, State, part_key
from core.jobs.queue import Jobs
from core.lab.foreseen import KIND
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.submission import submission
from core.lab.units import units
from core.models.load import open_model
from tests.jobs_home import jobs_home, kill_daemon, kill_workers, until
from tests.lab_folders import pair
from tests.pages import forget, opened

PATIENCE = 600.0  # seconds; only so that nothing hangs for ever: each attempt imports torch in a process that gives way
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("looks_here", "no_trial")]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A base, a donor and a text at the end of a path that no message has room for, and a home for jobs beside them."""
    deep = tmp_path / "models that were asked for in a long list" / "of which this one is the last"
    deep.mkdir(parents=True)
    pair(deep)
    (deep / "text.txt").write_text("".join(f"The cat number {n} sat on the mat.\n\n" for n in range(300)))
    with jobs_home(deep / "home", slots=1):
        yield deep
    forget()


def submitted(folder: Path, **more: object) -> Job:
    plan = Plan(
        f"file:{folder / 'base'}",
        donor=f"file:{folder / 'donor'}",
        methods=(Choice("subword_mean"), Choice("mean")),
        corpus="",
        files=(str(folder / "text.txt"),),
    )
    handed = submission(outlined(replace(plan, **more)))
    return Jobs().submit(KIND, handed.params, "ann", handed.inputs, handed.label)


def kept(job: Job) -> set[str]:
    """Names of the files that hold its finished pieces."""
    kind, store = KINDS.get(KIND), Jobs().store
    found = [store.file(part_key(kind, job.key, unit)) for unit in units(Context(job.params, job.inputs))]
    return {path.name for path in found if path}


def ended_midway(folder: Path, job: Job) -> set[str]:
    """kill -9 to all that runs it when two pieces are finished; those that are there then."""
    until(lambda: len(kept(job)) >= 2, PATIENCE)
    kill_daemon(folder / "home")
    kill_workers(folder / "home")
    until(lambda: Jobs().get(job.key).state is State.INTERRUPTED, PATIENCE)
    return kept(job)


def texts(page: AppTest) -> str:
    elements = (*page.markdown, *page.caption, *page.error, *page.warning)
    return "\n".join(str(each.value) for each in elements).replace("\\", "")


def resumed(job: Job) -> Job:
    page = opened("transplants", run=job.key)
    page.button(key="lab_resume").click().run()
    assert not page.exception
    return Jobs().wait(job.key, PATIENCE)


def test_a_comparison_that_was_killed_goes_on_with_what_is_missing(folder: Path) -> None:
    job = submitted(folder)
    before = ended_midway(folder, job)
    page = opened("transplants", run=job.key)
    assert "What ran it was ended from outside" in texts(page) and "models finished" in texts(page)
    done = resumed(job)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert before <= kept(done), "a piece that was finished was computed again"


def test_a_base_that_was_edited_is_refused_until_it_is_put_back_or_asked_for_anew(folder: Path) -> None:
    job = submitted(folder)
    ended_midway(folder, job)
    weights = folder / "base" / "model.safetensors"
    was = weights.read_bytes()
    weights.write_bytes(was[:-4] + bytes(4))
    assert resumed(job).state is State.FAILED
    page = opened("transplants", run=job.key)
    assert "has changed since this was asked for. Put it back and try again, or ask anew" in texts(page)
    page.button(key="lab_change").click().run()
    page.button(key="lab_run").click().run()
    (new,) = [each for each in Jobs().newest() if each.key != job.key]
    assert Jobs().wait(new.key, PATIENCE).state is State.DONE
    weights.write_bytes(was)
    assert resumed(job).state is State.DONE


@pytest.mark.parametrize("gone", ["base", "donor", "text.txt"])
def test_what_has_gone_is_named_and_its_return_is_enough(gone: str, folder: Path) -> None:
    job = submitted(folder)
    ended_midway(folder, job)
    (folder / gone).rename(folder / "elsewhere")
    failed = resumed(job)
    assert failed.state is State.FAILED and gone in failed.message, failed.message
    assert "fault of the program" not in failed.message
    (folder / "elsewhere").rename(folder / gone)
    assert resumed(job).state is State.DONE


def test_what_becomes_of_its_files_is_nothing_to_a_model_that_was_opened(tmp_path: Path) -> None:
    """Its numbers were those of the mapped file: edited, they were others, and cut, the process was ended by SIGBUS."""
    base, _ = pair(tmp_path)
    model = open_model(str(base), "cpu")
    before = {name: values.clone() for name, values in model.module.state_dict().items()}
    weights = base / "model.safetensors"
    size = weights.stat().st_size
    with weights.open("r+b") as file:
        file.seek(size // 2)
        file.write(bytes(size - size // 2))
    assert all(torch.equal(values, before[name]) for name, values in model.module.state_dict().items())
    os.truncate(weights, 0)
    assert all(torch.equal(values, before[name]) for name, values in model.module.state_dict().items())
