"""Finds the entry that each module of a package declares, so that adding one is adding a file."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

Entry = TypeVar("Entry")


@cache
def _constants(package: str, constant: str) -> tuple[object, ...]:
    path = import_module(package).__path__
    modules = [import_module(f"{package}.{info.name}") for info in sorted(iter_modules(path), key=lambda i: i.name)]
    return tuple(getattr(module, constant) for module in modules if hasattr(module, constant))


def entries(package: str, constant: str, kind: type[Entry]) -> tuple[Entry, ...]:
    """Every `constant` declared by the modules of `package`, in order of module name.

    Raises:
        TypeError: a module declares something that is not a `kind`; names it.
    """
    found = []
    for entry in _constants(package, constant):
        if not isinstance(entry, kind):
            raise TypeError(f"{package}: {constant} is {entry!r}, not a {kind.__name__}")
        found.append(entry)
    return tuple(found)
