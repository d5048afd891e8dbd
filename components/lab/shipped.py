"""What the lab opens on: a comparison that ships, with its provenance, and a button that computes it here."""

from datetime import UTC, datetime

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import plain
from components.lab.form.again import ask_again
from components.lab.form.start import start
from components.lab.form.state import OWN, is_own
from components.lab.result import draw_result
from components.runs.job_cards import refuse, show_refusal
from components.widgets.view import one_of
from core.common.errors import UserError
from core.common.numbers import duration
from core.jobs.job import Job
from core.jobs.shipped import is_of_earlier_version
from core.lab.plan import Plan
from core.lab.shipped_results import shipped_keys
from core.lab.wanted import WantedComparison, wanted

_SHOWN = "lab_shipped"


def offered() -> list[WantedComparison]:
    """Comparisons that ship with this copy, in their order."""
    there = shipped_keys()
    return [one for one in wanted() if one.key in there]


def opens_on_shipped() -> bool:
    """Whether the page shows what ships: nobody has asked for a form, and something ships."""
    return not is_own() and bool(offered())


def shipped_comparison() -> None:
    """The choice among them, the sentence, the picture, and what can be done."""
    one = _chosen(offered())
    job, result, verdict = cached_lab.finished(one.key)
    draw_result(job, result, verdict, one.about)
    _come_from(one, job, result.plan)


def _chosen(known: list[WantedComparison]) -> WantedComparison:
    by_label = {one.label: one for one in known}
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        label = one_of("Comparison", list(by_label), _SHOWN) if len(known) > 1 else known[0].label
        st.button("Set up your own", icon=":material/tune:", type="primary", key="lab_own", on_click=_own)
    return by_label[label]


def _come_from(one: WantedComparison, job: Job, plan: Plan) -> None:
    """When and with what it was computed, and the way to the same numbers."""
    day = datetime.fromtimestamp(job.finished or 0, UTC).date().isoformat()
    if is_of_earlier_version(job):
        st.caption(
            ":material/history: These numbers were computed by an earlier version of the methods; computed here, they "
            "come out otherwise."
        )
    with st.container(horizontal=True, vertical_alignment="center", key="lab_provenance"):
        st.button(
            "Compute it yourself",
            icon=":material/play_arrow:",
            key="lab_lecture",
            on_click=_compute,
            args=(plan,),
            help="The same comparison as a job on this machine"
            + ("." if is_of_earlier_version(job) else ", which gives the same bits per byte."),
        )
        st.button("Change it", icon=":material/tune:", key="lab_change", on_click=_change, args=(plan,))
        st.caption(
            plain(
                f"Computed on {day} in {duration(job.seconds)}, and shipped as it came out: "
                f"data/lab/{one.key}. Inputs: {', '.join(f'{i.name} ({i.fingerprint[:8]})' for i in job.inputs)}."
            ),
            width="stretch",
        )
    show_refusal()


def _own() -> None:
    st.query_params[OWN] = "1"


def _change(plan: Plan) -> None:
    st.query_params.pop(_SHOWN, None)
    ask_again(plan)


def _compute(plan: Plan) -> None:
    try:
        look = cached_lab.look(plan)
    except UserError as error:
        refuse(error)
        return
    start(look)
