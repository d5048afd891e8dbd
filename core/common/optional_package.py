"""Packages that only an optional part of the program needs."""

from dataclasses import dataclass
from importlib.util import find_spec

from core.common.program import installing


@dataclass(frozen=True)
class OptionalPackage:
    """What has to be installed for a part of the program.

    Args:
        label: for people.
        modules: that have to be there, top-level names.
        extra: its `requirements-EXTRA.txt`.
    """

    label: str
    modules: tuple[str, ...]
    extra: str

    @property
    def advice(self) -> str:
        """How to get it, in a sentence or two for the user; empty where it is.

        >>> OptionalPackage("json", ("json",), "none").advice
        ''
        """
        if all(find_spec(module) for module in self.modules):
            return ""
        return f"{self.label} is not installed. Whoever runs this can: {installing(self.extra)}."
