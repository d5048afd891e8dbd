"""Digits, training mixtures and families on the Vocabulary page, without a browser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.cached import runs as cached_runs
from components.vocabulary.views import mixture
from core.common.numbers import count
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.store.files import Origin
from core.jobs.store.index import StoreError
from core.jobs.store.records import enter
from core.vocabulary.families.shipped import shipped_families
from core.vocabulary.mixture.job import KIND
from core.vocabulary.mixture.shipped import shipped_mixtures
from tests.jobs_home import jobs_home
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")


@pytest.fixture
def unserved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A home whose jobs stay as a test enters them: a daemon takes what waits, and refuses records that are made up."""
    monkeypatch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
    with jobs_home(tmp_path):
        yield


def page(view: str, **query: str) -> AppTest:
    return opened("vocabulary", **({"vocabulary": view, "tokenizers": "mistral:v1"} | query))


def captions(app: AppTest) -> str:
    return "\n".join(one.value for one in app.caption)


def test_digits_says_how_many_numbers_are_one_token_and_how_addends_are_cut() -> None:
    """Mistral's first cuts every digit by itself, so all places line up."""
    app = page("digits", digits="2", add="905", to="17", written="12,345")
    assert not app.exception and not app.error
    said = captions(app)
    assert f"10 of 10 with 1, 0 of 100 with 2, 0 of {count(1000)} with 3, 0 of {count(10_000)} with 4 digits" in said
    assert "from the right 100% of the time" in said
    assert len(app.get("plotly_chart")) == 3


def test_a_number_that_is_none_is_one_message() -> None:
    app = page("digits", add="12a")
    assert not app.exception
    assert ["'12a' is no number" in one.value for one in app.error] == [True]


def test_families_draws_each_family_from_the_link() -> None:
    for family in ("OpenAI", "BERT"):
        app = page("families", family=family)
        assert not app.exception and not app.error
        assert len(app.get("plotly_chart")) == 2


def test_generations_of_a_family_add_up() -> None:
    for generations in shipped_families().values():
        for before, one in zip((None, *generations), generations, strict=False):
            assert sum(one.found.classes) <= one.found.size
            assert one.found.new >= 0
            if before is not None:
                assert one.year >= before.year
                assert one.found.kept + one.found.remapped + one.found.removed <= before.found.size


def test_a_shipped_mixture_is_shown_for_as_many_merges_as_the_link_says() -> None:
    app = page("mixture", mixture="gpt-2", merges="500")
    assert not app.exception and not app.error
    assert "500 merges, 1 of them in no category" in captions(app)
    assert "Inferred on" in captions(app)


def test_what_a_merge_made_is_shown_as_in_other_tables() -> None:
    (table,) = (one.value for one in page("mixture", mixture="deepseek-v4").dataframe if "Made" in one.value)
    shown = [*table["Made"], *table["Before"]]
    assert any("⟨" in one for one in shown) and any("␣" in one for one in shown)
    assert not any("\\x" in one for one in shown)


def test_an_answer_whose_samples_fit_badly_is_not_to_be_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = shipped_mixtures()["gpt-2"]
    badly = replace(one, mixtures=tuple(replace(each, objective=0.5) for each in one.mixtures))
    monkeypatch.setattr(mixture, "shipped_mixtures", lambda: {"gpt-2": badly})
    app = page("mixture")
    assert not app.exception
    assert ["50% of its frequency short" in each.value for each in app.error] == [True]


@pytest.mark.slow
def test_a_question_becomes_a_job_whose_key_stands_in_the_address() -> None:
    app = page("mixture")
    app.multiselect(key="mixture_languages").set_value(["eng_Latn", "deu_Latn"])
    app.select_slider(key="mixture_n_merges").set_value(100)
    app.button(key="mixture_submit").click().run()
    linked = app.query_params["run"]
    job = cached_runs.jobs().get(linked if isinstance(linked, str) else linked[0])
    assert job.kind == KIND
    assert job.params["categories"] == ["sample eng_Latn", "sample deu_Latn", "code"]
    cached_runs.jobs().cancel(job.key)


@pytest.mark.usefixtures("unserved")
@pytest.mark.parametrize(
    ("state", "why", "button"),
    [
        (State.FAILED, ["The text of logs is empty. Give it some."], "Try again"),
        (State.INTERRUPTED, ["The text of logs is empty. Give it some."], "Resume"),
        (State.CANCELLED, [], "Resume"),
    ],
)
def test_a_job_that_is_over_without_an_answer_says_why_and_how_it_goes_on(
    state: State, why: list[str], button: str
) -> None:
    asked = Origin(f"{state.value:0<32}", KIND, {"of": state.value}, (), label="What it was trained on")
    with cached_runs.jobs().store.index.writing() as connection:
        enter(connection, asked, state, "ann", "The text of logs is empty. Give it some.")
        connection.execute("UPDATE jobs SET total = 1 WHERE key = ?", (asked.key,))  # it began, and got nowhere
    app = page("mixture", run=asked.key)
    assert not app.exception
    assert [one.value.replace("\\", "") for one in (*app.error, *app.warning)] == why
    assert any(f"{state.value.capitalize()}, before anything was finished." in one.value for one in app.markdown)
    assert app.button(key="mixture_resume").label == button
    assert app.button(key="mixture_submit").label == "Infer"


@pytest.mark.usefixtures("unserved")
@pytest.mark.parametrize(("state", "button"), [(State.CANCELLED, "resume"), (State.QUEUED, "cancel")])
def test_what_a_button_is_refused_stands_above_it_and_in_nobodys_place(
    state: State, button: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn by the callback, it took the place of the page's first row, where tokenizers are chosen."""
    asked = Origin(f"{button:0<32}", KIND, {"of": button}, (), label="What it was trained on")
    with cached_runs.jobs().store.index.writing() as connection:
        enter(connection, asked, state, "ann")

    def full(*_: object) -> None:
        raise StoreError("The store cannot grow: the disk is full.")

    app = page("mixture", run=asked.key)
    first = app.main.children[0].type
    with monkeypatch.context() as patch:
        patch.setattr(Jobs, button, full)
        app.button(key=f"mixture_{button}").click().run()
    assert not app.exception
    assert [one.value for one in app.error] == ["The store cannot grow\\: the disk is full\\."]
    assert app.main.children[0].type == first


@pytest.mark.usefixtures("unserved")
def test_an_answer_that_is_gone_says_so_and_can_be_asked_for_again() -> None:
    asked = Origin(f"{'gone':0<32}", KIND, {"of": "gone"}, (), label="What it was trained on")
    with cached_runs.jobs().store.index.writing() as connection:
        enter(connection, asked, State.DONE, "ann")
    for app in (page("mixture", run=asked.key), page("mixture", run=asked.key)):
        assert not app.exception
        assert [one.value.replace("\\", "") for one in app.error] == ["Its result was deleted."]
        assert app.button(key="mixture_resume").label == "Try again"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tokenizer", "first", "said"),
    [
        ("tiktoken:o200k_base", "o200k", "o200k_base above begins with the same 500 merges"),
        ("packaged:qwen3", "gpt-2", ""),
    ],
)
def test_the_first_answer_is_of_a_tokenizer_on_the_page_that_learned_the_same_merges(
    tokenizer: str, first: str, said: str
) -> None:
    app = page("mixture", tokenizers=tokenizer)
    assert app.selectbox(key="mixture").value == first
    assert (said in captions(app).replace("\\", "")) if said else ("No answer for a tokenizer above" in captions(app))


def test_too_few_categories_and_a_job_that_is_not_there_are_one_message_each() -> None:
    app = page("mixture")
    app.multiselect(key="mixture_languages").set_value([])
    app.button(key="mixture_submit").click().run()
    assert ["choose from 2 to 24" in one.value for one in app.error] == [True]
    app = page("mixture", run="0" * 32)
    assert not app.exception and len(app.error) == 1


def test_a_tokenizer_without_merges_is_told_so() -> None:
    app = page("mixture", tokenizers="builtin:utf8-bytes")
    assert not app.exception and not app.error
    assert any("order of merges" in one.value for one in app.info)


def test_a_share_with_a_decimal_comma_is_read_as_it_is_written() -> None:
    """A browser's own field for numbers made 5 % of 0,5 %, ten times as many entries to take out."""
    app = page("repair", tokenizers="mistral:v3", repair="below")
    app.text_input(key="repair_below").set_value("0,5").run()
    assert not app.exception and not app.error
    assert app.text_input(key="repair_below").value == "0.5"
