"""A job that asks a model for the byte after a prompt, the kind `core.work.next_byte`: what to submit."""

from core.jobs.store.files import Json
from core.models.submitted import model_params

KIND = "next_byte"
MOST_ENDS = 12  # bytes that a prompt is ended earlier by


def params_of(model: str, prompt: bytes, n_walked: int, every: bool) -> dict[str, Json]:
    """The parameters of the job; the prompt travels in hexadecimal, since it may end inside a character.

    Raises:
        UserError: this server opens no models of this kind.
    """
    return {**model_params(model), "prompt_hex": prompt.hex(), "walked": n_walked, "every": every}
