"""What this system lacks to confine the processes that read strangers' files, for whoever runs the server."""

import streamlit as st

from core.common.sandbox.confine import missing_here


def confinement() -> None:
    """One line where something is missing, and nothing where the kernel holds such processes back."""
    if missing := missing_here():
        what = " ".join(missing)
        st.caption(f":material/gpp_maybe: {what} Limits on memory and time hold; docs/security.md says more.")
