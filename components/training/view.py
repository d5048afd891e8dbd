"""The closer looks, one file each with a `VIEW`."""

import streamlit as st

from components.training.context import TrainingContext
from components.widgets.view import View, draw_chosen, views_in
from core.common.registry import Registry

VIEWS: Registry[View[TrainingContext]] = views_in("components.training.views")


def views(context: TrainingContext) -> None:
    """Let the user choose one, and draw it."""
    st.markdown("**A closer look**")
    draw_chosen("A closer look", VIEWS, context, key="train_view")
