"""The Runs page without a browser: a job's life in what a visitor sees and presses."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.runs import confinement
from core.common.errors import UserError
from core.corpora.uploads import keep_corpus
from core.counting.job import counted
from core.counting.table import totals_csv
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.store.files import Input, Origin
from core.jobs.store.records import enter
from core.text.samples import samples
from tests.jobs_home import PATIENCE, jobs_home, kill_daemon, until, worker_pids
from tests.pages import ROOT, forget, opened

page = partial(opened, "runs")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path) -> Iterator[Path]:
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"
    forget()


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.caption, app.error, app.warning, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind).replace("\\", "")


def badges(app: AppTest) -> list[str]:
    """The states, which are drawn as coloured Markdown."""
    return [str(each.value) for each in app.markdown if "-badge[" in str(each.value)]


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_an_empty_store_offers_the_sample_and_counts_it() -> None:
    app = page()
    assert "Nothing has run yet" in texts(app)
    press(app, "count_sample")
    jobs = Jobs()
    (job,) = jobs.newest()
    assert job.kind == "count"
    assert "5 tokenizers on Our sample" in texts(app)
    assert jobs.wait(job.key, PATIENCE).state is State.DONE
    app.run()
    assert "Done" in badges(app)[0]
    press(app, f"open_{job.key}")
    app.run()
    table = app.dataframe[0].value
    counts = counted(jobs.result(job.key))
    assert list(table["Code"]) == list(counts.languages)
    assert len(table) > len(samples()) / 10
    english = table["Code"].tolist().index("eng_Latn")
    assert (
        table["mistral:v3"][english] == counts.tokens[counts.tokenizer("mistral:v3"), counts.language("eng_Latn")].sum()
    )
    assert totals_csv(counts).splitlines()[0] == "language,name,tokenizer,sentences,tokens,unknown"
    press(app, "close_run")
    app.run()
    assert not app.dataframe


def test_the_form_submits_the_same_work_once() -> None:
    app = press(page(), "count_corpus")
    app.selectbox(key="corpus_to_count").set_value("sample")
    app.multiselect(key="count_tokenizers").set_value(["builtin:words"])
    app.multiselect(key="count_languages").set_value(["deu_Latn", "eng_Latn"]).run()
    assert "on an idle machine" in texts(app)
    press(app, "submit_count")
    assert not [button for button in app.button if button.key == "submit_count"]  # the form has closed
    press(app, "count_corpus")
    app.multiselect(key="count_tokenizers").set_value(["builtin:words"])
    app.multiselect(key="count_languages").set_value(["deu_Latn", "eng_Latn"])
    press(app, "submit_count")
    (job,) = Jobs().newest()
    assert job.params["tokenizers"] == ["builtin:words"]
    assert job.params["languages"] == ["deu_Latn", "eng_Latn"]
    assert "1 tokenizer on Our sample" in texts(app)


def test_a_tokenizer_that_cannot_be_opened_is_one_message_and_nothing_is_counted() -> None:
    app = press(page(), "count_corpus")
    app.multiselect(key="count_tokenizers").set_value(["builtin:words", "builtin:nope"]).run()
    assert len(app.error) == 1 and "nope" in app.error[0].value
    assert app.button(key="submit_count").disabled


def test_the_form_asks_which_column_of_a_table_groups_its_sentences() -> None:
    rows = "".join(f"d{n // 3},Cat {n},Katze {n}\n" for n in range(36))
    kept = keep_corpus("own.csv", f"doc,eng_Latn,deu_Latn\n{rows}".encode())
    app = page()
    app.session_state["uploaded_corpora"] = {kept.spec: kept.label}
    press(app, "count_corpus")
    app.selectbox(key="corpus_to_count").set_value(kept.spec).run()
    asked = app.selectbox(key=f"count_groups_{kept.fingerprint}")
    assert asked.options == ["None known", "Same value in the column doc"] and "12 groups" not in texts(app)
    asked.set_value("doc").run()
    assert "They come from 12 groups, each resampled whole." in texts(app)
    app.multiselect(key="count_tokenizers").set_value(["builtin:words"]).run()
    press(app, "submit_count")
    jobs = Jobs()
    (job,) = jobs.newest()
    assert job.params["corpus_spec"] == f"{kept.spec}?groups=doc"
    assert jobs.wait(job.key, PATIENCE).state is State.DONE
    assert counted(jobs.result(job.key)).n_drawn == 12


def test_where_uploads_are_off_none_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    app = press(page(), "count_corpus")
    assert "Upload a file …" in app.selectbox(key="corpus_to_count").options
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    app = press(page(), "count_corpus")
    assert "Upload a file …" not in app.selectbox(key="corpus_to_count").options
    with pytest.raises(UserError, match="takes no uploads"):
        keep_corpus("a.csv", b"eng_Latn,deu_Latn\nA,B\n")


def test_a_job_that_runs_shows_how_far_it_is_and_can_be_cancelled(tmp_path: Path) -> None:
    jobs = Jobs()
    params = {"steps": 40, "free": 2, "gate": str(tmp_path / "gate")}
    job = jobs.submit("steps", params, "ann", (Input("*a* text", "f1"),), "Forty steps")
    until(lambda: jobs.get(job.key).done > 0)
    app = page()
    assert "Running" in badges(app)[0]
    assert "*a* text" in texts(app)
    assert "of 400 units" in app.get("progress")[0].proto.text.replace("\\", "")
    press(app, f"cancel_{job.key}")
    assert jobs.wait(job.key, PATIENCE).state is State.CANCELLED
    app.run()
    assert "Cancelled" in badges(app)[0]
    assert app.button(key=f"resume_{job.key}").label == "Resume"


def test_after_everything_was_killed_it_is_interrupted_and_resumes(own_home: Path, tmp_path: Path) -> None:
    jobs = Jobs()
    gate = tmp_path / "gate"
    job = jobs.submit("steps", {"steps": 6, "free": 2, "gate": str(gate)}, "ann", label="Six steps")
    until(lambda: jobs.get(job.key).done >= 20)
    kill_daemon(own_home)
    until(lambda: not worker_pids(own_home))
    until(lambda: jobs.get(job.key).state is State.INTERRUPTED)
    app = page()
    assert "Interrupted" in badges(app)[0]
    assert "finished pieces are kept" in texts(app)
    gate.touch()
    press(app, f"resume_{job.key}")
    assert jobs.wait(job.key, PATIENCE).state is State.DONE
    app.run()
    assert "Done" in badges(app)[0]


def test_a_failed_job_shows_one_message() -> None:
    jobs = Jobs()
    job = jobs.submit("misbehave", {"how": "fail"}, "ann", label="Misbehaves")
    jobs.wait(job.key, PATIENCE)
    app = page()
    assert [each.value.replace("\\", "") for each in app.error] == ["The text is empty. Write something."]
    assert "Failed" in badges(app)[0]
    assert app.button(key=f"resume_{job.key}").label == "Try again"


def test_the_log_of_a_failed_job_names_no_folder_of_the_server(own_home: Path) -> None:
    jobs = Jobs()
    job = jobs.wait(jobs.submit("misbehave", {"how": "bug"}, "ann").key, PATIENCE)
    assert str(ROOT) in jobs.log(job.key), "of use to whoever runs the server"
    shown = "\n".join(str(each.value) for each in page(run=job.key).code)
    assert "misbehave.py" in shown
    assert str(ROOT) not in shown and str(own_home) not in shown


def test_a_deleted_job_is_gone() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, "ann", label="One step")
    assert jobs.wait(job.key, PATIENCE).state is State.DONE
    app = page(run=job.key)
    assert app.dataframe[0].value["Array"].tolist() == ["values"]
    press(app, f"delete_{job.key}")
    app.run()
    assert jobs.newest() == []
    assert not jobs.store.has(job.key)
    assert "Nothing has run yet" in texts(app)


def test_a_damaged_result_is_named_and_computed_again() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, "ann", label="One step")
    jobs.wait(job.key, PATIENCE)
    path = jobs.store.file(job.key)
    assert path
    path.write_bytes(path.read_bytes()[:-1])
    app = page(run=job.key)
    assert "was set aside" in app.error[0].value
    app.run()
    assert any("was set aside" in each.value for each in app.warning)
    press(app, f"resume_{job.key}")
    assert jobs.wait(job.key, PATIENCE).state is State.DONE


def test_pruning_frees_room() -> None:
    jobs = Jobs()
    job = jobs.submit("steps", {"steps": 1}, "ann", label="One step")
    jobs.wait(job.key, PATIENCE)
    app = page()
    app.selectbox(key="prune_what").set_value("all results")
    press(app, "prune")
    assert not jobs.store.has(job.key)
    app.run()
    assert "Result deleted" in badges(app)[0]


def test_an_unknown_run_in_the_link_is_one_message() -> None:
    assert "There is no job" in texts(page(run="nothere"))


def test_what_the_system_lacks_to_confine_strangers_files_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confinement, "missing_here", lambda: ())
    assert "docs/security.md" not in texts(page())
    monkeypatch.setattr(confinement, "missing_here", lambda: ("There is no Landlock here.",))
    assert "There is no Landlock here. Limits on memory and time hold" in texts(page())


def test_what_was_killed_before_anything_was_finished_promises_nothing_kept() -> None:
    jobs = Jobs()
    asked = Origin(f"{'killed':0<32}", "steps", {}, (), label="Six steps")
    with jobs.store.index.writing() as connection:
        enter(connection, asked, State.INTERRUPTED, "ann")
    killed = replace(jobs.get(asked.key), attempts=1)

    def script(job):  # type: ignore[no-untyped-def]  # AppTest runs its text by itself
        from components.runs.why_not_done import why_not_done

        why_not_done(job)

    def said(done: int) -> str:
        [box] = AppTest.from_function(script, args=(replace(killed, done=done),)).run().warning
        return str(box.value)

    assert "from the beginning" in said(0)
    assert "finished pieces are kept" in said(3)
