"""A job on the page of its kind, as one line: how far it is, and what can be done about it."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.asking import fragment
from components.frame.errors import plain
from components.frame.visitor import visitor
from components.runs.job_cards import LOOKS, cancel, refuse, resume, show_refusal
from components.runs.why_not_done import again, why_it_waits, why_not_done, why_stopped
from core.common.errors import UserError
from core.common.numbers import count, duration
from core.jobs.job import KINDS, Job, State, may_resume
from core.jobs.store.files import Result

_KEPT = "What is finished is kept."


def under_way(job: Job, key: str, stage: Callable[[str], str] = str) -> None:
    """A line with progress and a button; redrawn every second, and the page with it when a piece is finished.

    Args:
        key: begins the names of the line and of its buttons.
        stage: what the job does now in words for readers.
    """
    why_not_done(job)
    if job.state is State.DONE:
        return
    seen = (job.state, job.done)

    def draw() -> None:
        now = cached_runs.jobs().get(job.key)
        if (now.state, now.done) != seen:
            st.rerun()
        show_refusal()
        why_it_waits(now)
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_under_way"):
            if now.state.live:
                st.progress(now.share, plain(_progress(now, stage)))
                if visitor().may_change(now):
                    _button(now, key, "Cancel", ":material/close:", _cancel)
            else:
                words, icon, _ = LOOKS[now.state]
                st.markdown(f"{icon} {words}, {_how_far(now)}.")
                if visitor().may_change(now):
                    _button(now, key, again(now.state), ":material/play_arrow:", _resume)

    fragment(draw, run_every="1s" if job.state.live else None)()


def several_under_way(jobs: Mapping[str, Job], key: str) -> None:
    """One line for jobs that were asked for together, as `under_way` has it for one; what stopped one says its name.

    Args:
        jobs: by name, for people.
        key: begins the names of the line and of its buttons.
    """
    for name, job in jobs.items():
        if why := why_stopped(job):
            st.warning(f"**{plain(name)}**: {why}", icon=":material/error:")
    if all(job.state is State.DONE for job in jobs.values()):
        return
    seen = [(job.state, job.done) for job in jobs.values()]

    def draw() -> None:
        now = {name: cached_runs.jobs().get(job.key) for name, job in jobs.items()}
        if [(job.state, job.done) for job in now.values()] != seen:
            st.rerun()
        show_refusal()
        live = {name: job for name, job in now.items() if job.state.live}
        rest = [job for job in now.values() if job.state is not State.DONE]
        if live:
            why_it_waits(next(iter(live.values())))
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_under_way"):
            finished = f"{count(len(now) - len(rest))} of {count(len(now))} finished"
            if live:
                share = sum(1.0 if job.state is State.DONE else job.share for job in now.values()) / len(now)
                st.progress(share, plain(_several_progress(finished, live)))
            else:
                st.markdown(f"{LOOKS[rest[0].state][1]} {finished}.")
            mine = [job for job in rest if job.state.live == bool(live) and visitor().may_change(job)]
            if mine and live:
                st.button("Cancel", icon=":material/close:", key=f"{key}_cancel", on_click=_each, args=(_cancel, mine))
            elif mine:
                st.button(
                    again(mine[0].state), icon=":material/play_arrow:", key=f"{key}_resume", type="primary",
                    help=_KEPT if may_resume(mine[0].kind) else "It begins again.", on_click=_each,
                    args=(_resume, mine),
                )  # fmt: skip

    fragment(draw, run_every="1s" if any(job.state.live for job in jobs.values()) else None)()


def _several_progress(finished: str, live: Mapping[str, Job]) -> str:
    """How many are finished, and what the one that is furthest does."""
    name, job = max(live.items(), key=lambda each: each[1].share)
    stage = KINDS.get(job.kind).in_words(job.stage) if job.stage else "waiting for its turn"
    return f"{finished} · {name}: {stage}"


def _each(act: Callable[[str], None], jobs: Sequence[Job]) -> None:
    for job in jobs:
        act(job.key)


def result_of(job: Job, key: str) -> Result | None:
    """The result of a job that is done; where it is gone, the line says so and begins it anew, and None comes back."""
    jobs = cached_runs.jobs()
    try:
        return jobs.result(job.key)
    except UserError:
        now = jobs.get(job.key)
        if now.state is State.DONE:
            raise
        under_way(now, key)
        return None


def _button(job: Job, key: str, label: str, icon: str, act: Callable[[str], None]) -> None:
    goes_on = not job.state.live
    st.button(
        label,
        icon=icon,
        key=f"{key}_{'resume' if goes_on else 'cancel'}",
        type="primary" if goes_on else "secondary",
        help=(_KEPT if may_resume(job.kind) else "It begins again.") if goes_on else None,
        on_click=act,
        args=(job.key,),
    )


def _how_far(job: Job) -> str:
    """What is there of a job that is over and not done."""
    if job.done < 1:
        return "before anything was finished"
    return f"{count(job.done)} of {count(job.total)} {KINDS.get(job.kind).measure} finished"


def _progress(job: Job, stage: Callable[[str], str]) -> str:
    said = stage(job.stage) if job.stage else "Waiting for its turn"
    parts = [said[:1].upper() + said[1:]]
    if job.total > 1:  # of one piece the stage says all there is to say
        parts.append(f"{count(job.done)} of {count(job.total)} {KINDS.get(job.kind).measure}")
    if job.remaining is not None:
        parts.append(f"{duration(max(1.0, job.remaining))} left")
    return " · ".join(parts)


def _cancel(key: str) -> None:
    try:
        cancel(cached_runs.jobs(), key)
    except UserError as error:
        refuse(error)


def _resume(key: str) -> None:
    try:
        resume(cached_runs.jobs(), key)
    except UserError as error:
        refuse(error)
