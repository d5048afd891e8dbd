"""Two pages with a part that refreshes itself; a button of the first leads to the second, which takes its time."""

import time

import streamlit as st

from components.frame.left_behind import forget_what_was_left

if "ticks" not in st.session_state:  # once is enough, and each run of this script comes by
    forget_what_was_left()


@st.fragment(run_every="0.1s")
def tick() -> None:
    st.session_state.ticks = st.session_state.get("ticks", 0) + 1
    st.write(f"ticks {st.session_state.ticks}")


def first() -> None:
    tick()
    if st.button("Go"):
        st.switch_page(there)


def second() -> None:
    time.sleep(2)
    with st.container():
        st.write("The other page")
        tick()


there = st.Page(second)
st.navigation([st.Page(first, default=True), there]).run()
