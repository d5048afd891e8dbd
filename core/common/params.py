"""Parameters that an entry declares: what a form draws its controls from, and the values given; no torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.common.errors import UnknownName, UserError, shown

if TYPE_CHECKING:
    import torch

Value = int | float | str | bool


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter of a method or of a measure, from which pages and the command line draw controls.

    Args:
        key: its name on the command line.
        label: its name on a page.
        default: also says its type.
        help: what it does, in a sentence.
        low, high: its range, both included, for numbers.
        choices: what it may be, for words.
        tried: values of which one is chosen by what is at hand, where it is left at its default; that default then
            means so and may lie outside the range. Empty where nothing chooses.
        usual: what is taken where nothing can be chosen, and while other parameters are.
        untried: why it is not tried on what is at hand, in a sentence, where that has to be said.
        own_choice: whether the entry chooses it by a rule of its own where it is left at its default, which then may
            lie outside the range as well.
        lines: whether a text of several lines is typed, such as a list.
    """

    key: str
    label: str
    default: Value
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    tried: tuple[Value, ...] = ()
    usual: Value | None = None
    untried: str = ""
    own_choice: bool = False
    lines: bool = False

    @property
    def about(self) -> str:
        """What it does, and what chooses it.

        >>> k = Param(key="k", label="k", default=0, help="How many.", low=1, high=100, tried=(1, 10), usual=10)
        >>> k.about, k.read(0)
        ('How many. 0 has it chosen: 1 or 10.', 0)
        """
        if not self.tried:
            return f"{self.help} {self.untried}".strip()
        words = [in_words(value) for value in (self.default, *self.tried)]
        return f"{self.help} {words[0]} has it chosen: {', '.join(words[1:-1])} or {words[-1]}."

    def read(self, given: Value) -> Value:
        """The value given, also as text, in this parameter's type.

        Raises:
            UserError: it is of another type, out of range or none of the choices.

        >>> Param(key="k", label="Neighbours", default=10, help="How many.", low=1, high=100).read("12")
        12
        """
        kind = type(self.default)
        if kind is bool and isinstance(given, str):
            given = {"true": True, "false": False, "on": True, "off": False}.get(given.lower(), given)
        try:
            value = given if kind is bool else kind(given)
        except (ValueError, OverflowError):
            value = given
        whole = kind is not int or not isinstance(given, float) or given.is_integer()
        if type(value) is not kind or not whole or value != value:  # noqa: PLR0124
            raise UserError(f"{self.key} cannot be {shown(str(given))}: give {_NOUNS[kind]}, such as {self.default}.")
        if self._chosen and value == self.default:
            return value
        if self.choices and value not in self.choices:
            raise UnknownName(self.key, str(value), self.choices)
        if not isinstance(value, str) and not self._low <= value <= self._high:
            chosen = f", or {in_words(self.default)} to have it chosen" if self._chosen else ""
            raise UserError(
                f"{self.key} cannot be {value}: give a number from {self._low:g} to {self._high:g}{chosen}."
            )
        return value

    @property
    def _chosen(self) -> bool:
        """Whether its default means that it is chosen."""
        return bool(self.tried) or self.own_choice

    @property
    def _low(self) -> float:
        return float("-inf") if self.low is None else self.low

    @property
    def _high(self) -> float:
        return float("inf") if self.high is None else self.high


def in_words(value: Value) -> str:
    """A value for people.

    >>> in_words(-1.0), in_words("softmax")
    ('-1', 'softmax')
    """
    return f"{value:g}" if isinstance(value, float) else str(value)


_NOUNS: dict[type, str] = {int: "a whole number", float: "a number", str: "a word", bool: "true or false"}


@dataclass(frozen=True)
class Params:
    """The values of an entry's parameters, all of them, and the seed of whatever it draws."""

    values: Mapping[str, Value]
    seed: int = 0

    def whole(self, key: str) -> int:
        """A whole number."""
        return int(self.values[key])

    def number(self, key: str) -> float:
        """A number."""
        return float(self.values[key])

    def word(self, key: str) -> str:
        """One of its choices."""
        return str(self.values[key])

    def on(self, key: str) -> bool:
        """Whether it is switched on."""
        return bool(self.values[key])

    def generator(self) -> "torch.Generator":
        """A source of randomness on the CPU, the same whatever the device."""
        import torch

        return torch.Generator().manual_seed(self.seed)


def read_params(of: str, params: Sequence[Param], given: Mapping[str, Value], seed: int = 0) -> Params:
    """All values of an entry's parameters: those given, and the defaults of the others.

    Args:
        of: key of the entry, for the message.

    Raises:
        UserError: there is no such parameter, or it cannot have that value.

    >>> k = Param(key="k", label="Neighbours", default=10, help="How many.")
    >>> read_params("nearest", [k], {"k": "12"}).whole("k"), read_params("nearest", [k], {}).whole("k")
    (12, 10)
    """
    by_key = {param.key: param for param in params}
    for key in given:
        if key not in by_key:
            raise UnknownName(f"parameter of {of}", key, by_key)
    return Params({key: p.read(given[key]) if key in given else p.default for key, p in by_key.items()}, seed)


def unusual(params: Sequence[Param], settings: Mapping[str, Value]) -> dict[str, Value]:
    """Settings without what is as by default.

    >>> unusual([Param(key="k", label="Atoms", default=8, help="How many.")], {"k": 8})
    {}
    """
    default = {param.key: param.default for param in params}
    return {name: value for name, value in settings.items() if value != default[name]}
