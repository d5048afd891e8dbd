"""The editor and the token view together, as a page uses them; a gate can hold its script."""

import streamlit as st

from components.segmentation.token_view.component import TokenView, token_view
from components.widgets.text_editor.component import text_editor
from tests.browser.harness import gate
from tests.browser.harness.lanes import three_lanes

st.session_state.setdefault("version", 0)
st.session_state.setdefault("runs", 0)


@st.fragment
def page() -> None:
    """All of it follows the typing, as the live part of the Segmentation page does."""
    st.session_state.runs += 1
    if st.button("Sample"):
        st.session_state.version += 1
    view = "cards" if st.checkbox("Cards") else "lanes"
    start = "Hello world" if st.session_state.version == 0 else f"Sample {st.session_state.version}"
    text = text_editor(
        "editor", start, version=st.session_state.version, label="Text", placeholder="Type", max_chars=200
    )
    gate.pass_through()
    st.code(ascii(text))
    event = token_view(
        TokenView(
            text.encode("utf-8", "replace").decode(), three_lanes(text.encode("utf-8", "replace").decode()), view=view
        ),
        key="view",
    )
    st.text(f"picked {event}")
    st.text(f"run {st.session_state.runs}")


if "gate" in st.query_params:
    gate.put(st.query_params["gate"])
    st.text(f"gate {st.query_params['gate']}")
    st.stop()
page()
