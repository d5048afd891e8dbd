"""What sessions share of jobs and their results; apart from `components.cached`, so that a page which submits nothing
does not import what runs jobs."""

import streamlit as st

from core.corpus import Corpus, open_corpus
from core.count_table import Totals, totals
from core.home import home
from core.jobs import Jobs
from core.work.count import counted


@st.cache_resource(max_entries=2, show_spinner=False)
def corpus(spec: str) -> Corpus:
    """A parallel corpus, read once for all sessions."""
    return open_corpus(spec)


def jobs() -> Jobs:
    """The jobs of this installation's store."""
    return _jobs(str(home()))


@st.cache_resource(show_spinner=False)
def _jobs(at_home: str) -> Jobs:
    return Jobs()


@st.cache_resource(max_entries=16, show_spinner=False)
def count_totals(key: str, place: int) -> Totals:
    """The table of a job that counted; `place` changes when it is computed again."""
    return totals(counted(jobs().result(key)))
