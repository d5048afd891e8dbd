"""Asking a model for the byte after a prompt and after its earlier ends, as `core.probes.bytes.ends` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.bytes.job import KIND, n_asked

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _answers(model: "LanguageModel", params: Params) -> object:
    from core.probes.bytes.ends import next_byte_ends

    return next_byte_ends(model, bytes.fromhex(params["prompt_hex"]), params["walked"], params["every"])


JOB = model_job(key=KIND, label="Ask for the next byte", measure="bytes", answer=_answers, size=n_asked)
