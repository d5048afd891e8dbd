"""The process of which jobs' processes are copies: it has imported what their kinds of work need."""

import sys

from core.common.sandbox.copying import Copying
from core.jobs.job import KINDS
from core.jobs.runner import job_process


def _prepare(kind: str) -> None:
    KINDS.get(kind).prepare()


if __name__ == "__main__":
    Copying(int(sys.argv[1]), int(sys.argv[2]), _prepare, job_process.main).serve()
