"""Comparisons that were computed before and ship with the project, as they came out, with all that made them.

A file is a result of the store (`core.jobs.store.files`), compressed: plan, what each input's content was, versions of
the libraries, seconds, and the day. Its key is that of the same comparison computed here, so that the numbers can be
laid side by side.
"""

import lzma
from functools import lru_cache
from pathlib import Path

from core.common.data_folders import DATA
from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.result_codec import restored
from core.jobs.store.files import Origin, Result, packed, unpacked
from core.lab.result import LabResult

FOLDER = DATA / "lab"
_SUFFIX = ".safetensors.xz"
_NO_ONE = 0  # its place among jobs


def shipped_keys() -> list[str]:
    """Names of the comparisons that are here."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in FOLDER.glob(f"*{_SUFFIX}"))


@lru_cache(maxsize=8)
def shipped_result(key: str, folder: Path = FOLDER) -> Result:
    """The stored result of this name, with its origin.

    Raises:
        FileNotFoundError: it does not ship.
        UnreadableFile: it is damaged.
    """
    return unpacked(lzma.decompress((folder / f"{key}{_SUFFIX}").read_bytes()))


def shipped_comparison(key: str, folder: Path = FOLDER) -> tuple[Job, LabResult]:
    """The job as it would stand here if it had run here, and its result."""
    found = shipped_result(key, folder)
    return _job(found.origin), restored(LabResult, found)


def is_of_earlier_methods(job: Job) -> bool:
    """Whether a result was computed by an earlier version of methods or measures than is here.

    Its key then is not that of the same comparison here.
    """
    return content_key(KINDS.get(job.kind), job.params, job.inputs) != job.key


def write(key: str, result: Result, folder: Path) -> None:
    """Write a result to ship."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key}{_SUFFIX}").write_bytes(lzma.compress(packed(result), preset=6))


def _job(origin: Origin) -> Job:
    return Job(
        key=origin.key, kind=origin.kind, label=origin.label, params=origin.params, inputs=origin.inputs,
        state=State.DONE, place=_NO_ONE, done=1.0, total=1.0, stage="", rate=None, remaining=None,
        seconds=origin.seconds, message="", device=origin.device, attempts=1, created=origin.finished,
        finished=origin.finished, sessions=(),
    )  # fmt: skip
