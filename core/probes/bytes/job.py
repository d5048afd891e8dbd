"""A job that asks a model for the byte after a prompt, the kind `core.work.next_byte`: what to submit."""

from collections.abc import Mapping

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


def ends_of(prompt: bytes, most: int = MOST_ENDS) -> list[bytes]:
    """The prompt, and what is left of it when it ends one byte earlier each, `most` bytes at most.

    >>> ends_of(b"ab")
    [b'ab', b'a', b'']
    """
    return [prompt[: len(prompt) - back] for back in range(min(len(prompt), most) + 1)]


def n_asked(params: Mapping[str, Json]) -> int:
    """The bytes that such a job asks for: those of every end that are gone through one by one, and the next.

    >>> n_asked(params_of("shipped:tiny-english", b"abc", 2, False))
    9
    """
    return sum(min(len(end), int(params["walked"])) + 1 for end in ends_of(bytes.fromhex(params["prompt_hex"])))
