"""Waits for a job that a command handed in."""

from core.cli.base import COMMAND_LINE
from core.cli.stages import told
from core.common.errors import UserError
from core.common.progress import report
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.store.files import Result

_LOOK_EVERY = 0.5  # seconds


def waited(jobs: Jobs, key: str) -> Result:
    """The result of a job when it is done, with what it does told meanwhile."""
    job = jobs.get(key)
    try:
        with told():
            while job.state.live:
                report(0, 0, job.stage or "Waiting")
                job = jobs.wait(key, _LOOK_EVERY)
    except KeyboardInterrupt:
        jobs.leave(key, COMMAND_LINE)
        raise
    if job.state is not State.DONE:
        raise UserError(job.message or f"It was {job.state}. Ask again.")
    return jobs.result(key)
