"""The tools under the token view, one file each with a `draw(at_hand)`."""

from components.segmentation.context import AtHand
from components.widgets.chosen import draw_chosen

_MODULES = {
    "Statistics": "statistics",
    "Agreement": "agreement",
    "How it got there": "explanation",
    "Chat": "chat",
    "Split by budget": "budget",
    "Two texts": "two_texts",
    "Share and keep": "keep",
}


def tools(at_hand: AtHand) -> None:
    """Let the user choose a tool, and draw it."""
    draw_chosen("Tool", __name__, _MODULES, at_hand, key="tool")
