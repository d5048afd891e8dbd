"""A job that has a model fill gaps, the kind `core.work.gaps`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.gaps import gaps_in

KIND = "gaps"


def params_of(model: str, text: str, most: int) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, or there is nothing to fill.
    """
    gaps_in(text, most)
    return {**model_params(model), "text": text, "most": most}


def n_gaps(params: Mapping[str, Json]) -> int:
    """The gaps that such a job fills.

    >>> n_gaps(params_of("shipped:tiny-english", "a number of words", 9))
    1
    """
    return len(gaps_in(params["text"], params["most"]))
