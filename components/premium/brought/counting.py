"""What is counted now for this page, what is not, and buttons that change it: a thin line per job above the picture."""

import time
from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.cached import corpora as cached_corpora
from components.cached import runs as cached_runs
from components.cached import tokenizers as cached
from components.frame.asking import fragment
from components.frame.errors import plain, show_error, user_errors
from components.frame.visitor import visitor
from components.premium.brought.controls import bring
from components.premium.brought.owner import known_here
from components.premium.controls import ABSENT
from components.premium.texts import FLORES, WANTED, sample_button
from components.runs.job_cards import cancel, resume, session, visible
from core.common.errors import UserError
from core.common.numbers import count, duration
from core.common.settings import settings
from core.corpora.corpus import Corpus
from core.counting.brought import from_link
from core.counting.job import KIND, corpus_counting
from core.counting.table import Counted
from core.counting.tally import layout
from core.jobs.job import Job, State
from core.premium.workbench import PremiumChoice, Workbench
from core.text.languages import language

_REFRESH = 3.0  # seconds between two redraws of the charts while languages come in
_REFRESHED, _DISMISSED = "premium_refreshed", "premium_dismissed"
# Specs that begin so name the same thing everywhere.
_OPENS = ("hub", "pypi", "npm", "packaged", "tiktoken", "mistral", "builtin", "learned")


def absent_in_link() -> None:
    """What the link names and nobody here has: a button where it can be had, else whom to ask."""
    for key in list(st.session_state.get(ABSENT, [])):
        spec = (from_link(key) or (key, ""))[0]
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"absent_{hash(key)}"):
            if spec.partition(":")[0] in _OPENS:
                st.markdown(f"This link also shows **{plain(spec)}**, which is not counted here yet.", width="stretch")
                if st.button("Add and count it", icon=":material/add:", type="primary", key=f"add_{key}"):
                    _add_absent(key, spec)
            else:
                name = spec.rpartition("/")[2]
                st.markdown(
                    f"This link also shows **{plain(name)}**, a file on the sender's machine. Ask for the file and "
                    "add it under **Yours**: it is recognised by its content.",
                    width="stretch",
                )
            st.button("Dismiss", on_click=partial(_forget_absent, key), key=f"dismiss_{key}")


def _add_absent(key: str, spec: str) -> None:
    with st.spinner(f"Opening {plain(spec)} …"):
        try:
            bring(spec, [])
        except UserError as error:
            show_error(error)
            return
    _forget_absent(key)
    st.rerun()


def _forget_absent(key: str) -> None:
    st.session_state[ABSENT] = [other for other in st.session_state.get(ABSENT, []) if other != key]


def counting_strip(bench: Workbench, choice: PremiumChoice) -> None:
    """Jobs under way for the chosen tokenizers, or what could be counted; nothing if all is there."""
    not_here()
    missing = bench.uncounted(choice.keys)
    if not missing:
        st.session_state.pop(WANTED, None)
        return
    if st.session_state.get(WANTED) and _begin_wanted(bench, choice):
        st.rerun()
    jobs = _jobs(bench)
    live = any(job.state.live for job in jobs)

    def draw() -> None:
        now = _jobs(bench)
        for job in now:
            _line(job)
        over = live and not any(job.state.live for job in now)
        due = time.monotonic() - st.session_state.get(_REFRESHED, 0.0) >= _REFRESH
        if over or (live and due and bench.grown()):
            st.session_state[_REFRESHED] = time.monotonic()
            st.rerun()

    fragment(draw, run_every="1s" if live else None)()
    if live:
        st.caption(drawn_so_far(bench, choice.keys))
    else:
        _offer(bench, choice, missing)


def drawn_so_far(bench: Workbench, keys: Sequence[str]) -> str:
    """How much of what is being counted the charts show already."""
    done = bench.done[[bench.keys.index(key) for key in keys]]
    return (
        f"The charts show {count(int(done.sum()))} of {count(done.size)} cells by now, each with all its sentences; "
        "the others are hatched until they are counted. More come every few seconds."
    )


def _jobs(bench: Workbench) -> list[Job]:
    """Jobs that count on this text or fetch it, and are not over for good; the newest one of those that stopped."""
    stopped = (State.INTERRUPTED, State.FAILED)
    found = []
    for job in visible(cached_runs.jobs()):
        counts = job.kind == KIND and job.inputs and job.inputs[-1].fingerprint == bench.table.corpus
        fetches = job.kind == "fetch" and not bench.corpus
        if (counts or fetches) and (job.state.live or job.state in stopped):
            found.append(job)
    live = [job for job in found if job.state.live]
    dismissed = st.session_state.get(_DISMISSED, set())
    return live or [job for job in found if (job.key, job.place) not in dismissed][:1]


def _line(job: Job) -> None:
    """A job as one thin line: how far, how long still, and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"strip_{job.key}"):
        if job.state.live:
            st.progress(job.share, plain(_progress(job)))
            st.button("Cancel", icon=":material/close:", on_click=partial(_cancel, job.key), key=f"stop_{job.key}")
        elif job.state is State.INTERRUPTED:
            st.warning(
                f"{plain(job.label)} was ended from outside. What is counted stays.", icon=":material/pause_circle:"
            )
            _again(job, "Resume")
        else:
            st.error(plain(job.message or f"{job.label} failed."), icon=":material/error:")
            _again(job, "Try again")


def _cancel(key: str) -> None:
    try:
        cancel(cached_runs.jobs(), key)
    except UserError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _resume(key: str) -> None:
    try:
        resume(cached_runs.jobs(), key)
    except UserError as error:
        st.toast(plain(str(error)), icon=":material/error:")


def _again(job: Job, label: str) -> None:
    if visitor().may_change(job):
        st.button(
            label,
            icon=":material/play_arrow:",
            type="primary",
            on_click=partial(_resume, job.key),
            key=f"resume_{job.key}",
        )
    st.button("Dismiss", on_click=partial(_dismiss, job), key=f"dismiss_{job.key}")


def _dismiss(job: Job) -> None:
    st.session_state.setdefault(_DISMISSED, set()).add((job.key, job.place))


def _progress(job: Job) -> str:
    """In words."""
    parts = [job.label]
    if job.state is State.QUEUED:
        parts.append("waits for a free process")
    elif job.total and job.kind == "fetch":
        parts.append(f"{job.done:,.1f} of {job.total:,.1f} MB")
    elif job.total:
        parts.append(f"{job.share * 100:.0f} %")
    elif job.stage:
        parts.append(job.stage)
    if job.remaining is not None:
        parts.append(f"{duration(max(1.0, job.remaining))} left")
    return "  ·  ".join(parts)


def _begin_wanted(bench: Workbench, choice: PremiumChoice) -> bool:
    """Start what was asked for as soon as the text is here; whether anything was started."""
    wanted: dict[str, list[str]] = st.session_state[WANTED]
    corpus = _text(bench)
    if not isinstance(corpus, Corpus):
        return False
    del st.session_state[WANTED]
    missing = set(bench.uncounted(choice.keys))
    together: dict[tuple[str, ...], list[str]] = {}
    for key, languages in wanted.items():
        if key in missing:
            together.setdefault(tuple(languages), []).append(key)
    started = [_start(choice, corpus, keys, languages) for languages, keys in together.items()]
    return any(started)


def _text(bench: Workbench) -> Corpus | str:
    """The sentences to count, or why they cannot be."""
    try:
        corpus = cached_corpora.corpus(bench.corpus or FLORES)
    except UserError as error:
        return str(error)
    if corpus.fingerprint != bench.table.corpus:
        return "The copy of FLORES-200 on this machine is not the text that the shipped counts are of."
    return corpus


def _offer(bench: Workbench, choice: PremiumChoice, missing: Sequence[str]) -> None:
    """What is not counted, with a button that counts it, or one that brings the text."""
    known = known_here()
    names = ", ".join(known[key].label for key in missing[:3]) + (
        f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    )
    rows = bench.done[[bench.keys.index(key) for key in missing]]
    n = int((~rows).any(0).sum())
    corpus = _text(bench)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="to_count"):
        if not isinstance(corpus, Corpus):
            st.info(
                f"To count {plain(names)}, the sentences of FLORES-200 are needed: 26 MB, published under CC BY-SA 4.0."
                if not bench.corpus
                else plain(corpus),
                icon=":material/download:",
            )
            if not bench.corpus:
                with user_errors():
                    settings().refuse("network")
                    st.button(
                        "Download", icon=":material/download:", type="primary", on_click=_download, key="get_flores"
                    )
                sample_button("to_sample")
            return
        some = rows.any()
        words = "all" if n == len(bench.table.languages) and not some else f"the other {n}"
        st.caption(f"{plain(names)}: not counted on {n} of {len(bench.table.languages)} languages.", width="content")
        if st.button(
            f"Count {words} languages",
            icon=":material/play_arrow:",
            type="tertiary" if some else "primary",
            key="count_missing",
        ) and _start(choice, corpus, missing, []):
            st.rerun()


def _start(choice: PremiumChoice, corpus: Corpus, keys: Sequence[str], languages: Sequence[str]) -> bool:
    """Submit a job for these tokenizers on these languages, all if there are none; the base comes first."""
    known = known_here()
    codes = list(dict.fromkeys([choice.base, *(languages or corpus.languages)]))
    with st.spinner("Opening the tokenizers …", show_time=True):
        opened, lost = [], []
        for key in keys:
            spec = opens(known[key])
            if spec:
                opened.append(cached.tokenizer(spec))
            else:
                lost.append(known[key].label)
        if lost:
            st.session_state.setdefault(_LOST, set()).update(lost)
        if not opened:
            return False
        try:
            layout(corpus)
            counting = corpus_counting(opened, corpus, codes)
            names = opened[0].info.label if len(opened) == 1 else f"{len(opened)} tokenizers"
            plural = "" if len(codes) == 1 else "s"
            where = language(codes[0]).label if len(codes) == 1 else f"{len(codes)} language{plural}"
            label = f"{names} on {corpus.label}, {where}"
            cached_runs.jobs().submit(KIND, counting.params, session(), counting.inputs, label)
        except UserError as error:
            show_error(error)
            return False
    return True


_LOST = "premium_lost"  # in the session: tokenizers that do not open here


def not_here() -> None:
    """Say which tokenizers could not be counted because they are not on this machine; once."""
    lost = sorted(st.session_state.pop(_LOST, ()))
    if lost:
        st.warning(
            f"Not on this machine, so not counted: {plain(', '.join(lost))}. Add their files under Yours.",
            icon=":material/folder_off:",
        )


def opens(one: Counted) -> str | None:
    """A spec under which a tokenizer opens here, or None."""
    for spec in dict.fromkeys([*one.opens, one.spec]):
        if spec.startswith("atlas:"):
            continue
        try:
            cached.tokenizer(spec)
        except UserError:
            continue
        return spec
    return None


def _download() -> None:
    """Fetch FLORES-200 as a job; again if its file was deleted."""
    jobs = cached_runs.jobs()
    try:
        job = jobs.submit("fetch", {"corpus": FLORES}, session(), (), "FLORES-200")
        if job.state is State.DONE:
            jobs.repeat(job.key, session())
    except UserError as error:
        st.toast(plain(str(error)), icon=":material/error:")
