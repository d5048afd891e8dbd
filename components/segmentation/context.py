"""What the tools under the token view work on."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.segmentation.picked import Picked
from components.segmentation.rows import Row
from components.widgets.view_options import ViewOptions

VIEW_KEY = "token_view"  # key of the page's token view
TOOL_KEY = "tool"  # of the tool chosen, in the session and in the link


@dataclass(frozen=True, eq=False)
class SegmentationContext:
    """The rows, their text, the characters of it that are drawn, the options, and the token clicked last."""

    rows: Sequence[Row]
    text: str
    span: tuple[int, int]
    options: ViewOptions
    picked: Picked | None
