"""The views of a comparison, one file each with a `VIEW`, in groups."""

from components.lab.context import LabContext
from components.widgets.view import View, views_in
from core.common.registry import Registry

GROUPS = ("Table", "Languages", "Tokens", "Agreement", "Matrices", "Text", "Recovery", "Keep")
VIEWS: Registry[View[LabContext]] = views_in("components.lab.views")


def views() -> dict[str, list[View[LabContext]]]:
    """Views by group, in order.

    Raises:
        ValueError: a view stands in no group.
    """
    found: dict[str, list[View[LabContext]]] = {group: [] for group in GROUPS}
    for view in VIEWS.all().values():
        if view.group not in found:
            raise ValueError(f"the view {view.key} stands in no group")
        found[view.group].append(view)
    return found
