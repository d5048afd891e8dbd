"""A job that finds under-trained tokens, the kind `core.work.under_trained`: what to submit for a model."""

from core.jobs.store.files import Json
from core.models.submitted import model_params

KIND = "under_trained"


def params_of(model: str, share: float) -> dict[str, Json]:
    """The parameters of the job for a model.

    Args:
        share: of the tokens, those to be asked for, over 0 to 1.

    >>> params_of("shipped:tiny-english", 0.02)["share"]
    0.02
    """
    return {**model_params(model), "share": share}
