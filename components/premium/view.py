"""The views under the heatmap, one file each with a `VIEW`."""

from components.premium.choosers import VIEW, take_linked
from components.premium.context import PremiumContext
from components.widgets.view import View, draw_chosen, views_in
from core.common.registry import Registry

VIEWS: Registry[View[PremiumContext]] = views_in("components.premium.views")


def views(context: PremiumContext) -> None:
    """Let the user choose a view, and draw it."""
    take_linked(context)
    draw_chosen("View", VIEWS, context, key=VIEW)
