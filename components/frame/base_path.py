"""Where this app begins on its host."""

import streamlit as st


def base_path() -> str:
    """The path under which the app is served, with a slash before it; empty at the root."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
