"""What a module of `components.lab.views` declares: a way to look at a comparison."""

from collections.abc import Callable
from dataclasses import dataclass

from components.lab.context import AtHand
from core.common.registry import entries

GROUPS = ("Table", "Languages", "Tokens", "Agreement", "Matrices", "Text", "Recovery", "Keep")


@dataclass(frozen=True)
class View:
    """A view.

    Args:
        group: one of `GROUPS`, where it stands.
        label: its name within its group, in the link and so plain; unused where it stands alone.
        place: in its group, smaller ones first.
        about: what it shows and how to read it, a hover away, for one who sees it for the first time.
        draw: draws it.
        measure: key of the evaluator that it draws; where no model has it, that is said instead. Empty for none.
    """

    group: str
    label: str
    place: int
    about: str
    draw: Callable[[AtHand], None]
    measure: str = ""


def views() -> dict[str, list[View]]:
    """Views by group, in order.

    Raises:
        ValueError: a view stands in no group, or two share a name.
    """
    found: dict[str, list[View]] = {group: [] for group in GROUPS}
    for view in sorted(entries("components.lab.views", "VIEW", View), key=lambda view: view.place):
        if view.group not in found or view.label in [other.label for other in found[view.group]]:
            raise ValueError(f"the view {view.group}, {view.label} has no place of its own")
        found[view.group].append(view)
    return found
