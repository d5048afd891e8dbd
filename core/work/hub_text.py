"""Reading text of a dataset on the Hub, as a job: a stranger's files, in a process of its own."""

from collections.abc import Mapping

from core.corpora.hub_text import KIND, hub_text
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Json


def units(context: Context) -> list[Unit]:
    """The one text."""
    return [Unit(str(context.params["dataset"]), context.params["dataset"], context.params["most_bytes"] / 2**20)]


def run_unit(unit: Unit, context: Context) -> Output:
    """It."""
    return stored(hub_text(unit.value, context.params["most_bytes"], context.params["column"]))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


def _secrets(params: Mapping[str, Json]) -> bool:
    """The token of the Hub."""
    return True


JOB = JobKind(
    key=KIND,
    label="Read text from the Hub",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="MB",
    secrets=_secrets,
    workers=1,
    memory_mb=2048,
    takes_less="Name one file of the dataset.",
    libraries=(),
)
