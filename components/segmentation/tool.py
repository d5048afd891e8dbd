"""The tools under the token view, one file each with a `VIEW`."""

from components.segmentation.context import SegmentationContext
from components.widgets.view import draw_chosen, views_in

TOOLS = views_in("components.segmentation.tools")


def tools(context: SegmentationContext) -> None:
    """Let the user choose a tool, and draw it."""
    draw_chosen("Tool", TOOLS, context, key="tool")
