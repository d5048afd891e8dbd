"""Comparisons that were computed before and ship with the project."""

from functools import lru_cache
from pathlib import Path

from core.common.data_folders import DATA
from core.jobs.job import Job
from core.jobs.result_codec import restored
from core.jobs.shipped import as_job, names_in, read_shipped
from core.jobs.store.files import Result
from core.lab.result import LabResult

FOLDER = DATA / "lab"


def shipped_keys() -> list[str]:
    """Names of the comparisons that are here."""
    return names_in(FOLDER)


@lru_cache(maxsize=8)
def shipped_result(key: str, folder: Path = FOLDER) -> Result:
    """The stored result of this name, with its origin; raises what `read_shipped` does."""
    return read_shipped(folder, key)


def shipped_comparison(key: str, folder: Path = FOLDER) -> tuple[Job, LabResult]:
    """The job as it would stand here if it had run here, and its result."""
    found = shipped_result(key, folder)
    return as_job(found.origin), restored(LabResult, found)
