"""A comparison as the page shows it: the picture first, then what can be said of it, then every view."""

import re

import streamlit as st

from components.frame.errors import plain
from components.lab.choose import choose_view
from components.lab.context import LabContext
from components.lab.key_picture import key_picture
from core.common.numbers import THIN
from core.jobs.job import Job
from core.lab.result import LabResult
from core.lab.verdict import Verdict

_COSTS = re.compile(rf"([\d,{THIN}]+) parameters more")  # of heads of their own, which the verdict says as well


def draw_result(job: Job, result: LabResult, verdict: Verdict, lead: str = "") -> None:
    """What is there of a comparison, finished or under way.

    Args:
        lead: stands over the picture instead of what came out, which then stands below.
    """
    if lead or verdict.sentences:
        st.markdown(plain(lead or verdict.sentences[0]))
    if result.setting is None or not result.outcomes:
        begins = "The picture begins when the first model has read the texts."
        st.caption(begins if job.state.live else "No model has read the texts yet, so there is no picture.")
        return
    context = LabContext(job, result, result.setting, verdict, st.context.theme.type == "dark")
    key_picture(context)
    if lead and verdict.sentences:
        st.markdown(plain(verdict.sentences[0]))
    more = [*verdict.sentences[1:], *(r for r in result.setting.remarks if not _said(r, verdict))]
    if more:
        with st.expander(
            "What else can be said", icon=":material/notes:", expanded=any(not b for b in verdict.beats.values())
        ):
            st.markdown("\n".join(f"- {plain(sentence)}" for sentence in more))
    choose_view(context)


def _said(remark: str, verdict: Verdict) -> bool:
    """Whether the verdict has told this already: what heads cost."""
    return bool(_costs(remark)) and any(_costs(remark) == _costs(sentence) for sentence in verdict.sentences)


def _costs(sentence: str) -> str:
    """The digits of what heads of their own cost; empty where a sentence is of something else."""
    found = _COSTS.search(sentence)
    return "" if found is None else re.sub(r"\D", "", found[1])
