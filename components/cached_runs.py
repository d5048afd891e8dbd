"""What sessions share of jobs and their results; apart from `components.cached`, so that a page which submits nothing
does not import what runs jobs."""

import streamlit as st

from core.count_table import Totals, totals
from core.home import home
from core.jobs import Jobs
from core.shared_cache import shared
from core.work.count import counted


def jobs() -> Jobs:
    """The jobs of this installation's store."""
    return _jobs(str(home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _jobs(at_home: str) -> Jobs:
    return Jobs()


def count_totals(key: str, place: int) -> Totals:
    """The table of a job that counted; `place` changes when it is computed again."""
    return shared().get(("totals", key, place), lambda: totals(counted(jobs().result(key))))
