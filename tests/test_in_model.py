"""Trained tokenizers put into one language model: the same jobs as the lab's, found again, compared text by text."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from math import isnan
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.training.views import in_model as view
from core.__main__ import main
from core.cli.in_model import put_in
from core.jobs.computed_here import computed_here, origin_of
from core.jobs.job import Job, State
from core.jobs.queue import Jobs
from core.jobs.result_codec import restored
from core.jobs.store.store import store
from core.lab.differences import TextPart
from core.lab.foreseen import KIND
from core.lab.in_model import InModelQuestion, asked_before, beside_best, in_model, read_best, with_tokenizer
from core.lab.look_process import look
from core.lab.participants import outlined
from core.lab.result import LabResult
from core.lab.submission import submission
from core.lab.verdict import verdict
from core.tokenizers.catalog import open_tokenizer
from tests.jobs_home import jobs_home
from tests.test_command_line import Output, refused
from tests.training import files

pytestmark = pytest.mark.usefixtures("one_server", "looks_here")
PATIENCE = 240.0  # seconds; only so that nothing hangs for ever
QUESTION = InModelQuestion(languages=("eng_Latn", "deu_Latn"), sentences=10)
TWO = ("controlled:bpe-4096", "controlled:superbpe-4096")
LOSSY = "controlled:wordpiece-4096"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("in-model")
    with jobs_home(folder, slots=1):
        yield folder


@pytest.fixture(scope="module")
def answered(home: Path) -> dict[str, Job]:
    """The comparisons of three tokenizers, computed here and kept."""
    found = dict[str, Job]()
    for spec in (*TWO, LOSSY):
        asked = submission(outlined(QUESTION.plan(spec)))
        store().put(computed_here(KIND, asked, "cpu", lambda *_: None))
        found[spec] = Jobs().submit(KIND, asked.params, "ann", asked.inputs, asked.label)
        assert found[spec].state is State.DONE
    return found


def result_of(job: Job) -> LabResult:
    return restored(LabResult, Jobs().result(job.key))


def test_one_look_tells_the_jobs_of_all_that_have_as_many_entries() -> None:
    seen = look(QUESTION.plan(TWO[0]))
    for spec in TWO:
        asked, exact = with_tokenizer(seen, open_tokenizer(spec).info), submission(outlined(QUESTION.plan(spec)))
        assert (asked.params, asked.inputs, asked.label) == (exact.params, exact.inputs, exact.label)


def test_what_is_read_is_what_the_lab_says_of_the_same_comparison(answered: dict[str, Job]) -> None:
    for spec in TWO:
        result = result_of(answered[spec])
        found, judged = in_model(result), verdict(result)
        assert found is not None and found.n_counted == 20
        assert found.bits.value == pytest.approx(judged.macro["subword_mean"])
        assert found.original.value == pytest.approx(judged.macro["original"])
        assert found.control.value == pytest.approx(min(judged.macro["mean"], judged.macro["random_coefficients"]))
        assert found.bits.low < found.bits.value < found.bits.high
        parts = [in_model(result, TextPart(code)) for code in QUESTION.languages]
        assert found.bits.value == pytest.approx(np.mean([part.bits.value for part in parts if part is not None]))
        assert in_model(replace(result, outcomes=result.outcomes[:1])) is None, "as long as only the original is there"


def test_others_are_held_against_the_best_on_the_same_texts(answered: dict[str, Job]) -> None:
    found = {spec: in_model(result_of(answered[spec])) for spec in (*TWO, LOSSY)}
    there = {spec: one for spec, one in found.items() if one is not None}
    assert isnan(there[LOSSY].bits.value) and "comes back exactly" in there[LOSSY].bits.reason
    best, other = read_best(there)
    beyond = beside_best(there)
    assert list(beyond) == [other] and beyond[other].second == best
    assert beyond[other].difference == pytest.approx(there[other].bits.value - there[best].bits.value)
    assert beyond[other].low < beyond[other].difference < beyond[other].high
    alone = there[other].bits.high - there[other].bits.low
    assert beyond[other].high - beyond[other].low < alone, "sentences that are hard are so for both"


def test_a_job_is_found_again_by_what_it_was_asked_and_made_of(answered: dict[str, Job]) -> None:
    spec, jobs = TWO[0], Jobs().of_kind(KIND)
    fingerprint = open_tokenizer(spec).info.fingerprint
    found = asked_before(jobs, QUESTION.plan(spec), fingerprint)
    assert found is not None and found.key == answered[spec].key
    assert asked_before(jobs, QUESTION.plan(spec), "another") is None
    assert asked_before(jobs, replace(QUESTION, sentences=11).plan(spec), fingerprint) is None
    assert asked_before(jobs, replace(QUESTION, method="zero").plan(spec), fingerprint) is None
    hub = replace(QUESTION, model="hub:a/b").plan(spec)
    pinned = {"plan": replace(hub, model="hub:a/b@0123", device="spread:1").to_json()}
    origin = origin_of(KIND, replace(submission(outlined(QUESTION.plan(spec))), params=pinned))
    Jobs().begun_elsewhere(origin, "ann", "Begun.")
    assert (there := asked_before(Jobs().of_kind(KIND), hub, fingerprint)) is not None and there.key == origin.key


@pytest.mark.slow
def test_the_chain_on_the_command_line_is_what_the_lab_says(capsys: Output, tmp_path: Path) -> None:
    paths = files(tmp_path, ("eng_Latn", "deu_Latn"))
    train = ["train", "--trainer", "bpe", "--trainer", "superbpe", "--vocab", "700", "--json"]
    train += [part for path in paths for part in ("--file", path)]
    about = ["--model", "shipped:tiny-english", "--sentences", "10", "--language", "German"]
    with jobs_home(tmp_path / "home", slots=1):
        assert main([*train, *about]) == 0
        document = json.loads(capsys.readouterr().out)
        specs = [one["spec"] for one in document["tokenizers"]]
        for one in document["tokenizers"]:
            told = one["in_model"]
            assert (told["model"], told["method"]) == ("shipped:tiny-english", "subword_mean")
            assert told["low"] < told["bits_per_byte"] < told["high"] and told["counted_texts"] == 10
            assert told["by_language"]["deu_Latn"]["bits_per_byte"] == pytest.approx(told["bits_per_byte"])
            lab = ["lab", "--tokenizer", one["spec"], "--method", "subword_mean", *about, "--json"]
            assert main(lab) == 0
            same = json.loads(capsys.readouterr().out)["mean_over_languages"]
            assert told["bits_per_byte"] == pytest.approx(same["subword_mean"], rel=1e-12)
            assert told["original"] == pytest.approx(same["original"], rel=1e-12)
        [size] = document["best_in_model"]
        assert size["n"] == 700 and {size["best"], *size["beyond_best"]} == set(specs)
        question = InModelQuestion(languages=("deu_Latn",), sentences=10)
        keys = {origin_of(KIND, submission(outlined(question.plan(spec)))).key for spec in specs}
        assert {job.key for job in Jobs().of_kind(KIND)} == keys, "the jobs that the lab's page would make"

        found = put_in(question, [specs[0], "trained:nowhere"])
        assert found[specs[0]].found is not None, "one that fails leaves the others"
        assert "There is no trained tokenizer 'nowhere'" in found["trained:nowhere"].why
        assert main([one for one in [*train, *about] if one != "--json"]) == 0
        told = capsys.readouterr().out
        assert (
            "In tiny-english by Subword mean" in told and "At 700 entries tiny-english reads best with trained:" in told
        )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--model", "shipped:nope"], "There is no shipped model 'nope'"),
        (["--model", "shipped:tiny-english", "--method", "subwordmean"], "Did you mean subword_mean"),
        (["--model", "shipped:tiny-english", "--method", "ridge"], "cannot be used here: give one of"),
        (["--model", "shipped:tiny-english", "--method", "mean"], "Did you mean subword_mean"),
        (["--model", "shipped:tiny-english", "--sentences", "0"], "0 sentences cannot be measured"),
        (["--model", "shipped:tiny-english", "--language", "Klingon"], "called 'Klingon'"),
        (["--method", "zero"], "Name one with --model"),
    ],
)
def test_what_cannot_be_put_into_a_model_is_said_before_training(more: list[str], why: str, capsys: Output) -> None:
    assert why in refused(capsys, "train", "--trainer", "bpe", "--vocab", "700", "--file", "sample eng_Latn", *more)


def _draws(trainers: list[str], broken: str = "") -> None:
    from dataclasses import replace

    from components.training.context import TrainingContext
    from components.training.views.in_model import VIEW
    from core.training.family import shipped_family

    ships = {one.recipe.trainer: one for one in shipped_family()[1].made if one.n_vocabulary == 4096}
    made = [replace(ships[key], data=ships[key].data[:99]) if key == broken else ships[key] for key in trainers]
    VIEW.draw(TrainingContext(made))


def drawn(*trainers: str, sentences: int = 10, broken: str = "", **query: str) -> AppTest:
    app = AppTest.from_function(_draws, args=(list(trainers), broken), default_timeout=PATIENCE)
    app.query_params.update(
        {"train_in_languages": list(QUESTION.languages), "train_in_sentences": f"{sentences}"} | query
    )
    app.run()
    assert not app.exception and not app.error
    return app


def words(app: AppTest) -> str:
    found = [f"{one.value}" for kind in (app.markdown, app.caption, app.info, app.warning) for one in kind]
    return re.sub(r"\\(?=[^\w\s])", "", "\n".join(found))


def test_nothing_is_asked_of_one_tokenizer_alone() -> None:
    assert "no two have the same number of entries" in words(drawn("bpe"))


def test_before_it_is_asked_there_is_a_button(home: Path) -> None:
    app = drawn("bpe", "superbpe", sentences=9)
    assert app.button(key="train_in_ask").label == "Put each into the model"
    assert not app.get("plotly_chart") and "2 tokenizers, each in place of the model's own" in words(app)


def test_what_is_finished_is_there_from_a_link(answered: dict[str, Job]) -> None:
    app = drawn("bpe", "superbpe", "wordpiece")
    said = words(app)
    assert "entries **BPE on bytes** reads best in tiny-english after the swap" in said
    assert "WordPiece is left out. No text comes back exactly" in said
    assert "Nothing of the model is trained" in said and "On 10 sentences of English and German" in said
    assert len(app.get("plotly_chart")) == 1 and not [one for one in app.button if one.key == "train_in_ask"]
    table = app.dataframe[0].value
    assert list(table["Tokenizer"]) == ["tiny-english's own", "BPE on bytes", "SuperBPE"]
    assert table["Beyond the best"].isna().tolist() == [True, True, False]
    app.selectbox(key="train_in_part").set_value("deu_Latn").run()
    assert "reads German best in tiny-english" in words(app)
    app.selectbox(key="train_in_part").set_value("eng_Latn").run()
    blind = "the model reads no better beyond chance than with rows that know nothing of their tokens."
    assert f"With BPE on bytes and SuperBPE {blind}" in words(app)
    more = drawn("bpe", "superbpe", "unigram")
    assert more.button(key="train_in_ask").label == "Put 1 more into the model"
    assert "BPE on bytes" in words(more), "what is there is drawn beside what is not"


@pytest.mark.slow
def test_it_is_asked_cancelled_and_gone_on_with(home: Path) -> None:
    app = drawn("bpe", "superbpe", sentences=11)
    app.button(key="train_in_ask").click().run()
    assert not app.exception and not app.error
    jobs = [job for job in Jobs().of_kind(KIND) if job.params["plan"].get("sentences") == 11]
    assert [job.params["plan"]["tokenizer"] for job in jobs] == [*reversed(TWO)]
    app.button(key="train_in_jobs_cancel").click().run()
    for job in jobs:
        Jobs().wait(job.key, PATIENCE)
    app.run()
    assert "of 2 finished." in words(app)
    app.button(key="train_in_jobs_resume").click().run()
    assert all(Jobs().wait(job.key, PATIENCE).state is State.DONE for job in jobs)
    app.run()
    assert "reads best in tiny-english" in words(app) and len(app.get("plotly_chart")) == 1


def test_one_that_fails_is_said_and_the_others_stand(answered: dict[str, Job]) -> None:
    asked = submission(outlined(QUESTION.plan("controlled:unigram-4096")))
    origin = origin_of(KIND, asked)
    Jobs().begun_elsewhere(origin, "ann", "Begun.")
    Jobs().failed_elsewhere(origin.key, "It needs more memory.")
    app = drawn("bpe", "superbpe", "unigram")
    assert "**Unigram**: It needs more memory." in words(app) and "2 of 3 finished." in words(app)
    assert "entries **BPE on bytes** reads best" in words(app), "and not so far, as no more is to come"
    assert app.button(key="train_in_jobs_resume").label == "Try again"


def test_one_that_cannot_be_opened_is_said_and_the_others_are_handed_in(
    answered: dict[str, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    handed = list[str]()
    monkeypatch.setattr(view, "submit", lambda kind, params, *_: handed.append(params["plan"]["tokenizer"]) or True)
    app = drawn("bpe", "unigram", "superbpe", broken="unigram", sentences=12)
    app.button(key="train_in_ask").click().run()
    assert not app.exception and not app.error
    assert handed == [*TWO] and "**Unigram**: " in words(app)


def test_a_model_that_is_not_there_is_said_once(home: Path) -> None:
    app = drawn("bpe", "superbpe", "unigram", train_in_model="shipped:nope")
    app.button(key="train_in_ask").click().run()
    assert not app.exception and not app.warning
    assert [re.sub(r"\\", "", one.value) for one in app.error] == [
        "There is no shipped model 'nope'. Known: tiny-english, tiny-unigram, tiny-world."
    ]


def test_a_model_that_was_changed_where_it_lies_is_asked_anew(
    answered: dict[str, Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the look knows what a folder holds now; a job names what it held then."""
    model, *_ = next(iter(answered.values())).inputs
    for fingerprint, n in ((model.fingerprint, len(answered)), ("another", 0)):
        inputs = (replace(model, fingerprint=fingerprint),)
        look_now = SimpleNamespace(submission=SimpleNamespace(inputs=inputs))
        monkeypatch.setattr(view.cached_lab, "look", lambda plan, found=look_now: found)
        assert len(view._of_the_model_now(dict(answered), replace(QUESTION, model="file:/a/model"))) == n
        assert view._of_the_model_now(dict(answered), QUESTION) == answered, "what ships does not change"
