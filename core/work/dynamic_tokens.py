"""A model reading dynamic tokens, as `core.probes.dynamic_tokens` tells it."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.dynamic_tokens import network_of, text_of
from core.probes.merging.found import SHARES
from core.probes.merging.job import KIND

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _asked(model: "LanguageModel", params: Params) -> object:
    from core.probes.merging.reading import read_merged

    network = network_of(str(params["model"]), str(params["hypernetwork"]))
    return read_merged(model, network, text_of(params["text"], params["sample"]), params["merges"])


def _n_readings(params: Params) -> int:
    return 1 + 2 * len(SHARES)


JOB = model_job(key=KIND, label="Read dynamic tokens", measure="readings", answer=_asked, size=_n_readings)
