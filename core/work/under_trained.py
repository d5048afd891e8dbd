"""Finding under-trained tokens: one model, its rows and its answers, as `core.models.under_trained.find` has them."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.models.under_trained.job import KIND

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _found(model: "LanguageModel", params: Params) -> object:
    from core.models.under_trained.find import under_trained

    return under_trained(model, float(params["share"]))


JOB = model_job(key=KIND, label="Find under-trained tokens", measure="models", answer=_found)
