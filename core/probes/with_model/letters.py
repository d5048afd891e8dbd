"""A job that asks a model how often a letter occurs, the kind `core.work.letters`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.letters import letters_of

KIND = "letters"


def params_of(model: str, text: str, letter: str) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind.
    """
    return {**model_params(model), "text": text, "letter": letter}


def n_forms(params: Mapping[str, Json]) -> int:
    """The ways to write the text that such a job asks about.

    >>> n_forms(params_of("shipped:tiny-english", "abc", "a"))
    4
    """
    return len(letters_of((), params["text"], params["letter"]).forms)
