"""Two jobs about sums: a model is asked, the kind `core.work.sums`, and adders are trained, `core.work.adders`."""

from core.jobs.store.files import Json
from core.models.submitted import model_params

ASKED, TRAINED = "sums", "adders"


def params_to_ask(model: str, longest: int, each: int, seed: int) -> dict[str, Json]:
    """The parameters of the first.

    Raises:
        UserError: this server opens no models of this kind.
    """
    return {**model_params(model), **_sums(longest, each, seed)}


def params_to_train(longest: int, each: int, seed: int, steps: int, training_seed: int) -> dict[str, Json]:
    """The parameters of the second.

    >>> params_to_train(3, 20, 1, 400, 0)
    {'longest': 3, 'each': 20, 'seed': 1, 'steps': 400, 'training_seed': 0}
    """
    return {**_sums(longest, each, seed), "steps": steps, "training_seed": training_seed}


def _sums(longest: int, each: int, seed: int) -> dict[str, Json]:
    return {"longest": longest, "each": each, "seed": seed}
