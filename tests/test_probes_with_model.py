"""Noise, traps and letters put to a model: what a job finds, and how the page shows it."""

from collections.abc import Callable
from functools import partial

import pytest

from core.jobs.job import KINDS
from core.jobs.result_codec import restored, stored
from core.models.load import open_model
from core.probes.bytes.read_by_model import ModelReader
from core.probes.letters import LettersAsked, asked_of, letters, letters_of
from core.probes.noise import NoiseToModel, noise, noise_to_model
from core.probes.traps import ModelOnTraps, model_on_traps, pairs_of, traps
from core.probes.with_model import letters as letters_job
from core.probes.with_model import noise as noise_job
from core.probes.with_model import traps as traps_job
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")
MODEL, BYTES = "shipped:tiny-english", "builtin:utf8-bytes"
TEXT = "The weather is fine today."


def of_noise() -> NoiseToModel:
    return noise_to_model(ModelReader(open_model(MODEL)), TEXT, (), 9, 0)


def of_traps() -> ModelOnTraps:
    return model_on_traps(ModelReader(open_model(MODEL)), pairs_of("to be or not", 9, 0))


def of_letters() -> LettersAsked:
    found = letters_of((), "banana")
    return LettersAsked("m", asked_of(open_model(MODEL), found.forms, found.letter, found.n))


@pytest.mark.parametrize("made", [of_noise, of_traps, of_letters])
def test_what_a_job_finds_comes_back_from_disk(made: Callable[[], object]) -> None:
    found = made()
    assert restored(type(found), stored(found)) == found


def test_a_job_finds_what_the_command_line_says() -> None:
    by_command = noise([BYTES], TEXT, most=9, model=MODEL)
    read = of_noise()
    assert (by_command.model, by_command.bits_per_byte) == (read.model, read.bits_per_byte)
    assert {effect.key: effect.bits_per_byte for effect in by_command.effects} == dict(read.by_edit)
    assert traps([BYTES], "to be or not", 9, 0, MODEL).by_model == of_traps()
    assert letters([BYTES], "banana", model=MODEL).by_model == of_letters().by_form


def test_the_size_of_a_job_is_what_it_reads() -> None:
    assert noise_job.n_read(noise_job.params_of(MODEL, TEXT, 9, 0)) == 1 + len(of_noise().by_edit)
    assert traps_job.n_pairs(traps_job.params_of(MODEL, "", 500, 0)) == 100
    assert letters_job.n_forms(letters_job.params_of(MODEL, "banana", "")) == len(of_letters().by_form)
    assert {noise_job.KIND, traps_job.KIND, letters_job.KIND} <= KINDS.all().keys()


@pytest.mark.parametrize(
    ("probe", "made", "text", "words"),
    [
        ("noise", of_noise, TEXT, "bits for each byte of the text as it is"),
        ("traps", of_traps, "to be or not", "Without the space"),
        ("letters", of_letters, "banana", "The letter a occurs 3 times"),
    ],
)
def test_the_page_has_a_button_and_shows_what_was_found(
    probe: str, made: Callable[[], object], text: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = partial(opened, "probes", probe=probe, tokenizers=["mistral:v3"], **{f"{probe}_text": text})
    app = page()
    assert not app.error and [button.label for button in app.button].count("Ask this model") == 1
    assert any("SmolLM2-135M" in one.value and "It takes" in one.value for one in app.caption)
    found = stored(made())
    monkeypatch.setattr("components.probes.job_answer.finished_result", lambda *asked: found)
    app = page()
    assert not app.error and any(words in one.value.replace("\\", "") for one in app.markdown)


def test_a_letter_that_occurs_too_often_is_not_asked_about() -> None:
    app = opened("probes", probe="letters", tokenizers=["mistral:v3"], letters_text="a" * 10)
    assert not app.error and not any(button.label == "Ask this model" for button in app.button)
