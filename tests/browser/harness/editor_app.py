"""A server for `editor_page.py` that has the token view's script, as the app's own has."""

from pathlib import Path

import streamlit as st

from components.segmentation.token_view.script import token_view_routes

app = st.App(Path(__file__).parent / "editor_page.py", routes=token_view_routes())
