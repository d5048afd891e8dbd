"""Whose run it is: who may see, stop and delete it, and how turns are taken between owners."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.common.errors import UserError
from core.jobs.job import State
from core.jobs.owner import Visitor, browser, of_claims, of_header
from core.jobs.queue import Jobs
from core.jobs.runner.fair_order import Candidate, FairOrder
from core.jobs.shared_cache import shared
from tests.jobs_home import jobs_home, until

PAGE = Path(__file__).parents[1] / "pages" / "runs.py"
ANN, BEN = of_header("ann@example.org"), of_header("ben@example.org")
CAT, DAN = browser("cat's cookie"), browser("dan's cookie")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path) -> Iterator[None]:
    with jobs_home(tmp_path / "home"):
        yield
    st.cache_resource.clear()
    shared.cache_clear()


def page(who: Visitor, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    for module in ("job_cards", "storage"):
        monkeypatch.setattr(f"components.runs.{module}.visitor", lambda: who)
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def keys(app: AppTest) -> set[str]:
    return {str(button.key).partition("_")[0] for button in app.button if button.key}


def test_a_shared_job_goes_on_until_the_last_one_leaves() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 60, "seconds": 0.5}, ANN.key)
    assert jobs.submit("steps", {"steps": 60, "seconds": 0.5}, BEN.key).key == job.key
    until(lambda: jobs.get(job.key).state is State.RUNNING)
    assert jobs.leave(job.key, ANN.key)
    assert jobs.get(job.key).sessions == (BEN.key,)
    assert jobs.get(job.key).state is State.RUNNING
    assert [each.key for each in jobs.newest(session=ANN.key)] == []
    assert not jobs.leave(job.key, BEN.key)
    assert jobs.wait(job.key, 2.5).state is State.CANCELLED
    assert jobs.get(job.key).sessions == (BEN.key,)  # who asked stays on record, and may delete it
    assert BEN.may_change(jobs.get(job.key)) and not ANN.may_change(jobs.get(job.key))


def test_a_result_is_deleted_when_nobody_keeps_it() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, ANN.key)
    jobs.submit("steps", {"steps": 1}, BEN.key)
    jobs.wait(job.key, 30)
    assert jobs.forget(job.key, ANN.key)
    assert jobs.store.has(job.key)
    assert not jobs.forget(job.key, BEN.key)
    assert not jobs.store.has(job.key)
    assert jobs.newest() == []


def test_only_those_who_asked_may_stop_and_delete_once_they_log_in(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, ANN.key, label="Ann's step")
    jobs.wait(job.key, 30)
    app = page(BEN, monkeypatch)
    assert "You have asked for nothing yet" in texts(app)
    app.segmented_control(key="runs_whose").set_value("Everybody's").run()
    assert "for ann@example.org" in texts(app)
    assert "open" in keys(app) and not keys(app) & {"cancel", "delete", "repeat", "prune"}
    with pytest.raises(UserError, match="only they can change it"):
        BEN.require_change(jobs.get(job.key))
    assert {"open", "delete", "repeat"} <= keys(page(ANN, monkeypatch))


def test_without_a_login_everybody_may_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = Jobs()
    mine, theirs = (jobs.submit("steps", {"steps": n}, who.key, label=f"{n} steps") for n, who in ((1, CAT), (2, DAN)))
    jobs.wait(mine.key, 30), jobs.wait(theirs.key, 30)
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
    jobs.wait(job.key, 30)
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
