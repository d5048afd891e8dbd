"""What the view of an experiment is drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.probes.probe import Probe, Value


@dataclass(frozen=True, eq=False)
class ProbeContext:
    """What was asked for, and how the page looks.

    Args:
        probe: which.
        given: what the user brought, by key.
        names: what the tokenizers on the page are called, by spec; none where the probe asks for none.
        predicts: whether the answer stays hidden until the user has guessed.
        dark: the theme.
    """

    probe: Probe
    given: Mapping[str, Value]
    names: Mapping[str, str]
    predicts: bool
    dark: bool

    def text(self, key: str) -> str:
        """What was given as a text or as the spec of something."""
        return str(self.given[key] or "")

    def ids(self, key: str) -> tuple[int, ...]:
        """What was given as ids; none where nothing was."""
        value = self.given[key]
        return tuple(int(one) for one in value) if isinstance(value, tuple) else ()

    def words(self, key: str) -> tuple[str, ...]:
        """What was given as words."""
        value = self.given[key]
        return tuple(map(str, value)) if isinstance(value, tuple) else ()

    def real(self, key: str) -> float:
        """What was given as a number."""
        value = self.given[key]
        assert isinstance(value, float), f"{key} is a number"
        return value

    def number(self, key: str) -> int:
        """What was given as a whole number."""
        value = self.given[key]
        assert isinstance(value, int), f"{key} is a whole number"
        return value
