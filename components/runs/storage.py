"""How much room stored results take, and a way to make some, of one's own where owners are told apart."""

import streamlit as st

from components.frame.errors import show_error
from components.frame.visitor import visitor
from core.common.errors import UserError
from core.common.numbers import count, size
from core.jobs.job import Job
from core.jobs.owner import Visitor
from core.jobs.queue import Jobs
from core.jobs.shared_cache import shared
from core.lab.written_models import prune_written, written_bytes
from core.work import export

_DAY = 86_400.0
LIMITS: dict[str, float | None] = {
    "only files set aside": None,
    "results older than a month": 30 * _DAY,
    "results older than a week": 7 * _DAY,
    "results older than a day": _DAY,
    "all results": 0.0,
}
_MOST_JOBS = 100_000


def store_room(jobs: Jobs) -> None:
    """A popover with the sizes and a form that prunes."""
    try:
        sizes, models = jobs.store.sizes(), written_bytes()
    except UserError as error:
        show_error(error)
        return
    me = visitor()
    with st.popover(f"Store {size(sizes.total + models)}", icon=":material/database:", key="store_room"):
        rows = [
            (f"Results ({count(sizes.n_results)})", sizes.results),
            ("Pieces kept for jobs to come", sizes.parts),
            ("Models written", models),
            ("Set aside as damaged", sizes.aside),
            ("Index", sizes.index),
        ]
        st.markdown("| Kept | Size |\n|:--|--:|\n" + "\n".join(f"| {name} | {size(n)} |" for name, n in rows))
        st.caption(_memory())
        chosen = st.selectbox(
            "Delete", [what for what, age in LIMITS.items() if age is not None or not me.apart], key="prune_what"
        )
        st.caption(
            "Only what you alone asked for, with the models that you wrote. Everything can be computed again."
            if me.apart
            else "With the models written. Everything can be computed again; jobs that wait or run keep their pieces."
        )
        if st.button("Prune the store", icon=":material/cleaning_services:", key="prune"):
            try:
                freed = _pruned(jobs, me, LIMITS[chosen])
            except UserError as error:
                show_error(error)
                return
            st.toast(f"Freed {size(freed)}.", icon=":material/cleaning_services:")
            st.rerun()


def _pruned(jobs: Jobs, me: Visitor, age: float | None) -> int:
    """Delete what is theirs to delete and older than so many seconds; the bytes freed."""
    freed = jobs.store.prune(oldest_seconds=age, of=me.key if me.apart else None)
    if age is None:
        return freed
    writes = [job for job in jobs.newest(_MOST_JOBS) if job.kind == export.KIND and not job.params["folder"]]
    never = {_folder(job) for job in writes if job.state.live or (me.apart and job.sessions != (me.key,))}
    return freed + prune_written(age, {_folder(job) for job in writes} if me.apart else None, never)


def _folder(job: Job) -> str:
    return export.own_folder(job.params, job.inputs).name


def _memory() -> str:
    """What the server holds in memory for its sessions, in a sentence or two."""
    cache = shared()
    taken = f", of {size(cache.measured)} that the server takes" if cache.measured else ""
    return f"In memory, shared by all sessions: {size(cache.held)}{taken}; the ceiling is {size(cache.ceiling)}."
