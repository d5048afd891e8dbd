"""What an entry needs beyond what all of its kind are given, and the sentence that says how to get it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Here = TypeVar("Here")


@dataclass(frozen=True, kw_only=True)
class Need(Generic[Here]):
    """Something that may be missing.

    Args:
        key: its name.
        is_there: whether it is, asked of what an entry works on.
        advice: how to get it, in a sentence or two for the user.
    """

    key: str
    is_there: Callable[[Here], bool]
    advice: str


def missing(needs: Iterable[Need[Here]], here: Here) -> str | None:
    """How to get the first of these that is not there; None if all are.

    >>> text = Need(key="text", is_there=bool, advice="Type a text.")
    >>> missing((text,), ""), missing((text,), "a")
    ('Type a text.', None)
    """
    return next((need.advice for need in needs if not need.is_there(here)), None)
