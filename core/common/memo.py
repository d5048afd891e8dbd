"""Values worked out once, and kept with what they were worked out from."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

Kept = TypeVar("Kept")


@dataclass(frozen=True, eq=False)
class Memo:
    """Something on which values are worked out once and kept."""

    _kept: dict[Hashable, Any] = field(init=False, repr=False, default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` gives, made once; `key` says what it depends on beyond this object.

        >>> here = Memo()
        >>> here.once("list", list) is here.once("list", list)
        True
        """
        if key not in self._kept:
            self._kept[key] = make()
        found: Kept = self._kept[key]
        return found
