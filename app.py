"""The server's entry: an ASGI app that runs the frame.

An ASGI entry rather than the frame itself, because Streamlit takes a folder named `pages` beside a main script for its
old automatic navigation: the first deep link after a server start would then open a page without its frame.
"""

from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).parent / "components" / "frame.py")

if __name__ == "__main__":
    app.run()
