"""Jobs outlive what happens to them: joins, limits, cancels, kills, damaged and shared stores."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import psutil
import pytest

from core.common import processes
from core.common.errors import UnknownName, UserError
from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.queue import Jobs
from core.jobs.runner import launch, lock
from core.jobs.store.files import Input
from tests.jobs_home import (
    PATIENCE,
    daemon_pid,
    expected,
    finished,
    jobs_home,
    kill_daemon,
    kill_workers,
    server,
    until,
    worker_pids,
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"


@pytest.fixture
def jobs(home: Path) -> Jobs:
    return Jobs()


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """For tests that leave the daemon alone."""
    folder = tmp_path_factory.mktemp("shared") / "home"
    with jobs_home(folder):
        yield folder


@pytest.fixture
def shared_jobs(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(shared_home))
    return Jobs()


def running(jobs: Jobs, job: Job, done: float = 0.0) -> None:
    until(lambda: (now := jobs.get(job.key)).state is State.RUNNING and now.done >= done, PATIENCE)


def test_same_work_is_done_once(shared_jobs: Jobs) -> None:
    first = shared_jobs.submit("steps", {"steps": 4, "seconds": 0.2}, "ann", [Input("a", "f00d")], label="Four steps")
    joined = shared_jobs.submit("steps", {"seconds": 0.2, "steps": 4}, "bob", [Input("renamed", "f00d")])
    assert joined.key == first.key
    assert joined.sessions == ("ann", "bob")
    job = finished(shared_jobs, first)
    assert (job.attempts, job.label, job.share, job.done, job.total) == (1, "Four steps", 1.0, 40, 40)
    result = shared_jobs.result(job.key)
    assert np.array_equal(result.arrays["values"], expected(4))
    assert result.origin.inputs == (Input("a", "f00d"),)
    assert result.origin.versions["numpy"] == np.__version__
    assert result.origin.seconds > 0.3
    again = shared_jobs.submit("steps", {"steps": 4, "seconds": 0.2}, "eve", [Input("a", "f00d")])
    assert (again.state, again.attempts) == (State.DONE, 1)
    assert shared_jobs.submit("steps", {"steps": 4, "seconds": 0.2}, "eve", [Input("a", "beef")]).key != first.key
    assert "step 3" in shared_jobs.log(job.key)


def test_wrong_setting_is_named_at_once(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_JOB_SLOTS", "many")
    with pytest.raises(UserError, match=r"TOKEN_ATLAS_JOB_SLOTS is 'many'"):
        jobs.submit("steps", {"steps": 1}, "ann")
    monkeypatch.setenv("TOKEN_ATLAS_JOB_SLOTS", "1")
    monkeypatch.setattr(launch, "whole_environment", lambda: {**os.environ, "PYTHONPATH": "/nowhere"})
    monkeypatch.chdir("/")
    with pytest.raises(UserError, match=r"does not start: .*core"):
        jobs.submit("steps", {"steps": 1}, "ann")
    assert jobs.newest()[0].state is State.QUEUED


def test_bad_submissions_are_refused(shared_jobs: Jobs) -> None:
    with pytest.raises(UnknownName, match="Did you mean steps"):
        shared_jobs.submit("step", {}, "ann")
    with pytest.raises(UserError, match="cannot be written down"):
        shared_jobs.submit("steps", {"steps": {1}}, "ann")
    with pytest.raises(UserError, match="no job 'nothing'"):
        shared_jobs.get("nothing")
    with pytest.raises(UserError, match="no key"):
        shared_jobs.export("../../etc/passwd")


def test_progress_has_rate_and_time_left(shared_jobs: Jobs, gate: Path) -> None:
    job = shared_jobs.submit("steps", {"steps": 8, "free": 1, "gate": str(gate)}, "ann")
    running(shared_jobs, job, 10)
    gate.with_name("four").write_text("4")
    gate.with_name("four").rename(gate)
    seen: list[Job] = []

    def at_a_step() -> bool:  # between two steps it waits for a turn
        seen.append(shared_jobs.get(job.key))
        return seen[-1].remaining is not None and seen[-1].stage.startswith("step")

    until(at_a_step, PATIENCE)
    now = seen[-1]
    assert 0 < now.done < now.total == 80
    assert now.rate > 0
    assert now.remaining == pytest.approx((now.total - now.done) / now.rate, rel=0.01)
    gate.with_name("all").touch()
    gate.with_name("all").rename(gate)
    finished(shared_jobs, job)


def test_cancel_and_resume(shared_jobs: Jobs, shared_home: Path, gate: Path) -> None:
    job = shared_jobs.submit("steps", {"steps": 6, "free": 2, "gate": str(gate)}, "ann")
    waiting = [shared_jobs.submit("once", {"steps": n, "gate": str(gate)}, "ann") for n in (1, 2, 3)]
    running(shared_jobs, job, 20)
    for each in (job, *waiting):
        shared_jobs.cancel(each.key)
    assert {shared_jobs.wait(each.key, PATIENCE).state for each in (job, *waiting)} == {State.CANCELLED}
    until(lambda: not worker_pids(shared_home))
    gate.touch()
    assert shared_jobs.store.sizes().parts > 0
    resumed = finished(shared_jobs, shared_jobs.resume(job.key))
    assert resumed.attempts == 2
    assert np.array_equal(shared_jobs.result(job.key).arrays["values"], expected(6))
    assert "step 0" not in shared_jobs.log(job.key)  # it had been finished before


def test_repeat_and_delete(jobs: Jobs) -> None:
    job = finished(jobs, jobs.submit("steps", {"steps": 2}, "ann"))
    assert jobs.export(job.key).read_bytes()[8:9] == b"{"
    finished(jobs, jobs.repeat(job.key))
    assert jobs.get(job.key).attempts == 2
    jobs.delete(job.key)
    assert not jobs.newest()
    assert jobs.store.get(job.key) is None


@pytest.mark.parametrize(
    ("kind", "how", "message"),
    [
        ("misbehave", "allocate", "more than the 400 MB"),
        ("misbehave", "allocate_in_forks", "more than the 400 MB"),
        ("misbehave", "allocate_shared", "more than the 400 MB"),
        ("hasty", "hang_in_native_code", "over 2 seconds"),
        ("hasty", "fork", "over 2 seconds"),
        ("misbehave", "fork_bomb", "over 256 processes"),
        ("misbehave", "print_a_gigabyte", "printed over 64 MB"),
        ("misbehave", "crash", "SIGSEGV"),
        ("misbehave", "fail", "The text is empty. Write something."),
        ("misbehave", "bug", "ValueError: no such thing. This is a fault of the program"),
    ],
)
def test_misbehaving_job_ends_and_the_one_beside_it_does_not(
    shared_jobs: Jobs, shared_home: Path, kind: str, how: str, message: str
) -> None:
    neighbour = shared_jobs.submit("steps", {"steps": 2, "seconds": 0.4, "salt": sum(how.encode())}, "bob")
    job = shared_jobs.wait(shared_jobs.submit(kind, {"how": how}, "ann").key, PATIENCE)
    assert job.state is State.FAILED
    assert message in job.message
    finished(shared_jobs, neighbour)
    until(lambda: not worker_pids(shared_home))
    assert len(shared_jobs.log(job.key)) <= 64_000


def test_native_hang_is_cancelled(shared_jobs: Jobs, shared_home: Path) -> None:
    job = shared_jobs.submit("misbehave", {"how": "hang_in_native_code"}, "ann")
    until(lambda: "hangs" in shared_jobs.log(job.key))
    shared_jobs.cancel(job.key)
    assert shared_jobs.wait(job.key, PATIENCE).state is State.CANCELLED
    until(lambda: not worker_pids(shared_home))


def test_job_may_close_its_own_output(shared_jobs: Jobs) -> None:
    finished(shared_jobs, shared_jobs.submit("misbehave", {"how": "close_output"}, "ann"))


def test_secrets_stay_out_of_message_and_log(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "a-token-of-mine")
    job = jobs.wait(jobs.submit("misbehave", {"how": "tell_secret"}, "ann").key, PATIENCE)
    assert (job.message, jobs.log(job.key).strip()) == ("The Hub refused ***.", "token ***")


def test_sessions_take_turns(jobs: Jobs, gate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_JOB_SLOTS", "1")
    long = [jobs.submit("steps", {"steps": 10 + n, "gate": str(gate)}, "ann") for n in range(3)]
    short = jobs.submit("steps", {"steps": 2}, "bob")
    gate.touch()
    when = [finished(jobs, job).finished for job in (short, *long)]
    assert when == sorted(when), "bob's last job came before ann's first"


@pytest.mark.parametrize(("gpus", "at_once"), [("0", 1), ("0,1", 2)])
def test_one_job_at_a_time_on_each_gpu(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gpus: str, at_once: int
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_GPUS", gpus)
    (tmp_path / "there").mkdir()
    together = {"there": str(tmp_path / "there"), "at_once": at_once}  # all GPUs are used, or it never ends
    submitted = [jobs.submit("gpu", {"name": name, **together}, name) for name in ("a", "b", "c")]
    results = [jobs.result(finished(jobs, job).key) for job in submitted]
    assert {result.facts["visible"] for result in results} == set(gpus.split(","))
    assert {result.facts["device"] for result in results} == {"cuda:0"}
    for gpu in gpus.split(","):
        spans = sorted(tuple(r.arrays["span"]) for r in results if r.facts["visible"] == gpu)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))


def test_gpu_work_runs_on_the_processor_where_there_is_no_gpu(
    jobs: Jobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_GPUS", "")
    (tmp_path / "there").mkdir()
    job = finished(jobs, jobs.submit("gpu", {"name": "a", "there": str(tmp_path / "there"), "at_once": 1}, "ann"))
    assert (jobs.result(job.key).facts["device"], job.device) == ("cpu", "cpu")


@pytest.mark.parametrize(("kind", "steps"), [("steps", 8), ("once", 3)])
@pytest.mark.parametrize("victim", ["worker", "server", "both"])
def test_killed_at_a_random_moment(jobs: Jobs, home: Path, kind: str, steps: int, victim: str) -> None:
    params = {"steps": steps, "seconds": 0.25}
    asking = server(kind, json.dumps(params), "ann")
    key = asking.stdout.readline().strip()
    seed = int(os.environ.get("SEED") or time.time_ns() % 2**32)
    print(f"SEED={seed}")  # of the moment; shown when it fails, and taken again from the environment
    time.sleep(random.Random(seed).random() * 1.2)
    if victim in {"server", "both"}:
        asking.send_signal(signal.SIGKILL)
    if victim == "both":
        kill_daemon(home)
        until(lambda: not worker_pids(home))
        assert jobs.get(key).state in {State.QUEUED, State.INTERRUPTED, State.DONE}  # queued if it had not begun
        result = jobs.store.get(key)
        assert result is None or np.array_equal(result.arrays["values"], expected(steps))
        jobs.resume(key)
    if victim == "worker":
        kill_workers(home)
    finished(jobs, jobs.get(key))
    assert np.array_equal(jobs.result(key).arrays["values"], expected(steps))
    asking.kill()
    asking.wait()


def test_interrupted_job_keeps_what_was_finished(jobs: Jobs, home: Path, gate: Path) -> None:
    job = jobs.submit("steps", {"steps": 6, "free": 2, "gate": str(gate)}, "ann")
    running(jobs, job, 20)
    kill_daemon(home)
    gate.touch()
    until(lambda: jobs.get(job.key).state is State.INTERRUPTED)
    assert jobs.get(job.key).resumable
    assert "Resume" in jobs.get(job.key).message
    finished(jobs, jobs.resume(job.key))
    assert np.array_equal(jobs.result(job.key).arrays["values"], expected(6))
    assert "step 0" not in jobs.log(job.key)


def test_what_waits_is_run_by_the_next_daemon(
    jobs: Jobs, home: Path, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_JOB_SLOTS", "1")
    first = jobs.submit("once", {"steps": 1, "gate": str(gate)}, "ann")
    second = jobs.submit("steps", {"steps": 1}, "ann")
    running(jobs, first)
    kill_daemon(home)
    finished(jobs, second)
    assert jobs.get(first.key).state is State.INTERRUPTED


def test_what_held_work_back_is_no_longer_said_from_the_moment_it_is_run(
    jobs: Jobs, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Runs named it for up to a second more, beside work that was under way again."""
    with monkeypatch.context() as patch:
        patch.setattr("core.jobs.queue.ensure_daemon", Mock(side_effect=launch.NoDaemon("The disk is full.")))
        with pytest.raises(launch.NoDaemon):
            jobs.submit("steps", {"steps": 1, "gate": str(gate)}, "ann")
    assert jobs.stuck == "The disk is full."
    jobs.submit("steps", {"steps": 1, "gate": str(gate)}, "ann")
    assert not jobs.stuck


def long_silent(home: Path) -> None:
    """The daemon's lock says what it says when the daemon has not moved for too long."""
    path = home / "store" / lock.NAME
    said = json.loads(path.read_text())
    with path.open("r+") as file:
        file.write(json.dumps(said | {"beat": said["beat"] - lock.STALE}).ljust(len(path.read_text())))


def test_daemon_that_hangs_is_replaced(jobs: Jobs, home: Path, gate: Path) -> None:
    job = jobs.submit("steps", {"steps": 4, "free": 1, "gate": str(gate)}, "ann")
    running(jobs, job, 10)
    pid = daemon_pid(home)
    os.kill(pid, signal.SIGSTOP)
    until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    long_silent(home)
    finished(jobs, jobs.submit("steps", {"steps": 1}, "bob"))
    assert daemon_pid(home) != pid
    assert jobs.get(job.key).state is State.INTERRUPTED
    gate.touch()
    finished(jobs, jobs.resume(job.key))


def test_daemon_of_a_deleted_store_ends(jobs: Jobs, home: Path, gate: Path) -> None:
    job = jobs.submit("steps", {"steps": 1, "gate": str(gate)}, "ann")
    running(jobs, job)
    pid = daemon_pid(home)
    name = processes.identity(pid)
    jobs.store.index.close()
    (home / "store").rename(home / "gone")
    until(lambda: processes.dead(name))
    until(lambda: not worker_pids(home))


def test_a_store_that_was_deleted_under_a_server_is_made_anew(jobs: Jobs, home: Path) -> None:
    finished(jobs, jobs.submit("steps", {"steps": 1}, "ann"))
    kill_daemon(home)
    shutil.rmtree(home)
    assert jobs.newest() == []
    finished(jobs, jobs.submit("steps", {"steps": 1}, "ann"))


def test_on_a_busy_machine_no_second_daemon_is_started_beside_one_that_is_slow_to_begin(
    jobs: Jobs, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[subprocess.Popen[bytes]] = []

    def slow(log: Path, home: Path) -> "subprocess.Popen[bytes]":
        begun.append(subprocess.Popen(["sleep", "600"]))
        return begun[-1]

    monkeypatch.setattr(launch, "_start", slow)
    monkeypatch.setattr(launch, "START", 0.1)
    try:
        for _ in range(2):
            launch.ensure_daemon(jobs.store, home)
        assert len(begun) == 1
        begun[0].kill()
        begun[0].wait()
        launch.ensure_daemon(jobs.store, home)
        assert len(begun) == 2, "one that was killed is no reason to wait"
    finally:
        for process in begun:
            process.kill()
            process.wait()


@pytest.mark.parametrize(("last", "said"), [("echo ValueError: a", "start: ValueError: a. Its log"), (":", "no room")])
def test_why_no_daemon_starts_is_what_it_wrote_and_not_an_earlier_one(
    last: str, said: str, jobs: Jobs, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "store" / "daemon.log").write_text("serves the home as process 1\n")
    monkeypatch.setattr(
        launch, "_start", lambda log, home: subprocess.Popen(["sh", "-c", f"{last}; exit 1"], stdout=log.open("ab"))
    )
    with pytest.raises(launch.NoDaemon) as failed:
        launch.ensure_daemon(jobs.store, home)
    assert said in str(failed.value) and "serves" not in str(failed.value)


def test_jobs_of_before_the_machine_was_restarted_are_interrupted(jobs: Jobs) -> None:
    job = finished(jobs, jobs.submit("steps", {"steps": 1}, "ann"))
    jobs.store.delete(job.key)
    pid, start, _ = processes.identity().split(":", 2)
    with jobs.store.index.writing() as connection:
        connection.execute("UPDATE jobs SET state = 'running', owner = ?", (f"{pid}:{start}:another-boot/pid",))
    jobs.tend(now=True)
    assert jobs.get(job.key).state is State.INTERRUPTED


def test_process_id_that_is_used_again_is_not_taken_for_the_old_process() -> None:
    pid, start, place = processes.identity().split(":", 2)
    assert processes.alive(f"{pid}:{start}:{place}")
    assert processes.dead(f"{pid}:{int(start) - 1}:{place}")
    with subprocess.Popen(["true"]) as process:
        name = processes.identity(process.pid)
        until(lambda: processes.dead(name))  # a zombie, until it is waited for


def test_two_servers_share_one_store(jobs: Jobs, home: Path) -> None:
    same = json.dumps({"steps": 5, "seconds": 0.2})
    asking = [server("steps", same, "ann"), server("steps", same, "bob"), server("once", '{"steps": 2}', "eve")]
    lines = [process.communicate(timeout=PATIENCE)[0].split() for process in asking]
    assert [state for _, state in lines] == ["done"] * 3
    assert lines[0][0] == lines[1][0]
    shared = jobs.get(lines[0][0])
    assert (shared.attempts, set(shared.sessions)) == (1, {"ann", "bob"})
    assert np.array_equal(jobs.result(shared.key).arrays["values"], expected(5))
    served = (home / "store" / "daemon.log").read_text().count("serves")
    assert served == 1


CLOCK = "import time; _now = time.time; _start = time.monotonic()\n"
JUMP = "time.time = lambda: _now() + ({} if time.monotonic() - _start > 0.7 else 0)\n"


@pytest.mark.parametrize("jump", [-86_400, 86_400 * 400], ids=["back a day", "forward a year"])
def test_clock_that_is_set(jump: int, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "sitecustomize.py").write_text(CLOCK + JUMP.format(jump))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "clock"))
    jobs = Jobs()
    first = jobs.submit("steps", {"steps": 6, "seconds": 0.4}, "ann")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + jump)
    second = jobs.submit("steps", {"steps": 1}, "ann")
    states = set()
    while jobs.get(first.key).state.live:
        states.add(jobs.get(first.key).state)
        assert (jobs.get(first.key).remaining or 0) >= 0
        time.sleep(0.05)
    assert State.INTERRUPTED not in states
    assert 0 < finished(jobs, first).seconds < 86_400
    finished(jobs, second)
    assert (second.created < first.created) == (jump < 0)
    assert [job.key for job in jobs.newest()] == [second.key, first.key]
    assert np.array_equal(jobs.result(first.key).arrays["values"], expected(6))


def test_database_damaged_while_a_job_runs(jobs: Jobs, home: Path) -> None:
    before = finished(jobs, jobs.submit("steps", {"steps": 2}, "ann"))
    job = jobs.submit("steps", {"steps": 6, "seconds": 0.4}, "ann")
    running(jobs, job, 10)
    folder = home / "store"
    path = folder / (folder / "index").read_text()
    with path.open("r+b") as file:  # as a failing disk does, under everybody's hands
        for page in range(path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\x5a" * 4096)
    path.with_name(f"{path.name}-wal").write_bytes(b"")

    def over() -> bool:
        try:
            return not Jobs().get(job.key).state.live
        except UserError:
            return False

    until(over, PATIENCE)
    if jobs.get(job.key).state is not State.DONE:
        jobs.resume(job.key)
    finished(jobs, job)
    assert np.array_equal(jobs.result(job.key).arrays["values"], expected(6))
    assert jobs.get(before.key).state is State.DONE
    assert np.array_equal(jobs.result(before.key).arrays["values"], expected(2))
    assert any("made anew" in aside.why for aside in jobs.store.asides())


def test_damaged_result_and_damaged_part_are_computed_again(jobs: Jobs, home: Path, gate: Path) -> None:
    job = finished(jobs, jobs.submit("steps", {"steps": 3}, "ann"))
    path = jobs.store.file(job.key)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(UserError, match=r"set aside.*Repeat"):
        jobs.result(job.key)
    finished(jobs, jobs.submit("steps", {"steps": 3}, "ann"))
    assert np.array_equal(jobs.result(job.key).arrays["values"], expected(3))
    job = jobs.submit("steps", {"steps": 6, "free": 2, "gate": str(gate)}, "ann")
    running(jobs, job, 20)
    jobs.cancel(job.key)
    jobs.wait(job.key, PATIENCE)
    gate.touch()
    for path in (home / "store" / "results").glob("*/*"):
        if jobs.store.file(path.name.partition(".")[0]) and "steps/unit" in path.read_bytes()[:2000].decode("latin-1"):
            path.write_bytes(path.read_bytes()[:-1] + b"?")
    finished(jobs, jobs.resume(job.key))
    assert np.array_equal(jobs.result(job.key).arrays["values"], expected(6))


def test_record_with_changed_parameters_is_not_run(jobs: Jobs, home: Path) -> None:
    job = finished(jobs, jobs.submit("steps", {"steps": 3}, "ann"))
    jobs.store.delete(job.key)
    with jobs.store.index.writing() as connection:
        connection.execute("UPDATE jobs SET state = 'queued', params = ?", ('{"steps":4}',))
    job = jobs.wait(job.key, PATIENCE)
    assert (job.state, "damaged" in job.message) == (State.FAILED, True)
    with jobs.store.index.writing() as connection:
        connection.execute("UPDATE jobs SET params = ?", ('{"steps":',))
    assert "damaged" in jobs.get(job.key).message


def test_new_version_of_the_work_is_other_work() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN_ATLAS_WORK", "tests.job_kinds")
        kind = KINDS.get("steps")
    assert content_key(kind, {}, []) != content_key(replace(kind, version=2), {}, [])
