"""The views under the key picture, one module each with a `draw(at_hand)`."""

from components.chosen import draw_chosen
from components.lab.at_hand import AtHand

VIEWS = {
    "Table": "standing",
    "Languages": "languages",
    "Classes": "classes",
    "Mass": "mass",
    "Rows": "rows",
    "Map": "embedding",
    "Segmentation": "segmentation",
    "Samples": "samples",
    "Recovery": "recovery",
    "Keep": "keep",
}


def views(at_hand: AtHand) -> None:
    """Let the user choose a view, and draw it."""
    draw_chosen("View", "components.lab", VIEWS, at_hand, key="lab")
