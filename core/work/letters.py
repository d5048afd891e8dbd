"""Asking one model how often a letter occurs, as `core.probes.letters` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.letters import LettersAsked, asked_of, letters_of
from core.probes.with_model.letters import KIND, n_forms

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _asked(model: "LanguageModel", params: Params) -> object:
    found = letters_of((), params["text"], params["letter"])
    return LettersAsked(model.name, asked_of(model, found.forms, found.letter, found.n))


JOB = model_job(key=KIND, label="Count letters", measure="texts", answer=_asked, size=n_forms)
