"""Finds the entry that each module of a package declares, so that adding one is adding a file."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Generic, Protocol, TypeVar

from core.common.errors import UnknownName


class Keyed(Protocol):
    """An entry, which has a name."""

    @property
    def key(self) -> str:
        """Its name, unique in its registry."""


Entry = TypeVar("Entry", bound=Keyed)


@dataclass(frozen=True, kw_only=True)
class Registry(Generic[Entry]):
    """The entries of one kind, found when they are first asked for.

    Args:
        package: whose modules declare them; a module that declares none is passed over.
        constant: what a module calls its entry.
        kind: class of the entries.
        noun: what an unknown name is said not to be.
        order: entries with a smaller one stand first; equal ones by name of module.
        further: names of more packages, asked each time.
    """

    package: str
    constant: str
    kind: type[Entry]
    noun: str
    order: Callable[[Entry], Any] = lambda entry: 0
    further: Callable[[], Sequence[str]] = tuple

    def all(self) -> dict[str, Entry]:
        """Every entry by key, in order.

        Raises:
            TypeError: a module declares something of another class; names it.
            ValueError: two entries have one key; names both modules.
        """
        by_key: dict[str, tuple[str, Entry]] = {}
        for module, entry in sorted(self._declared(), key=lambda pair: self.order(pair[1])):
            other, _ = by_key.setdefault(entry.key, (module, entry))
            if other != module:
                raise ValueError(f"{other} and {module} both declare the {self.noun} {entry.key}")
        return {key: entry for key, (_, entry) in by_key.items()}

    def get(self, key: str) -> Entry:
        """The entry of this key; of a module that is called as its entry is, no other is imported on the way.

        Raises:
            UnknownName: there is none; suggests the nearest.
        """
        for package in (self.package, *self.further()):
            entry = _named(package, key.replace("-", "_"), self.constant)
            if isinstance(entry, self.kind) and entry.key == key:
                return entry
        known = self.all()
        if key not in known:
            raise UnknownName(self.noun, key, known)
        return known[key]

    def _declared(self) -> Iterator[tuple[str, Entry]]:
        """(module, entry) by name of module, package by package."""
        for package in (self.package, *self.further()):
            for module, entry in _constants(package, self.constant):
                if not isinstance(entry, self.kind):
                    raise TypeError(f"{module}: {self.constant} is {entry!r}, not a {self.kind.__name__}")
                yield module, entry


@cache
def _modules(package: str) -> tuple[str, ...]:
    return tuple(sorted(info.name for info in iter_modules(import_module(package).__path__)))


def _named(package: str, name: str, constant: str) -> object:
    """What a package's module of this name declares; None if there is none."""
    return getattr(import_module(f"{package}.{name}"), constant, None) if name in _modules(package) else None


@cache
def _constants(package: str, constant: str) -> tuple[tuple[str, object], ...]:
    modules = [import_module(f"{package}.{name}") for name in _modules(package)]
    return tuple((module.__name__, getattr(module, constant)) for module in modules if hasattr(module, constant))
