"""Runs have names, notes and a search, on the page and on the command line, which outlive servers and old stores."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.__main__ import main
from core.common.errors import UserError
from core.jobs.job import State
from core.jobs.owner import Visitor
from core.jobs.queue import Jobs
from core.jobs.search import searched
from core.jobs.store.files import Origin
from core.jobs.store.store import Store
from tests.jobs_home import jobs_home
from tests.pages import forget, opened

ANN, BEN = Visitor("ann"), Visitor("ben")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path) -> Iterator[Path]:
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"
    forget()


def run(key: str = "a" * 32, label: str = "Two methods", session: str = "ann", **params: object) -> Jobs:
    """A run that waits for somebody, as a stopped one does."""
    jobs = Jobs()
    jobs.begun_elsewhere(Origin(key, "count", params, label=label), session, "It was stopped.")
    return jobs


def called(jobs: Jobs, key: str = "a" * 32, who: Visitor = ANN) -> tuple[str, str]:
    told = who.calls(jobs.get(key))
    return told.name, told.note


def test_a_name_is_there_in_another_process_and_while_the_run_is_queued_again() -> None:
    jobs = run()
    jobs.call("a" * 32, "ann", "first try", "k is\ntoo large")
    assert called(jobs) == ("first try", "k is\ntoo large")
    again = Store(jobs.store.folder)
    with again.index.reading() as connection:
        assert connection.execute("SELECT name FROM called").fetchone()["name"] == "first try"
    jobs.call("a" * 32, "ann", "", "")
    assert called(jobs) == ("", "")


def test_a_store_of_before_opens_with_its_runs_and_takes_names() -> None:
    jobs = run()
    jobs.store.index.close()
    (path,) = jobs.store.folder.glob("index-*.sqlite")
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE called")
    connection.close()
    assert jobs.get("a" * 32).label == "Two methods"
    assert not jobs.store.asides()
    jobs.call("a" * 32, "ann", "still here", "")
    assert called(jobs) == ("still here", "")


def test_names_are_carried_over_from_a_damaged_index() -> None:
    jobs = run()
    jobs.call("a" * 32, "ann", "kept", "")
    jobs.store.index.close()
    (path,) = jobs.store.folder.glob("index-*.sqlite")
    with sqlite3.connect(path) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs_by_state'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert called(jobs) == ("kept", "")
    assert jobs.store.asides()


def test_names_are_tidied_and_bounded() -> None:
    jobs = run()
    jobs.call("a" * 32, "ann", " one\nline \x1b[31m\u202e ", "two\r\nlines\x00")
    assert called(jobs) == ("one line [31m", "two\nlines")
    for name, note in (("x" * 81, ""), ("", "x" * 2_001)):
        with pytest.raises(UserError, match="Shorten it"):
            jobs.call("a" * 32, "ann", name, note)
    with pytest.raises(UserError, match="no job"):
        jobs.call("b" * 32, "ann", "nobody", "")


def test_where_runs_are_private_nobody_reads_what_another_calls_them(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = run()
    jobs.call("a" * 32, "ann", "ann's secret", "")
    assert called(jobs, who=BEN) == ("ann's secret", ""), "a shared server shares names"
    monkeypatch.setenv("TOKEN_ATLAS_PRIVATE_RUNS", "on")
    assert called(jobs, who=BEN) == ("", "")
    assert not searched([jobs.get("a" * 32)], "secret", BEN)
    assert searched([jobs.get("a" * 32)], "secret", ANN)


def test_what_is_deleted_takes_its_name_along() -> None:
    jobs = run()
    jobs.call("a" * 32, "ann", "gone", "")
    jobs.delete("a" * 32)
    run()
    assert called(jobs) == ("", "")


def test_runs_are_found_by_what_they_are_called_and_what_they_do() -> None:
    jobs = run("a" * 32, "Two methods", methods=[{"key": "omp_robust", "params": {"k": 48}}])
    run("b" * 32, "Größe")
    jobs.call("b" * 32, "ann", "", "for the paper")
    found = {words: [job.key[0] for job in searched(jobs.newest(), words, ANN)]
             for words in ("OMP robust", "48", "GRÖSSE", "paper größe", "paper omp", "")}  # fmt: skip
    assert found == {
        "OMP robust": ["a"], "48": ["a"], "GRÖSSE": ["b"], "paper größe": ["b"], "paper omp": [], "": ["b", "a"],
    }  # fmt: skip


def texts(app: AppTest) -> str:
    return "\n".join(str(e.value) for kind in (app.markdown, app.caption, app.error) for e in kind).replace("\\", "")


def test_the_page_names_a_run_and_finds_it() -> None:
    jobs = run("a" * 32, "Two methods")
    run("b" * 32, "Three methods")
    app = opened("runs")
    app.button(key="name_" + "a" * 32).click().run()
    app.text_input(key="run_name_" + "a" * 32).set_value("**first** <b>try</b>")
    app.text_area(key="run_note_" + "a" * 32).set_value("k is too large")
    next(b for b in app.button if b.label == "Save").click().run()
    assert not app.exception and not app.error
    assert called(jobs) == ("**first** <b>try</b>", "k is too large")
    heading = next(str(e.value) for e in app.markdown if "first" in str(e.value))
    assert r"\*\*first\*\*" in heading and "<b>" not in heading, "words and no markup"
    assert "Two methods" in texts(app) and "k is too large" in texts(app)
    app.text_input(key="runs_search").set_value("too LARGE").run()
    assert "first" in texts(app) and "Three methods" not in texts(app)
    app.text_input(key="runs_search").set_value("nothing like it").run()
    assert "None of 2 runs has all of these words" in texts(app)


def test_the_command_line_names_finds_and_lists(capsys: pytest.CaptureFixture[str]) -> None:
    run("a" * 32, "Two methods")
    run("b" * 32, "Three methods")
    assert main(["runs", "aaaaaa", "--name", "first try", "--note", "k is too large"]) == 0
    assert "first try" in capsys.readouterr().out
    assert main(["runs", "--search", "try", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["runs"]
    assert (row["key"], row["name"], row["note"]) == ("a" * 32, "first try", "k is too large")
    assert main(["runs", "aaaaaa", "--note", ""]) == 0
    assert called(Jobs()) == ("first try", "")
    for line in (["runs", "cccccc"], ["runs", "aa"], ["runs", "--name", "x"], ["runs", "--most", "0"]):
        assert main(line) == 2, line
    assert main(["lab", "--model", "m", "--donor", "d", "--method", "mean", "--name", "x"]) == 2


def test_what_the_command_line_began_says_so_and_can_be_resumed() -> None:
    jobs = run("a" * 32)
    assert jobs.get("a" * 32).state is State.INTERRUPTED
    app = opened("runs")
    assert any("It was stopped" in str(each.value) for each in app.warning)
    assert app.button(key="resume_" + "a" * 32)
