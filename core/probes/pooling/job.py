"""A job that has two models read texts as one, the kind `core.work.pooled`: what to submit."""

from collections.abc import Mapping

from core.jobs.store.files import Json
from core.models.submitted import memory, model_params
from core.probes.pooled import lines_of

KIND = "pooled"


def params_of(model: str, other: str, text: str) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of these kinds, or there is nothing to read.

    >>> params_of("shipped:tiny-english", "shipped:tiny-world", "a line")["other"]
    'shipped:tiny-world'
    """
    lines_of(text)
    first, second = model_params(model), model_params(other)
    both = {"other": second["model"], "other_files": second["files"], "memory_mb": memory(first) + memory(second)}
    return {**first, **both, "text": text}


def n_texts(params: Mapping[str, Json]) -> int:
    """The texts that such a job reads.

    >>> n_texts(params_of("shipped:tiny-english", "shipped:tiny-world", ""))
    12
    """
    return len(lines_of(params["text"]))
