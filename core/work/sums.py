"""Asking a model sums, written plainly and with commas, as `core.probes.sums.asking` does."""

from typing import TYPE_CHECKING

from core.models.model_job import Params, model_job
from core.probes.sums.addition import additions
from core.probes.sums.job import ASKED

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel


def _answers(model: "LanguageModel", params: Params) -> object:
    from core.probes.sums.asking import asked_in_styles

    return asked_in_styles(model, additions(params["longest"], params["each"], params["seed"]))


def _n_asked(params: Params) -> int:
    return int(params["longest"]) * int(params["each"])


JOB = model_job(key=ASKED, label="Ask a model sums", measure="sums", answer=_answers, size=_n_asked)
