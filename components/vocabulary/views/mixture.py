"""What a tokenizer was trained on, inferred from the order of its merges: shipped answers, and those of jobs."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from components.cached import runs as cached_runs
from components.cached import vocabulary as cached
from components.charts.chart import CONFIG, Chart, numbers_fold
from components.frame.errors import plain
from components.frame.visitor import visitor
from components.runs.job_cards import OPENED, close_opened, may_see
from components.runs.naming import title
from components.runs.under_way import result_of, under_way
from components.vocabulary.context import VocabularyContext
from components.vocabulary.linked import LINKED
from components.vocabulary.mixture_charts import by_merges_chart, overview_chart, shares_chart
from components.vocabulary.mixture_form import mixture_form
from components.vocabulary.rows import VocabularyRow
from components.widgets.chips import piece_shown
from components.widgets.view import View
from core.common.errors import UserError, shown
from core.common.numbers import count, size
from core.jobs.job import Job, State
from core.vocabulary.mixture.infer import Mixture
from core.vocabulary.mixture.job import KIND, mixtures_in
from core.vocabulary.mixture.shipped import ShippedMixture, shipped_mixtures

_MERGES = "merges"  # in the session and in the link
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")
_SOURCE = "Hayase et al. 2024, *Data Mixture Inference* (2407.16607)"


def draw(context: VocabularyContext) -> None:
    """The answer of the job that the link names, else a shipped one; then a form to ask for another."""
    key = st.query_params.get(OPENED)
    if key is not None:
        _job(key)
    else:
        _shipped(context)
    mixture_form(context)


def _shipped(context: VocabularyContext) -> None:
    """One of the shipped answers, at first that of a tokenizer on the page, and all of them beside each other."""
    known = shipped_mixtures()
    here = {key: _with_its_merges(one, context.rows) for key, one in known.items()}
    in_order = sorted(known, key=lambda key: not here[key])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = LINKED.box("Tokenizer", {key: known[key].label for key in in_order}, "mixture", width=240)
        n_merges = _n_merges(known[chosen].mixtures)
    one = known[chosen]
    if not any(here.values()):
        st.caption("No answer for a tokenizer above ships. These are of other ones; the form below asks for yours.")
    _answer(one.mixtures, n_merges, one.label)
    st.caption(_provenance(one) + _also_of(one, here[chosen]))
    st.markdown("##### Well-known tokenizers, the same categories")
    answers = ((each.label, _at(each.mixtures, n_merges)) for each in known.values())
    _show(overview_chart({_named(label, answer): answer for label, answer in answers}))


def _with_its_merges(one: ShippedMixture, rows: Sequence[VocabularyRow]) -> list[VocabularyRow]:
    """Tokenizers on the page that learned the merges which an answer was inferred from, in a file of any format."""
    n_merges = one.mixtures[-1].n_merges
    return [row for row in rows if cached.first_merges(row.entries, n_merges) == one.merges]


def _also_of(one: ShippedMixture, rows: Sequence[VocabularyRow]) -> str:
    """That other files on the page have the same answer, since they begin with the same merges."""
    others = [row.label for row in rows if row.fingerprint != one.fingerprint]
    if not others:
        return ""
    begin = "begins" if len(others) == 1 else "begin"
    return plain(f" {' and '.join(others)} above {begin} with the same {count(one.mixtures[-1].n_merges)} merges.")


def _named(label: str, mixture: Mixture) -> str:
    return f"{label} (not to be believed)" if mixture.doubts else label


def _provenance(one: ShippedMixture) -> str:
    samples = ", ".join(f"{each.name} {size(each.n_bytes)}" for each in one.categories)
    file = one.file.partition(", sha256")[0]
    return plain(
        f"Inferred on {one.date} from {file}. Samples: {samples}; the languages are FLORES-200 (NLLB Team 2022), code "
        f"is {one.categories[-1].origin}. All hashes stand in data/mixtures."
    )


def _job(key: str) -> None:
    """A job of this kind: how far it is, and the answers that are there."""
    jobs = cached_runs.jobs()
    job = jobs.get(key)
    if job.kind != KIND or not may_see(job):
        raise UserError(f"There is no mixture {shown(key)} of yours. Close it, or ask whoever has it.")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{title(job, visitor())}**", width="content")
        st.button("Close", icon=":material/close:", on_click=close_opened, type="tertiary", key="close_mixture")
    under_way(job, "mixture")
    if job.state is State.DONE:
        result = result_of(job, "mixture")
        if result is None:
            return
        mixtures = mixtures_in(result)
        _answer(mixtures, _n_merges(mixtures), _asked_of(job))


def _asked_of(job: Job) -> str:
    return job.label.removeprefix("What ").partition(" was trained on")[0]


def _n_merges(mixtures: Sequence[Mixture]) -> int:
    """A slider over the numbers of merges that were read."""
    steps = [one.n_merges for one in mixtures]
    if len(steps) == 1:
        return steps[0]
    LINKED.number(_MERGES, steps[-1], steps[0], steps[-1])
    st.session_state[_MERGES] = _nearest(steps, st.session_state[_MERGES])
    return st.select_slider("Merges read", steps, key=_MERGES, format_func=count, width=260, persist_state="session")


def _nearest(steps: Sequence[int], wanted: int) -> int:
    return min(steps, key=lambda step: abs(step - wanted))


def _at(mixtures: Sequence[Mixture], n_merges: int) -> Mixture:
    """The mixture of so many merges, or of the most below."""
    return next((one for one in reversed(mixtures) if one.n_merges <= n_merges), mixtures[0])


def _answer(mixtures: Sequence[Mixture], n_merges: int, label: str) -> None:
    mixture = _at(mixtures, n_merges)
    for doubt in mixture.doubts:
        st.error(plain(doubt), icon=":material/block:")
    for warning in mixture.warnings:
        st.warning(plain(warning), icon=":material/report:")
    _show(shares_chart(mixture, label))
    st.caption(
        "A dot is a category's share of the bytes that the tokenizer was trained on, the bar every share in an answer "
        "within 1 % of the best: what the merges leave open, and no confidence interval. It is an answer about these "
        "categories: what none of them looks like goes to the most similar. "
        f"{count(mixture.n_merges)} merges, {count(mixture.n_absent)} of them in no category; on average a merge is "
        f"{mixture.objective:.1%} of its frequency short of being the most frequent pair. Source: {_SOURCE}, with "
        "slack relative to frequencies."
    )
    left, right = st.columns(2)
    with left:
        _forces(mixture)
    with right:
        if len(mixtures) > 1:
            st.markdown("##### Does it stay as more merges are read?")
            _show(by_merges_chart(mixtures, label))


def _forces(mixture: Mixture) -> None:
    """The merges that hold the answer, the strongest first."""
    st.markdown("##### The merges that force it")
    if not mixture.forces:
        st.caption("All merges fit this mixture exactly, so none has to give way to another.")
        return
    rows = pd.DataFrame(
        {
            "Merge": [one.rank + 1 for one in mixture.forces],
            "Made": [as_shown(one.made) for one in mixture.forces],
            "Before": [as_shown(one.instead) for one in mixture.forces],
            "Speaks for": [one.towards for one in mixture.forces],
            "Force": [one.part for one in mixture.forces],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        height=320,
        key="mixture_forces",
        placeholder="–",
        column_config={
            "Made": st.column_config.TextColumn(help="The token that the merge made."),
            "Before": st.column_config.TextColumn(
                help="What would have been made first, had the categories that it speaks for a smaller share."
            ),
            "Force": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=max(one.part for one in mixture.forces),
                help="Of all force: how much more slack it would cost to take share from the category it speaks for.",
            ),
        },
    )  # fmt: skip


def as_shown(text: str) -> str:
    """What a merge made as other tables show it: results spell what is no text as bytes behind backslashes.

    >>> as_shown(" the"), as_shown(" \\\\xe2\\\\x80"), as_shown("\\\\x41")
    ('␣the', '⟨20 e2 80⟩', '\\\\x41')
    """
    parts = _ESCAPED.split(text)
    piece = b"".join(bytes.fromhex(part) if n % 2 else part.encode() for n, part in enumerate(parts))
    return piece_shown(piece if piece.decode(errors="backslashreplace") == text else text.encode())


def _show(chart: Chart) -> None:
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)


VIEW = View(
    name="mixture",
    label="Training mixture",
    place=80,
    draw=draw,
    about="What a tokenizer was trained on, from the order of its merges.",
)
