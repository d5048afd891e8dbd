"""The page of somebody who has logged in: who they are here, and the way out."""

import streamlit as st

from components.frame.errors import plain
from components.frame.visitor import oidc, visitor


def account() -> None:
    """Name, what the name is for, and a button that logs out where this server can."""
    st.title("You", anchor=False)
    st.markdown(f"You are logged in as **{plain(visitor().name)}**.")
    st.caption(
        "Runs that you ask for are yours: only you, and others who asked for the same work, can cancel or delete them."
    )
    if oidc():
        st.button("Log out", icon=":material/logout:", on_click=st.logout)
    else:
        st.caption("Your proxy says who you are; log out there.")
