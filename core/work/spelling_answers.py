"""Putting questions to one model in several spellings, as `core.probes.spelling_answers` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.asked_otherwise.job import KIND, n_questions
from core.probes.spelling_answers import spelling_answers_of

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _asked(model: "LanguageModel", params: Params) -> object:
    return spelling_answers_of(model, params["languages"], params["seed"])


JOB = model_job(key=KIND, label="Ask in other spellings", measure="questions", answer=_asked, size=n_questions)
