"""What comes of a segmenter that learns, as it comes: cuts of a line, bits per byte, and the lane it becomes."""

import streamlit as st

from components.cached import runs as cached_runs
from components.cached import tokenizers as cached
from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.runs.job_cards import OPENED, close_opened, may_see
from components.runs.naming import title
from components.runs.under_way import result_of, under_way
from components.segmentation.token_view.component import token_view
from components.training.figure import show
from components.training.learning.charts import at_end, bpe_label, curve_chart, lanes_of, values_chart
from components.widgets import names
from components.widgets.pickers import MAX_TOKENIZERS, TOKENIZERS
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.numbers import count, size
from core.jobs.job import Job, State
from core.segmenters.live.compared import less_than_bpe
from core.segmenters.live.job import KIND, learnt_in, learnt_so_far
from core.segmenters.live.keep import keep_learnt, usual_name, whole
from core.segmenters.live.recipe import FAMILIES, BpeBeside, LearntSegmenter, Snapshot


def is_learning(key: str) -> bool:
    """Whether the job of this key is one that learns a segmenter."""
    try:
        return cached_runs.jobs().get(key).kind == KIND
    except UserError:
        return False


def learning_result() -> None:
    """The job that the link names.

    Raises:
        UserError: it is not this visitor's.
    """
    job = cached_runs.jobs().get(st.query_params[OPENED])
    if not may_see(job):
        raise UserError("That run is somebody else's. Close it, or ask whoever has it.")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{title(job, visitor())}**", width="content")
        st.button("Learn another", icon=":material/close:", on_click=close_opened, type="tertiary", key="close_learn")
    under_way(job, "learn")
    found = _found(job)
    if found is None:
        return
    if not found.snapshots:
        st.caption("The first cuts come after a twelfth of the time.")
        return
    _draw(found)


def _found(job: Job) -> LearntSegmenter | None:
    if job.state is not State.DONE:
        return learnt_so_far(cached_runs.jobs().store, job)
    result = result_of(job, "learn")
    return None if result is None else learnt_in(result)


def _draw(found: LearntSegmenter) -> None:
    last, label = found.snapshots[-1], FAMILIES[found.recipe.family]
    st.markdown(_sentence(found, last, label))
    token_view(lanes_of(found.snapshots), key="learn_lanes")
    st.caption("The same line after so many seconds of learning, the newest last.")
    left, right = st.columns(2)
    with left:
        show(curve_chart(label, found))
        st.caption(_how_compared(found, last))
    with right:
        show(values_chart(found.recipe.family, last))
        st.caption("What it believes at each byte of the line now; a dot starts a chunk.")
    if done := whole(found):
        _further(found, done)


def _sentence(found: LearntSegmenter, last: Snapshot, label: str) -> str:
    now = (
        f"{label} after {last.seconds:.0f} of {found.recipe.seconds} seconds, {count(last.steps)} steps and "
        f"{size(last.n_read)} read: **{last.bytes_per_chunk:.2f} bytes per chunk**, "
    )
    beside = found.beside
    if whole(found) is None or beside is None or beside.why:
        return f"{now}{last.bits_per_byte:.2f} bits per byte."
    own, other = at_end(last, beside)
    return f"{now}**{own} bits per byte**, {bpe_label(beside)} {other}. {_verdict(last, beside)}"


def _verdict(last: Snapshot, beside: BpeBeside) -> str:
    less = less_than_bpe(last, beside)
    if less.low != less.low:
        return "There are too few lines to say how sure the difference is."
    if less.low <= 0 <= less.high:
        return "On these lines they cannot be told apart."
    return f"It needs {abs(less.value):.2f} bits {'less' if less.value > 0 else 'more'}."


def _how_compared(found: LearntSegmenter, last: Snapshot) -> str:
    said = (
        f"On {count(len(last.line_bits))} lines that neither read, each alone; brackets are 95 % intervals over lines. "
        "One seed, and the seconds are those of this machine: another run may end in another order."
    )
    beside = found.beside
    if beside is None:
        return f"{said} The model on BPE comes when the segmenter has learnt."
    if beside.why:
        return f"{said} There is no model on BPE: {plain(beside.why)}"
    return (
        f"{said} Weights: {count(last.n_parameters)}, with BPE {count(beside.n_parameters)}. Read: "
        f"{size(last.n_read)}, with BPE {size(beside.n_read)}, whose time has that of its tokenizer in it."
    )


def _further(found: LearntSegmenter, last: Snapshot) -> None:
    """Keep it as a lane, and look at it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Keep it as learned:", key="learn_name", placeholder=usual_name(found, last), max_chars=64, width=240
        )
        pressed = st.button(
            "Segmentation", icon=":material/segment:", key="learn_keep", help="Keep it, and see it cut."
        )
    if pressed:
        try:
            spec = keep_learnt(found, last, (name or "").strip(), visitor().key)
            names.learn({spec: cached.tokenizer(spec).info.label})
        except UserError as error:
            show_error(error)
            return
        there = st.session_state.get(TOKENIZERS, [])
        st.session_state[TOKENIZERS] = [*(one for one in there if one != spec), spec][-MAX_TOKENIZERS:]
        st.switch_page(ROOT / "pages" / "segmentation.py")
