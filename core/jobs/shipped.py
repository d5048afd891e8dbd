"""Results that were computed before and ship with the project, as they came out, with all that made them.

A file is a result of the store (`core.jobs.store.files`), compressed: parameters, what each input's content was,
versions of the libraries, seconds, and the day. Its key is that of the same job computed here, so that the numbers can
be laid side by side.
"""

import lzma
from pathlib import Path

from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.store.files import Origin, Result, packed, unpacked

_SUFFIX = ".safetensors.xz"
_NO_ONE = 0  # its place among jobs


def names_in(folder: Path) -> list[str]:
    """Names of the results that are there."""
    return sorted(path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}"))


def read_shipped(folder: Path, name: str) -> Result:
    """The stored result of this name, with its origin.

    Raises:
        FileNotFoundError: it does not ship.
        UnreadableFile: it is damaged.
    """
    return unpacked(lzma.decompress((folder / f"{name}{_SUFFIX}").read_bytes()))


def write_shipped(folder: Path, name: str, result: Result) -> None:
    """Write a result to ship."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}{_SUFFIX}").write_bytes(lzma.compress(packed(result), preset=6))


def as_job(origin: Origin) -> Job:
    """The job as it would stand here if it had run here."""
    return Job(
        key=origin.key, kind=origin.kind, label=origin.label, params=origin.params, inputs=origin.inputs,
        state=State.DONE, place=_NO_ONE, done=1.0, total=1.0, stage="", rate=None, remaining=None,
        seconds=origin.seconds, message="", device=origin.device, attempts=1, created=origin.finished,
        finished=origin.finished, sessions=(),
    )  # fmt: skip


def is_of_earlier_version(job: Job) -> bool:
    """Whether it was computed by an earlier version of what computes it than is here.

    Its key then is not that of the same job here.
    """
    return content_key(KINDS.get(job.kind), job.params, job.inputs) != job.key
