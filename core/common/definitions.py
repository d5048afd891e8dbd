"""What a number on a page means: its unit, which way is better, its definition, and where that comes from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Definition:
    """A number's meaning, shown where the number is.

    Args:
        key: the field of the result that holds the number.
        label: for people, in sentence case.
        unit: what it counts or is measured in, empty for a yes or no.
        better: "lower", "higher", or "" where neither is.
        text: the definition, as few sentences as are exact.
        source: paper or specification, empty where the definition is our own.
    """

    key: str
    label: str
    unit: str
    better: Literal["lower", "higher", ""]
    text: str
    source: str = ""
