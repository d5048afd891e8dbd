"""Drawing samples of a model and checking whether they drift, as `core.probes.drift_samples` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.drift_samples import drift_samples_of
from core.probes.samples.job import KIND, n_drawn

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _drawn(model: "LanguageModel", params: Params) -> object:
    return drift_samples_of(
        model, params["languages"], params["temperatures"], params["samples"], params["tokens"], params["seed"]
    )


JOB = model_job(key=KIND, label="Draw a model's samples", measure="samples", answer=_drawn, size=n_drawn)
