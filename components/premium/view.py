"""The views under the heatmap, one file each with a `VIEW`."""

import streamlit as st

from components.premium.choosers import VIEW, take_linked
from components.premium.context import PremiumContext
from components.widgets.view import View, draw_chosen, views_in
from core.common.registry import Registry

VIEWS: Registry[View[PremiumContext]] = views_in("components.premium.views")
# They are so many that the usual room on their buttons would send the last one to a line of its own at 1280 px.
_STYLE = f'<style>.st-key-{VIEW} [role="radiogroup"] button {{ padding-inline: 0.65rem; }}</style>'


def views(context: PremiumContext) -> None:
    """Let the user choose a view, and draw it."""
    take_linked(context)
    st.html(_STYLE)
    draw_chosen("View", VIEWS, context, key=VIEW)
