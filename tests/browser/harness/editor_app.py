"""A server for `editor_page.py` that has the components' scripts, as the app's own has."""

from pathlib import Path

import streamlit as st

from components.frame.scripted_component import script_routes

app = st.App(Path(__file__).parent / "editor_page.py", routes=script_routes())
