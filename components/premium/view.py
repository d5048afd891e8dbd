"""The views under the heatmap, one file each with a `draw(at_hand)`."""

from components.premium.choosers import VIEW
from components.premium.context import AtHand
from components.widgets.chosen import draw_chosen

VIEWS = {
    "Ranked": "ranked",
    "Map": "world",
    "Groups": "groups",
    "Lorenz": "lorenz_curves",
    "Slope": "slope",
    "Units": "units",
    "Relations": "relations",
    "Differences": "differences",
    "Measures": "measures",
    "Evidence": "evidence",
    "Calculator": "calculator",
    "Table": "table",
}


def views(at_hand: AtHand) -> None:
    """Let the user choose a view, and draw it."""
    draw_chosen("View", "components.premium.views", VIEWS, at_hand, key=VIEW)
