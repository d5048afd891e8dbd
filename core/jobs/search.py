"""Runs found by words: in their names and notes, and in what they were asked to do."""

from collections.abc import Iterator, Sequence

from core.jobs.job import KINDS, Job
from core.jobs.owner import Visitor
from core.jobs.store.files import Json

MOST_SEARCHED = 2_000  # runs, the newest


def searched(jobs: Sequence[Job], words: str, who: Visitor) -> list[Job]:
    """Those in which every word stands somewhere, in any case; all of them without words."""
    wanted = words.casefold().split()
    return [job for job in jobs if all(word in text for word in wanted for text in [_text(job, who)])]


def _text(job: Job, who: Visitor) -> str:
    told, kind = who.calls(job), KINDS.all().get(job.kind)
    inputs = (each.name for each in job.inputs)
    parts = (told.name, told.note, job.label, kind.label if kind else job.kind, job.key, *inputs, *_words(job.params))
    return "\n".join(parts).casefold()


def _words(value: Json) -> Iterator[str]:
    """Every word and number in a JSON value, without the names of its fields; `omp_robust` also as two words."""
    if isinstance(value, dict):
        for each in value.values():
            yield from _words(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _words(each)
    else:
        yield str(value)
        yield str(value).replace("_", " ")
