"""How much room stored results take, and a way to make some."""

import streamlit as st

from components.frame.errors import show_error
from components.frame.visitor import visitor
from components.widgets.numbers import count, size
from core.common.errors import UserError
from core.jobs.queue import Jobs
from core.jobs.shared_cache import shared

_DAY = 86_400.0
LIMITS: dict[str, float | None] = {
    "only files set aside": None,
    "results older than a month": 30 * _DAY,
    "results older than a week": 7 * _DAY,
    "results older than a day": _DAY,
    "all results": 0.0,
}


def store_room(jobs: Jobs) -> None:
    """A popover with the sizes and a form that prunes."""
    try:
        sizes = jobs.store.sizes()
    except UserError as error:
        show_error(error)
        return
    with st.popover(f"Store {size(sizes.total)}", icon=":material/database:", key="store_room"):
        rows = [
            (f"Results ({count(sizes.n_results)})", sizes.results),
            ("Pieces kept for jobs to come", sizes.parts),
            ("Set aside as damaged", sizes.aside),
            ("Index", sizes.index),
        ]
        st.markdown("| Kept | Size |\n|:--|--:|\n" + "\n".join(f"| {name} | {size(n)} |" for name, n in rows))
        st.caption(_memory())
        if visitor().known:
            st.caption("Results are deleted by those who asked for them; whoever runs this server may prune them all.")
            return
        chosen = st.selectbox("Delete", list(LIMITS), key="prune_what")
        st.caption("Everything can be computed again. Jobs that wait or run keep their pieces.")
        if st.button("Prune the store", icon=":material/cleaning_services:", key="prune"):
            try:
                freed = jobs.store.prune(oldest_seconds=LIMITS[chosen])
            except UserError as error:
                show_error(error)
                return
            st.toast(f"Freed {size(freed)}.", icon=":material/cleaning_services:")
            st.rerun()


def _memory() -> str:
    """What the server holds in memory for its sessions, in a sentence or two."""
    cache = shared()
    taken = f", of {size(cache.measured)} that the server takes" if cache.measured else ""
    return f"In memory, shared by all sessions: {size(cache.held)}{taken}; the ceiling is {size(cache.ceiling)}."
