"""A job that has a model read a text with each edit, the kind `core.work.noise`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.noise import edits_made

KIND = "noise"


def params_of(model: str, text: str, most: int, seed: int) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, or the text is empty.
        TooLarge: it is too long.
    """
    edits_made(text, (), most, seed)
    return {**model_params(model), "text": text, "most": most, "seed": seed}


def n_read(params: Mapping[str, Json]) -> int:
    """The texts that such a job reads: the text as it is, and with each edit that it has a place for.

    >>> n_read(params_of("shipped:tiny-english", "12", 9, 0))
    1
    """
    made = edits_made(params["text"], (), params["most"], params["seed"])
    return 1 + sum(bool(changes) for _, changes in made)
