"""Downloading a corpus into the user's cache, as a job: with progress, kept only if its checksum is right."""

from core.common.download import Remote
from core.common.errors import UnknownName
from core.corpora.sources import flores200
from core.jobs.job import Context, JobKind, Output, Parts, Unit

FLORES = "flores200"


def units(context: Context) -> list[Unit]:
    """The one file."""
    remote = _remote(context)
    return [Unit(remote.what, remote.what, remote.n_bytes / 2**20)]


def run_unit(unit: Unit, context: Context) -> Output:
    """Where the file lies."""
    return Output(facts={"path": str(flores200.fetch(_remote(context)))})


def combine(parts: Parts, context: Context) -> Output:
    """The same fact."""
    return next(output for _, output in parts)


def _remote(context: Context) -> Remote:
    name = context.params["corpus"]
    if name != FLORES:
        raise UnknownName("corpus to download", name, [FLORES])
    return flores200.remote()


JOB = JobKind(
    key="fetch",
    label="Download a corpus",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="MB",
    workers=1,
    memory_mb=512,
    libraries=(),
)
