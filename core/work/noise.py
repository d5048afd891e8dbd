"""One model reading a text with each edit, as `core.probes.noise` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.noise import noise_to_model
from core.probes.with_model.noise import KIND, n_read

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _read(model: "LanguageModel", params: Params) -> object:
    from core.probes.bytes.read_by_model import ModelReader

    return noise_to_model(ModelReader(model), params["text"], (), params["most"], params["seed"])


JOB = model_job(key=KIND, label="Read an edited text", measure="texts", answer=_read, size=n_read)
