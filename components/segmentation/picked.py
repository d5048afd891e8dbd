"""The token that the user clicked last."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Picked:
    """A token by its tokenizer, id, and first byte in the whole text."""

    spec: str
    id: int
    start: int
