"""Two models reading texts as one, as `core.probes.pooled` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, as_fits, model_job
from core.probes.pooled import lines_of, pooled_of
from core.probes.pooling.job import KIND, n_texts

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _asked(model: "LanguageModel", params: Params) -> object:
    from core.models.load import open_model

    other = open_model(str(params["other"]), as_fits(str(model.device)))
    return pooled_of(model, other, lines_of(params["text"]))


JOB = model_job(key=KIND, label="Read with two models", measure="texts", answer=_asked, size=n_texts)
