"""The numbers of a configuration, looked at before anything is built of them.

A library builds an object per layer and per expert, so that one number in a small file would fill the memory. Each
architecture has its own names for the same numbers; the words in them are alike.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from core.common.errors import UserError, shown
from core.common.numbers import count

# The largest in use, by far: 126 layers, 16,384 experts in each of 32, 53,248 wide, a vocabulary of a million.
MOST_LAYERS, MOST_EXPERTS, MOST_EXPERTS_IN_ALL = 1_024, 2**14, 2**19
MOST_WIDTH, MOST_VOCABULARY, MOST_OF_ELSE = 2**21, 2**25, 2**16
MOST_CONFIG_BYTES = 2**22
_MOST_ENTRIES = 2**16  # of one list
_DEEPEST = 16
_WIDTHS = {"size", "dim", "dims", "embd", "width", "inner", "ffn", "capacity", "d"}
_NO_COUNTS = {"theta", "scaling", "eps"}
_LENGTHS = {"position", "positions", "ctx", "context", "length", "len", "token", "tokens"}


def refuse_absurd(told: Mapping[str, Any], name: str) -> None:
    """Do nothing if a model of these numbers can be built.

    Args:
        told: what config.json says.

    Raises:
        UserError: a number is beyond any model; says which, and how many there may be.

    >>> refuse_absurd({"num_hidden_layers": 32, "hidden_size": 4096}, "x")
    """
    layers = experts = 1
    for key, value in _numbers(told, "", 0, name):
        what, most = _limit(set(key.lower().split("_")))
        if most and value > most:
            raise UserError(
                f"The config.json of {name} says {shown(key)} is {_short(value)}, and {count(most)} {what} are the "
                "most that are built here. The file is damaged; fetch the model again or pick another."
            )
        layers = max(layers, value) if what == "layers" else layers
        experts = max(experts, value) if what == "experts" else experts
    if layers * experts > MOST_EXPERTS_IN_ALL:
        raise UserError(
            f"The config.json of {name} asks for {count(layers)} layers of {count(experts)} experts, and "
            f"{count(MOST_EXPERTS_IN_ALL)} in all are the most that are built here. Pick another model."
        )


def _short(value: int) -> str:
    return count(value) if value < 10**15 else f"{float(value):.0e}" if value < 10**300 else "beyond 10^300"


def _numbers(told: Any, key: str, depth: int, name: str) -> Iterator[tuple[str, int]]:
    """Every whole number, with the name under which it stands."""
    if depth > _DEEPEST or (isinstance(told, list | Mapping) and len(told) > _MOST_ENTRIES):
        raise UserError(
            f"The config.json of {name} is nested too deep, or has a list too long, at {shown(key)}. Fetch it again."
        )
    if isinstance(told, Mapping):
        for inner, value in told.items():
            yield from _numbers(value, str(inner), depth + 1, name)
    elif isinstance(told, list):
        for value in told:
            yield from _numbers(value, key, depth + 1, name)
    elif isinstance(told, int | float) and not isinstance(told, bool) and abs(told) < float("inf"):
        yield key, int(told)


def _limit(words: set[str]) -> tuple[str, int]:
    """What a number counts, by the words of its name, and the most of that; 0 for any."""
    if words & _NO_COUNTS:
        return "", 0
    counts = bool(words & {"num", "n"})
    wide = bool(words & _WIDTHS)
    if "vocab" in words:
        return "tokens", MOST_VOCABULARY
    if not wide and (words & {"layer", "layers"} or (counts and words & {"block", "blocks"})):
        return "layers", MOST_LAYERS
    if not wide and counts and any(word.startswith("expert") for word in words):
        return "experts", MOST_EXPERTS
    if wide:
        return "numbers side by side", MOST_WIDTH
    return ("of them", MOST_OF_ELSE) if counts and not words & _LENGTHS else ("", 0)
