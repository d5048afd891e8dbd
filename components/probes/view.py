"""The experiments of the page, one file each with a `VIEW`; a probe without one is not shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from components.probes.context import ProbeContext
from components.widgets.view import View
from core.common.registry import Registry
from core.probes.probe import PROBES, Asked, Probe, Value


@dataclass(frozen=True, kw_only=True)
class ProbeView(View[ProbeContext]):
    """A view of the probe that `name` is the key of.

    Args:
        card: draws the picture of its card, for the dark theme if asked, and gives the sentence below it.
        asked: what the page asks for, where that is not what the probe does.
        usual: what stands there at first, by key, in place of the probe's defaults.
        most: the largest numbers that the page takes, and characters of texts, by key: what takes longer is for the
            command line.
        sliders: numbers that are dragged, beside what does not fold away.
        named: choices that stand in the row and do not fold away, by key: how each of their words is written.
        examples: what to try in one click: values by key, by what is read on the button.
        segmenters: whether those without a vocabulary may be chosen too.
        as_asked: what the probe is asked in the end, where the page makes it of more than was given.
    """

    card: Callable[[bool], str]
    asked: tuple[Asked, ...] = ()
    usual: Mapping[str, str | int | float] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    sliders: tuple[str, ...] = ()
    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    examples: Mapping[str, Mapping[str, str | int | float]] = field(default_factory=dict)
    segmenters: bool = False
    as_asked: Callable[[ProbeContext], Mapping[str, Value]] = lambda context: context.given

    @property
    def probe(self) -> Probe:
        """What it shows."""
        return PROBES.get(self.name)

    @property
    def asks(self) -> tuple[Asked, ...]:
        """What the page asks for."""
        return self.asked or self.probe.asked

    def usual_of(self, asked: Asked) -> str | int | float:
        """What stands there at first; a text for all but numbers, of words with spaces between."""
        value = self.usual.get(asked.key, asked.default)
        if isinstance(value, tuple):
            return " ".join(map(str, value))
        return "" if value is None else value


VIEWS: Registry[ProbeView] = Registry(
    package="components.probes.views", constant="VIEW", kind=ProbeView, noun="probe", order=lambda view: view.place
)
