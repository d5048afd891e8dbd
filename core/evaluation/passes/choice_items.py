"""Items of multiple choice that ship; loads no torch."""

import json
from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA

FOLDER = DATA / "choices"


@dataclass(frozen=True)
class ChoiceItem:
    """A beginning and ways to go on.

    Args:
        language: code as in FLORES-200.
        kind: "fact", "grammar" or "continuation".
        prompt: does not end in a space.
        answer: the continuation that is right.
        others: those that are not.
    """

    language: str
    kind: str
    prompt: str
    answer: str
    others: tuple[str, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """All continuations, the right one first."""
        return (self.answer, *self.others)


@cache
def shipped_items() -> tuple[ChoiceItem, ...]:
    """The items of `data/choices`."""
    lines = (FOLDER / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(ChoiceItem(**{**item, "others": tuple(item["others"])}) for item in map(json.loads, lines))
