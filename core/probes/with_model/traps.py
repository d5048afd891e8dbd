"""A job that has a model read pairs of words with and without the space, the kind `core.work.traps`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.traps import ASKED_OF_MODEL, pairs_of

KIND = "traps"


def params_of(model: str, text: str, pairs: int, seed: int) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, or no line of the text has two words.
    """
    pairs_of(text, pairs, seed)
    return {**model_params(model), "text": text, "pairs": pairs, "seed": seed}


def n_pairs(params: Mapping[str, Json]) -> int:
    """The most pairs that such a job reads.

    >>> n_pairs(params_of("shipped:tiny-english", "to be or", 9, 0))
    2
    """
    return min(len(pairs_of(params["text"], params["pairs"], params["seed"])), 2 * ASKED_OF_MODEL)
