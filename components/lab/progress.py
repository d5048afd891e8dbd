"""A comparison under way: how far it is, what is finished, and what can be done about it."""

from components.runs import under_way as runs
from core.jobs.job import Job
from core.lab.result import LabResult
from core.lab.stage_words import stage_in_words


def under_way(job: Job, result: LabResult) -> None:
    """A line with progress and a button; redrawn every second, and the page with it when a model is finished."""
    labels = {key: about.label for key, about in result.methods.items()}
    runs.under_way(job, "lab", lambda stage: stage_in_words(stage, labels))
