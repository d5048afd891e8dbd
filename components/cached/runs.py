"""What sessions share of jobs and their results.

Apart from `components.cached.tokenizers`, so that a page which submits nothing does not import what runs jobs.
"""

import streamlit as st

from core.common.home import home
from core.counting.job import counted
from core.counting.table import CountTable
from core.jobs.job import Job
from core.jobs.queue import Jobs
from core.jobs.shared_cache import shared

_MOST_COUNTS = 4  # tables of results, kept in memory


def jobs() -> Jobs:
    """The jobs of this installation's store."""
    return _jobs(str(home()))


@st.cache_resource(max_entries=4, show_spinner=False)
def _jobs(at_home: str) -> Jobs:
    return Jobs()


def counts(job: Job) -> CountTable:
    """The counts of a job that counted; those of an earlier time while it counts again."""
    which = "counts", job.key, job.place, job.finished
    return shared().get(which, lambda: counted(jobs().result(job.key)), most=_MOST_COUNTS)
