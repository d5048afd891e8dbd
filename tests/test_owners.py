"""Whose run it is: who may see, stop and delete it, and how turns are taken between owners."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.runs.job_cards import resume
from core.common.errors import UserError
from core.common.processes import identity
from core.jobs.job import KINDS, State
from core.jobs.owner import Visitor, browser, of_claims, of_header
from core.jobs.queue import Jobs
from core.jobs.runner import report
from core.jobs.runner.fair_order import Candidate, FairOrder
from core.jobs.runner.run import Run
from core.jobs.store.files import Origin
from core.jobs.store.records import enter
from core.work.export import own_folder
from tests.jobs_home import PATIENCE, jobs_home, kill_daemon, until
from tests.pages import forget, opened

ANN, BEN = of_header("ann@example.org"), of_header("ben@example.org")
CAT, DAN = browser("cat's cookie"), browser("dan's cookie")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path) -> Iterator[None]:
    with jobs_home(tmp_path / "home"):
        yield
    forget()


def page(who: Visitor, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    for module in ("job_cards", "storage"):
        monkeypatch.setattr(f"components.runs.{module}.visitor", lambda: who)
    return opened("runs", **query)


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def keys(app: AppTest) -> set[str]:
    return {str(button.key).partition("_")[0] for button in app.button if button.key}


def test_a_shared_job_goes_on_until_the_last_one_leaves(tmp_path: Path) -> None:
    jobs, endless = Jobs(), {"steps": 60, "gate": str(tmp_path / "gate")}
    job = jobs.submit("steps", endless, ANN.key)
    assert jobs.submit("steps", endless, BEN.key).key == job.key
    until(lambda: jobs.get(job.key).state is State.RUNNING)
    assert jobs.leave(job.key, ANN.key)
    assert jobs.get(job.key).sessions == (BEN.key,)
    assert jobs.get(job.key).state is State.RUNNING
    assert [each.key for each in jobs.newest(session=ANN.key)] == []
    assert not jobs.leave(job.key, BEN.key)
    assert jobs.wait(job.key, PATIENCE).state is State.CANCELLED
    assert jobs.get(job.key).sessions == (BEN.key,)  # who asked stays on record, and may delete it
    assert BEN.may_change(jobs.get(job.key)) and not ANN.may_change(jobs.get(job.key))


def test_a_result_is_deleted_when_nobody_keeps_it() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, ANN.key)
    jobs.submit("steps", {"steps": 1}, BEN.key)
    jobs.wait(job.key, PATIENCE)
    assert jobs.forget(job.key, ANN.key)
    assert jobs.store.has(job.key)
    assert not jobs.forget(job.key, BEN.key)
    assert not jobs.store.has(job.key)
    assert jobs.newest() == []


def test_only_those_who_asked_may_stop_and_delete_once_they_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, ANN.key, label="Ann's step")
    jobs.wait(job.key, PATIENCE)
    app = page(BEN, monkeypatch)
    assert "You have asked for nothing yet" in texts(app)
    app.segmented_control(key="runs_whose").set_value("Everybody's").run()
    assert "for ann@example.org" in texts(app)
    assert "open" in keys(app) and not keys(app) & {"cancel", "delete", "repeat"}
    with pytest.raises(UserError, match="only they can change it"):
        BEN.require_change(jobs.get(job.key))
    assert {"open", "delete", "repeat"} <= keys(page(ANN, monkeypatch))


def test_without_a_login_everybody_may_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    mine, theirs = (jobs.submit("steps", {"steps": n}, who.key, label=f"{n} steps") for n, who in ((1, CAT), (2, DAN)))
    jobs.wait(mine.key, PATIENCE), jobs.wait(theirs.key, PATIENCE)
    app = page(CAT, monkeypatch)
    assert "everybody may cancel and delete every run" in texts(app)
    assert texts(app).count("for you") == 1
    assert DAN.key not in texts(app) and CAT.key not in texts(app)
    app.segmented_control(key="runs_whose").set_value("Mine").run()
    assert "1 steps" in texts(app) and "2 steps" not in texts(app)
    app.segmented_control(key="runs_whose").set_value("Everybody's").run()
    app.button(key=f"delete_{theirs.key}").click().run()
    assert [job.key for job in jobs.newest()] == [mine.key]


def test_private_runs_are_seen_by_those_who_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, CAT.key, label="Cat's step")
    jobs.wait(job.key, PATIENCE)
    monkeypatch.setenv("TOKEN_ATLAS_PRIVATE_RUNS", "on")
    other = page(DAN, monkeypatch, run=job.key)
    assert "Nothing has run yet" in texts(other)
    assert "There is no job" in texts(other)
    assert "Cat's step" not in texts(other)
    assert not other.dataframe
    own = page(CAT, monkeypatch, run=job.key)
    assert "Cat's step" in texts(own)
    assert len(own.dataframe) == 1


def test_turns_go_round_between_owners_whatever_they_submit() -> None:
    order = FairOrder()
    candidates = [Candidate(f"a{n}", ANN.key, n) for n in range(10)] + [Candidate("b", BEN.key, 10)]
    served = []
    for _ in range(4):
        chosen = order.choose(candidates, {})
        assert chosen
        order.serve(chosen)
        served.append(chosen.session)
    assert served == [ANN.key, BEN.key, ANN.key, BEN.key]


def test_an_address_that_the_provider_has_not_verified_is_nobody() -> None:
    real = of_claims({"iss": "i", "sub": "1", "email": "ann@x.org", "email_verified": True})
    for false in ({"email_verified": False}, {"email_verified": "true"}, {}):
        forged = of_claims({"iss": "i", "sub": "2", "email": "ann@x.org", **false})
        assert forged.address == ""
        assert forged.key != real.key


def test_what_somebody_elses_run_stopped_at_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 60, "gate": str(tmp_path / "gate")}, ANN.key, label="Ann's steps")
    jobs.cancel(job.key)
    assert jobs.wait(job.key, PATIENCE).state is State.CANCELLED
    app = page(BEN, monkeypatch)
    app.segmented_control(key="runs_whose").set_value("Everybody's").run()
    assert "Ann's steps" in texts(app)
    assert not keys(app) & {"resume", "repeat", "delete", "cancel"}
    monkeypatch.setattr("components.runs.job_cards.visitor", lambda: BEN)
    with pytest.raises(UserError, match="only they can change it"):
        resume(jobs, job.key)
    assert jobs.get(job.key).sessions == (ANN.key,)
    assert "resume" in keys(page(ANN, monkeypatch))


@pytest.mark.parametrize("end", ["cancelled while it waits", "cancelled", "failed", "ended from outside"])
def test_a_repeat_that_comes_to_nothing_leaves_the_result(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = Jobs()
    job = jobs.wait(jobs.submit("steps", {"steps": 2, "seconds": 0.01}, ANN.key).key, PATIENCE)
    jobs.submit("steps", {"steps": 2, "seconds": 0.01}, BEN.key)
    before = jobs.export(job.key).read_bytes()
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    kill_daemon(tmp_path / "home")  # so that the next one is seen on the way, and nothing else runs it
    with jobs.store.index.writing() as connection:
        enter(connection, Origin(job.key, job.kind, job.params), State.QUEUED, BEN.key)
    if end == "cancelled while it waits":
        jobs.cancel(job.key)
    else:
        me = identity()
        run = Run(jobs.get(job.key), KINDS.get(job.kind), remote=False)
        assert report.claim(jobs.store, run, me)
        assert jobs.export(job.key).read_bytes() == before  # it can be opened on the way
        if end == "ended from outside":
            report.interrupted(jobs.store, job.key, me, "It was ended from outside.")
        else:
            run.end(State.FAILED if end == "failed" else State.CANCELLED, "Cancelled." if end == "cancelled" else "Oh.")
            report.outcome(jobs.store, run, me)
    now = jobs.get(job.key)
    assert now.state is State.DONE
    assert now.message.endswith("This is the earlier result.")
    assert jobs.export(job.key).read_bytes() == before


def test_a_repeat_puts_the_new_result_in_the_place_of_the_old(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    gate.touch()
    jobs, three = Jobs(), {"steps": 3, "gate": str(gate)}
    job = jobs.wait(jobs.submit("steps", three, ANN.key).key, PATIENCE)
    jobs.submit("steps", three, BEN.key)
    first = jobs.result(job.key)
    gate.unlink()
    again = jobs.repeat(job.key, BEN.key)
    assert again.state.live
    until(lambda: jobs.get(job.key).state is State.RUNNING)
    assert np.array_equal(jobs.result(job.key).arrays["values"], first.arrays["values"])
    gate.touch()
    while jobs.get(job.key).state.live:
        assert np.array_equal(jobs.result(job.key).arrays["values"], first.arrays["values"])
    done = jobs.get(job.key)
    assert (done.state, done.attempts, done.message) == (State.DONE, 2, "")
    assert jobs.result(job.key).origin.finished > first.origin.finished
    assert done.sessions == (ANN.key, BEN.key)


def test_private_runs_name_nobody_else_and_are_changed_by_their_owners_only(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    job = jobs.wait(jobs.submit("steps", {"steps": 1}, ANN.key, label="Step").key, PATIENCE)
    for who in (BEN, CAT, DAN):
        jobs.submit("steps", {"steps": 1}, who.key)
    monkeypatch.setenv("TOKEN_ATLAS_PRIVATE_RUNS", "on")
    for who in (BEN, CAT):
        shown = texts(page(who, monkeypatch))
        assert "Step" in shown
        assert "ann@" not in shown and "other visitor" not in shown and "for you" not in shown
    app = page(CAT, monkeypatch)
    app.button(key=f"delete_{job.key}").click().run()
    assert "Step" not in texts(app)
    assert jobs.store.has(job.key)
    assert set(jobs.get(job.key).sessions) == {ANN.key, BEN.key, DAN.key}
    assert not CAT.may_change(jobs.get(job.key))


def test_one_person_has_so_many_jobs_and_all_together_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    monkeypatch.setattr(Jobs, "tend", lambda *_, **__: False)
    monkeypatch.setenv("TOKEN_ATLAS_JOBS_EACH", "2")
    monkeypatch.setenv("TOKEN_ATLAS_JOBS_ALL", "3")
    jobs = Jobs()
    first = jobs.submit("steps", {"steps": 1}, ANN.key)
    jobs.submit("steps", {"steps": 2}, ANN.key)
    with pytest.raises(UserError, match=r"2 of your jobs wait or run.*TOKEN_ATLAS_JOBS_EACH"):
        jobs.submit("steps", {"steps": 3}, ANN.key)
    assert jobs.submit("steps", {"steps": 1}, ANN.key).key == first.key  # it is there
    jobs.submit("steps", {"steps": 3}, BEN.key)
    with pytest.raises(UserError, match=r"3 jobs wait or run.*TOKEN_ATLAS_JOBS_ALL"):
        jobs.submit("steps", {"steps": 4}, CAT.key)
    assert len(jobs.newest()) == 3
    jobs.cancel(first.key)
    jobs.submit("steps", {"steps": 4}, CAT.key)


def test_who_keeps_too_much_is_told_to_delete_some_and_then_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    first = jobs.wait(jobs.submit("steps", {"steps": 2}, ANN.key).key, PATIENCE)
    for name, who in (("EACH", ANN), ("ALL", BEN)):
        with monkeypatch.context() as less:
            less.setenv(f"TOKEN_ATLAS_RESULTS_{name}_MB", "0.0001")
            with pytest.raises(UserError, match=rf"TOKEN_ATLAS_RESULTS_{name}_MB\). Delete some"):
                jobs.submit("steps", {"steps": 3}, who.key)
            assert jobs.submit("steps", {"steps": 2}, who.key).key == first.key, "what is there is there"
    monkeypatch.setenv("TOKEN_ATLAS_RESULTS_EACH_MB", "0.0001")
    jobs.submit("steps", {"steps": 4}, CAT.key)
    jobs.delete(first.key)
    jobs.submit("steps", {"steps": 5}, ANN.key)


def test_pruning_takes_only_what_is_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    anns, bens, both = (
        jobs.wait(jobs.submit("steps", {"steps": n}, who.key).key, PATIENCE).key
        for n, who in ((1, ANN), (2, BEN), (3, ANN))
    )
    jobs.submit("steps", {"steps": 3}, BEN.key)
    aside = jobs.store.folder / "aside"
    aside.mkdir(exist_ok=True)
    (aside / "note.why").write_text("Why.")
    app = page(ANN, monkeypatch)
    app.selectbox(key="prune_what").select("all results")
    app.button(key="prune").click().run()
    assert not app.exception
    assert [jobs.store.has(key) for key in (anns, bens, both)] == [False, True, True]
    assert (aside / "note.why").exists()
    monkeypatch.setenv("TOKEN_ATLAS_PRIVATE_RUNS", "on")
    app = page(CAT, monkeypatch)
    app.selectbox(key="prune_what").select("all results")
    app.button(key="prune").click().run()
    assert [jobs.store.has(key) for key in (bens, both)] == [True, True]
    monkeypatch.delenv("TOKEN_ATLAS_PRIVATE_RUNS")
    app = page(CAT, monkeypatch)
    app.selectbox(key="prune_what").select("all results")
    app.button(key="prune").click().run()
    assert not any(map(jobs.store.has, (anns, bens, both)))
    assert not (aside / "note.why").exists()


def test_models_that_were_written_are_shown_and_pruned_by_their_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    monkeypatch.setattr(Jobs, "tend", lambda *_, **__: False)
    jobs, folders = Jobs(), []
    for n, who in enumerate((ANN, BEN)):
        params = {"plan": {"methods": [{"key": "mean"}], "n": n}, "folder": "", "memory_mb": 1}
        jobs.cancel(jobs.submit("export", params, who.key).key)
        folders.append(own_folder(params, ()))
        folders[-1].mkdir()
        (folders[-1] / "model.safetensors").write_bytes(bytes(5_000_000))
    app = page(ANN, monkeypatch)
    assert "Models written | 9.5 MB" in texts(app)
    app.selectbox(key="prune_what").select("all results")
    app.button(key="prune").click().run()
    assert [folder.exists() for folder in folders] == [False, True]
    app = page(CAT, monkeypatch)
    app.selectbox(key="prune_what").select("all results")
    app.button(key="prune").click().run()
    assert not folders[1].exists()
