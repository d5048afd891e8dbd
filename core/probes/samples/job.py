"""A job that draws samples of a model and checks them, the kind `core.work.drift_samples`: what to submit."""

from collections.abc import Mapping, Sequence

from core.jobs.store.files import Json
from core.models.submitted import model_params
from core.probes.drift_samples import degrees_of, known

KIND = "drift_samples"


def params_of(
    model: str, languages: Sequence[str], temperatures: Sequence[str], samples: int, tokens: int, seed: int
) -> dict[str, Json]:
    """The parameters of the job.

    Raises:
        UserError: this server opens no models of this kind, there is no such language, or a temperature is none.
    """
    return {
        **model_params(model),
        "languages": known(languages),
        "temperatures": degrees_of(temperatures),
        "samples": samples,
        "tokens": tokens,
        "seed": seed,
    }


def n_drawn(params: Mapping[str, Json]) -> int:
    """The samples that such a job draws.

    >>> n_drawn(params_of("shipped:tiny-english", ["eng_Latn", "deu_Latn"], ["1"], 20, 64, 0))
    40
    """
    return len(params["languages"]) * len(params["temperatures"]) * int(params["samples"])
