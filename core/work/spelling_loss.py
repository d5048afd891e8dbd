"""Asking a model about spellings of one text, as `core.probes.spelling_loss` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.respelled.job import KIND, n_asked
from core.probes.spelling_loss import spelling_loss_of

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _asked(model: "LanguageModel", params: Params) -> object:
    return spelling_loss_of(model, params["text"], params["samples"], params["seed"])


JOB = model_job(key=KIND, label="Ask about spellings", measure="spellings", answer=_asked, size=n_asked)
