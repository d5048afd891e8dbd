"""A dataclass as the output of a unit or of a job, and read from it again."""

from typing import TypeVar

from core.common.codec import Array, Mismatch, from_json, to_json
from core.common.errors import UserError
from core.jobs.job import Output
from core.jobs.store.files import Result

Value = TypeVar("Value")
_FACT = "json"  # a text: so mappings keep their order, and NaN may stand in it


def stored(value: object) -> Output:
    """A dataclass as its JSON and its arrays."""
    arrays: dict[str, Array] = {}
    text = to_json(value, arrays)
    return Output(arrays, {_FACT: text})


def restored(kind: type[Value], output: Output | Result) -> Value:
    """The dataclass of this kind that `stored` was given.

    Raises:
        UserError: it was stored in another form, by a version with other fields; says what to do.

    >>> from core.stats.number import Number
    >>> restored(Number, stored(Number(1.5)))
    Number(value=1.5, low=nan, high=nan, reason='')
    """
    try:
        return from_json(kind, output.facts.get(_FACT, ""), output.arrays)
    except Mismatch:
        raise UserError(
            "Another version of Token Atlas stored this result. Press Repeat on the Runs page to compute it anew."
        ) from None
