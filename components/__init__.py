"""Streamlit pieces used by several pages: core values in, widget values out."""
