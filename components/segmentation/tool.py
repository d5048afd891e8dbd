"""The tools under the token view, one file each with a `VIEW`."""

import streamlit as st

from components.frame.errors import user_errors
from components.frame.into_sight import into_sight
from components.segmentation.context import TOOL_KEY, SegmentationContext
from components.widgets.view import View, one_of, views_in
from core.common.registry import Registry

TOOLS: Registry[View[SegmentationContext]] = views_in("components.segmentation.tools")
_DRAWN = "tool_drawn_last"

# However long the view is, the choice of a tool stands at the foot of the window until its own place comes up.
_STYLE = """<style>
:has(> .st-key-tool_choice) { position: sticky; bottom: 0; z-index: 90; background: light-dark(#fff, #11151c); }
.st-key-tool_choice { padding: 6px 0; }
.st-key-tool_choice [role="radiogroup"] { flex-wrap: nowrap; overflow-x: auto; scrollbar-width: none; }
.st-key-tool_choice [role="radiogroup"] > * { flex: none; }
.st-key-tool_body { scroll-margin-top: 120px; }
@media (max-height: 480px) { :has(> .st-key-tool_choice) { position: static; } }
</style>"""


def tools(context: SegmentationContext) -> None:
    """Let the user choose a tool, and draw it; one just chosen comes into sight."""
    st.html(_STYLE)
    known = TOOLS.all()
    with st.container(key="tool_choice"):
        chosen = one_of("Tool", list(known), TOOL_KEY)
    with st.container(key="tool_body"), user_errors():
        known[chosen].draw(context)
    if st.session_state.get(_DRAWN, chosen) != chosen:
        into_sight("tool_body")
    st.session_state[_DRAWN] = chosen
