"""One model reading pairs of words with and without the space, as `core.probes.traps` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.traps import model_on_traps, pairs_of
from core.probes.with_model.traps import KIND, n_pairs

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _read(model: "LanguageModel", params: Params) -> object:
    from core.probes.bytes.read_by_model import ModelReader

    return model_on_traps(ModelReader(model), pairs_of(params["text"], params["pairs"], params["seed"]))


JOB = model_job(key=KIND, label="Read words without spaces", measure="pairs", answer=_read, size=n_pairs)
