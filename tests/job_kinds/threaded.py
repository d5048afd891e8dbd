"""Work whose libraries start a thread as they are imported, which no process with copies may have."""

import threading

from core.jobs.job import JobKind
from tests.job_kinds.prepared import combine, run_unit, units


def prepare() -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()


JOB = JobKind(
    key="threaded", label="Threaded", units=units, run_unit=run_unit, combine=combine, memory_mb=512, prepare=prepare
)
