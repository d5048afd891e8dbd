"""A job of which pieces fail keeps the others, says once what failed, and computes only that when it is tried again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.common.errors import UserError
from core.jobs.compute import SomeFailed, run_here
from core.jobs.job import KINDS, Job, State
from core.jobs.queue import Jobs
from tests.jobs_home import PATIENCE, jobs_home


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with jobs_home(tmp_path_factory.mktemp("home"), slots=1):
        yield tmp_path_factory.mktemp("cures")


def tried(home: Path, name: str, *how: str) -> Job:
    jobs = Jobs()
    params = {"how": list(how), "cure": str(home / name)}
    return jobs.wait(jobs.submit("patchy", params, "ann").key, PATIENCE)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("No vectors fit. Give others.", "No vectors fit. Give others."),
        ("kill", "In piece 1: Tried 3 times, but its process was ended by SIGKILL, as systems do that run out of"),
        ("fill", "It took more than the 400 MB of memory that it may have. Fewer pieces take less."),
    ],
)
def test_the_other_pieces_are_finished_and_trying_again_computes_what_failed(how: str, said: str, home: Path) -> None:
    jobs, job = Jobs(), tried(home, said[:12], "", how, "", "")
    assert job.state is State.FAILED and job.done == 3 and job.total == 4
    assert said in job.message
    assert job.message.endswith("1 of 4 pieces could not be computed; the others are finished.")
    (home / said[:12]).touch()
    assert jobs.wait(jobs.resume(job.key).key, PATIENCE).state is State.DONE
    assert np.array_equal(jobs.result(job.key).arrays["values"], [0, 1, 2, 3])
    assert [line for line in jobs.log(job.key).splitlines() if line.startswith("computes")] == ["computes piece_1"]


def test_what_fails_for_several_reasons_says_each_once(home: Path) -> None:
    job = tried(home, "several", "Too few pairs.", "", "No vectors.", "Too few pairs.")
    assert job.message == "Too few pairs. No vectors. 3 of 4 pieces could not be computed; the others are finished."


def test_what_is_said_of_three_pieces_is_said_of_all_and_ends_the_job(home: Path) -> None:
    job = tried(home, "alike", *["There is no model at 'a'."] * 5, "")
    assert (job.state, job.message, job.done) == (State.FAILED, "There is no model at 'a'.", 0)


def test_in_this_process_the_others_are_the_result_that_comes_with_the_failure(home: Path) -> None:
    params = {"how": ["", "No vectors.", ""], "cure": str(home / "here")}
    with pytest.raises(SomeFailed, match=r"No vectors\. 1 of 3 pieces could not be computed") as failed:
        run_here(KINDS.get("patchy"), params, (), lambda done, total: None)
    assert failed.value.partial.arrays["values"].tolist() == [0, 2]
    with pytest.raises(UserError, match="The text is empty"):
        run_here(KINDS.get("misbehave"), {"how": "fail"}, (), lambda done, total: None)
