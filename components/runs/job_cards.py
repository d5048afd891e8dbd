"""Long work on a page: a card per job, what can be done with it, and a list that is kept up to date while work runs.

Whatever a button does happens in its callback, so that what is drawn afterwards is what is there; a `UserError` of a
callback is shown once, above the cards.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Literal

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.asking import fragment
from components.frame.errors import plain, show_error, user_errors
from components.frame.visitor import visitor
from components.runs.naming import name_button, name_form, own_words, title
from components.runs.why_not_done import again, why_it_waits, why_not_done
from core.common.errors import UserError
from core.common.numbers import ago, count, duration, size
from core.common.redact import without_folders
from core.common.settings import settings
from core.jobs.job import KINDS, Job, State, may_resume
from core.jobs.owner import Visitor, name_of
from core.jobs.queue import Jobs
from core.jobs.search import MOST_SEARCHED, searched
from core.jobs.store.files import Input, Json

LAB = "transplant"  # the kind whose results have a page of their own, also while they come
OPENED = "run"  # in the link: key of the job whose result is open
PAGE = 20
_ERROR, _SHOWN, _WHOSE, _SEARCH = "job_error", "jobs_shown", "runs_whose", "runs_search"
MINE, ALL = "Mine", "Everybody's"
_MOST_NAMES = 6
_MOST_LOG_LINES = 300

LOOKS: dict[State, tuple[str, str, Literal["gray", "blue", "green", "red", "orange"]]] = {
    State.QUEUED: ("Waiting for its turn", ":material/hourglass_top:", "gray"),
    State.RUNNING: ("Running", ":material/directions_run:", "blue"),
    State.DONE: ("Done", ":material/check_circle:", "green"),
    State.FAILED: ("Failed", ":material/error:", "red"),
    State.CANCELLED: ("Cancelled", ":material/block:", "gray"),
    State.INTERRUPTED: ("Interrupted", ":material/pause_circle:", "orange"),
}


def session() -> str:
    """The visitor at the screen, as jobs know them: runs are theirs by it, and the queue is fair between them."""
    return visitor().key


def visible(jobs: Jobs) -> list[Job]:
    """The newest jobs that this visitor may see."""
    return jobs.newest(session=session() if settings().private_runs else None)


def may_see(job: Job) -> bool:
    """May this visitor look at a job and its result?"""
    return not settings().private_runs or visitor().asked_for(job)


def submit(kind: str, params: Mapping[str, Json], inputs: Sequence[Input], label: str) -> Job | None:
    """Hand work in; a refusal is shown above the cards, and None comes back."""
    try:
        return cached_runs.jobs().submit(kind, params, session(), inputs, label)
    except UserError as error:
        refuse(error)
        return None


def refuse(error: UserError) -> None:
    """Keep what went wrong for `show_refusal`: what a callback draws itself takes the place of the page's first row."""
    st.session_state[_ERROR] = str(error)


def show_refusal() -> None:
    """What went wrong with the last thing asked for, once."""
    message = st.session_state.pop(_ERROR, None)
    if message:
        show_error(UserError(message))


def job_list(jobs: Jobs) -> None:
    """All jobs, newest first; redrawn every second as long as one waits or runs, and only then."""
    ticking = any(job.state.live for job in visible(jobs))
    opened = st.query_params.get(OPENED)

    def draw() -> None:
        message = st.session_state.get(_ERROR)
        show_refusal()
        try:
            found = visible(jobs)
        except UserError as error:
            show_error(error)
            return
        live = any(job.state.live for job in found)
        if live != ticking or not found or st.query_params.get(OPENED) != opened:
            if message:
                st.session_state[_ERROR] = message
            st.rerun()  # the whole page: to start or stop the clock, or to open a result
        me = visitor()
        shared = any(set(job.sessions) - {me.key} for job in found)
        with st.container(horizontal=True, vertical_alignment="center", key="runs_find"):
            words = st.text_input(
                "Search", key=_SEARCH, placeholder="Search runs", label_visibility="collapsed",
                icon=":material/search:", width=240, max_chars=200,
            )  # fmt: skip
            found = _wanted(jobs, found, me) if shared else found
            if words.strip():
                found = _searched(jobs, found, words, me)
            _summary(found)
        if shared and not found and not words.strip():
            st.caption("You have asked for nothing yet. What others did is under Everybody's.")
        if shared and not me.known and not settings().private_runs:
            st.caption("Nobody logs in here, so everybody may cancel and delete every run.")
        shown = st.session_state.setdefault(_SHOWN, PAGE)
        for job in found[:shown]:
            job_card(jobs, job, me, shared)
        if len(found) > shown:
            st.button(f"Show {min(PAGE, len(found) - shown)} more", on_click=_show_more, icon=":material/expand_more:")

    fragment(draw, run_every="1s" if ticking else None)()


def _wanted(jobs: Jobs, found: list[Job], me: Visitor) -> list[Job]:
    """Those of the jobs that the visitor wants to see, theirs or everybody's, with a chooser."""
    if settings().private_runs:
        return found
    whose = st.segmented_control(
        "Whose runs",
        [MINE, ALL],
        default=MINE if me.known else ALL,
        required=True,
        label_visibility="collapsed",
        key=_WHOSE,
    )
    return jobs.newest(session=me.key) if whose == MINE else found


def _searched(jobs: Jobs, found: list[Job], words: str, me: Visitor) -> list[Job]:
    """Those with all of the words, of more than the list shows; says so where there are none."""
    whose = me.key if settings().private_runs or st.session_state.get(_WHOSE) == MINE else None
    there = searched(jobs.newest(MOST_SEARCHED, whose), words, me)
    if not there:
        st.caption(f"None of {count(len(found))} runs has all of these words.")
    return there


def job_card(jobs: Jobs, job: Job, me: Visitor, shared: bool) -> None:
    """One job: what it is, where it stands, and what can be done with it; `shared`: whose it is, too."""
    words, icon, colour = LOOKS[job.state]
    path = _file(jobs, job)
    lost = job.state is State.DONE and path is None
    with st.container(border=True, key=f"job_{job.key}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**{title(job, me)}**", width="content")
            st.badge("Result deleted" if lost else words, icon=":material/delete:" if lost else icon, color=colour)
        own_words(job, me)
        st.caption(_facts(job, path, _askers(job, me) if shared else ""))
        if job.state.live or (job.state is State.INTERRUPTED and job.done):
            st.progress(job.share, plain(_progress(job)))
        why_it_waits(job)
        why_not_done(job)
        _buttons(jobs, job, path, me)
        with user_errors():
            name_form(jobs, job, me)
        log = jobs.log(job.key)
        if log.strip():
            lines = without_folders(log).rstrip().splitlines()[-_MOST_LOG_LINES:]
            with (
                st.expander("Log", icon=":material/notes:", key=f"log_{job.key}"),
                st.container(height=min(240, 60 + 22 * len(lines)), border=False, autoscroll=True),
            ):
                st.code("\n".join(lines), language=None)


def _buttons(jobs: Jobs, job: Job, path: Path | None, me: Visitor) -> None:
    """A row of what makes sense in the job's state."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if path is not None:
            _button(job, "Open", ":material/table_view:", _open, "Show the numbers above the list")
            st.download_button(
                "Export",
                lambda: _exported(jobs, job.key),
                file_name=f"{job.kind}-{job.key[:8]}.safetensors",
                mime="application/octet-stream",
                icon=":material/download:",
                on_click="ignore",
                key=f"export_{job.key}",
                help="The arrays as safetensors; where they come from stands in the header",
            )
        elif job.kind == LAB and job.state is not State.DONE:
            _button(job, "Open", ":material/table_view:", _open, "What is finished of it")
        if not me.may_change(job):
            return
        name_button(job, me)
        if job.state in (State.INTERRUPTED, State.CANCELLED, State.FAILED):
            about = "Go on from the last finished piece" if may_resume(job.kind) else "Begin again"
            _button(
                job,
                again(job.state),
                ":material/play_arrow:",
                lambda: resume(jobs, job.key),
                about,
                "resume",
                "primary",
            )
        if job.state is State.DONE:
            about = "Compute it again; this result stays until then" if path else "Compute it again"
            _button(job, "Repeat", ":material/replay:", lambda: _repeat(jobs, job.key), about)
        others = me.apart and bool(set(job.sessions) - {me.key})
        if job.state.live and others:
            _button(job, "Leave", ":material/logout:", lambda: cancel(jobs, job.key), "It goes on for the others")
        elif job.state.live:
            about = "Stop it" if me.apart else "Stop it, for everybody who waits"
            _button(job, "Cancel", ":material/close:", lambda: cancel(jobs, job.key), about)
        with st.popover("Delete", icon=":material/delete:", type="tertiary", key=f"ask_{job.key}"):
            st.markdown("It goes off your list; the others keep it." if others else _farewell(job, path))
            _button(job, "Delete it", ":material/delete:", lambda: _delete(jobs, job.key), "", "delete")


def _button(
    job: Job,
    label: str,
    icon: str,
    act: Callable[..., object],
    about: str,
    name: str = "",
    kind: Literal["primary", "secondary"] = "secondary",
) -> None:
    """A button whose act may fail with one message."""

    def clicked() -> None:
        try:
            act(job.key) if act is _open else act()
        except UserError as error:
            refuse(error)

    st.button(
        label, icon=icon, on_click=clicked, key=f"{name or label.lower()}_{job.key}", help=about or None, type=kind
    )


def _summary(found: Sequence[Job]) -> None:
    """How many jobs are in which state, in one line."""
    counts = {state: sum(job.state is state for job in found) for state in State}
    parts = [f"{n} {state.value}" for state, n in counts.items() if n]
    st.caption(" · ".join(parts))


def _askers(job: Job, me: Visitor) -> str:
    """Who asked for a job, as far as they have names; what is nobody's that is known here needs no words."""
    if settings().private_runs:  # not even how many others there are
        return ""
    others = [key for key in job.sessions if key != me.key]
    names = [name_of(key) for key in others if name_of(key)]
    if me.asked_for(job):
        names.insert(0, "you")
        if unnamed := len(others) - len(names) + 1:
            names.append("another visitor" if unnamed == 1 else f"{unnamed} other visitors")
    return f"for {', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else f"for {names[0]}" if names else ""


def _facts(job: Job, path: Path | None, askers: str) -> str:
    """Inputs by name, who asked, duration, size, age; as Markdown."""
    names = [each.name for each in job.inputs]
    text = ", ".join(names[:_MOST_NAMES]) + (
        f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    )
    parts = [part for part in (text, askers) if part]
    if job.seconds and not job.state.live:
        parts.append(duration(job.seconds))
    if path is not None:
        with suppress(OSError):
            parts.append(size(path.stat().st_size))
    if job.device and job.device != "cpu":
        parts.append(job.device)
    if job.attempts > 1:
        parts.append(f"started {job.attempts} times")
    parts.append(ago(time.time() - (job.finished or job.created)))
    return plain("  ·  ".join(parts))


def _progress(job: Job) -> str:
    """Stage, done of total, throughput and time left, as far as known."""
    kind = KINDS.all().get(job.kind)
    measure = kind.measure if kind else "units"
    if job.state is State.INTERRUPTED:
        return f"Stopped at {count(job.done)} of {count(job.total)} {measure}"
    if job.state is State.QUEUED:
        return "Waiting for a free process" + (f", {count(job.done)} {measure} kept" if job.done else "")
    # Short pieces: it is between two of them whenever one looks, which is worth no words.
    between = job.stage == "waiting for a turn" and job.done
    stage = kind.in_words(job.stage) if kind else job.stage
    parts = [] if between else [stage[:80] or "starting"]
    if job.total:
        parts.append(f"{count(job.done)} of {count(job.total)} {measure}")
    if job.rate:
        parts.append(f"{count(job.rate) if job.rate >= 10 else f'{job.rate:.1f}'} {measure}/s")
    if job.remaining is not None:
        parts.append(f"{duration(max(1.0, job.remaining))} left")
    return "  ·  ".join(parts)


def _farewell(job: Job, path: Path | None) -> str:
    if job.state.live:
        return "It is stopped, and what it has finished is forgotten" + (", its earlier result too." if path else ".")
    if path is None:
        return "The entry is removed from this list."
    return f"The result can only be had again by computing it ({duration(job.seconds)} last time)."


def _file(jobs: Jobs, job: Job) -> Path | None:
    """The file of its result; while it is computed again, of the earlier one."""
    try:
        return jobs.store.file(job.key)
    except UserError:
        return None


def _exported(jobs: Jobs, key: str) -> bytes:
    return jobs.export(key).read_bytes()


def _open(key: str) -> None:
    st.query_params[OPENED] = key


def cancel(jobs: Jobs, key: str) -> None:
    """Stop a job for this visitor; for all, if they cannot be told apart."""
    me = visitor()
    me.require_change(jobs.get(key))
    if me.apart:
        jobs.leave(key, me.key)
    else:
        jobs.cancel(key)


def resume(jobs: Jobs, key: str) -> None:
    """Go on with a job of this visitor that stopped.

    Raises:
        UserError: it is somebody else's.
    """
    visitor().require_change(jobs.get(key))
    jobs.resume(key, session())


def _repeat(jobs: Jobs, key: str) -> None:
    visitor().require_change(jobs.get(key))
    jobs.repeat(key, session())


def _delete(jobs: Jobs, key: str) -> None:
    me = visitor()
    me.require_change(jobs.get(key))
    if me.apart:
        jobs.forget(key, me.key)
    else:
        jobs.delete(key)
    if st.query_params.get(OPENED) == key:
        del st.query_params[OPENED]


def _show_more() -> None:
    st.session_state[_SHOWN] += PAGE


def close_opened() -> None:
    """Take the opened run out of the address; for a callback."""
    st.query_params.pop(OPENED, None)
