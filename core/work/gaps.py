"""One model filling gaps, as `core.probes.gaps` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.filling.job import KIND, n_gaps
from core.probes.gaps import gaps_in, gaps_of

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _filled(model: "LanguageModel", params: Params) -> object:
    return gaps_of(model, gaps_in(params["text"], params["most"]))


JOB = model_job(key=KIND, label="Fill gaps", measure="gaps", answer=_filled, size=n_gaps)
