"""A job that asks a model about spellings of a text, the kind `core.work.spelling_loss`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.spelling_loss import SHARES, bounded

KIND = "spelling_loss"


def params_of(model: str, text: str, samples: int, seed: int) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, or the text cannot be asked about.
    """
    bounded(text)
    return {**model_params(model), "text": text, "samples": samples, "seed": seed}


def n_asked(params: Mapping[str, Json]) -> int:
    """The spellings that such a job asks about: the tokenizer's own, and those drawn.

    >>> n_asked(params_of("shipped:tiny-english", "a text", 8, 0))
    33
    """
    return 1 + (len(SHARES) - 1) * int(params["samples"])
