"""A job that learns a segmenter, the kind `core.work.segmenter`: what to submit, and what is in its result."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.common.codec import built, plain
from core.jobs.job import KINDS, Context, Job, Output, part_key
from core.jobs.result_codec import restored
from core.jobs.store.files import Input, Json, Result
from core.jobs.store.store import Store
from core.segmenters.live.recipe import FAMILIES, LearningRecipe, LearntPart, LearntSegmenter
from core.training.sources import source_label

KIND = "segmenter"
_MOST_NAMED = 3


@dataclass(frozen=True)
class Learning:
    """What to submit: parameters and inputs, and what it is called."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


def learning(recipe: LearningRecipe) -> Learning:
    """The job of learning by a recipe."""
    names = [source_label(one.name) for one in recipe.text.files]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    label = f"{FAMILIES[recipe.family]} learnt from {', '.join(names[:_MOST_NAMED])}{more}"
    return Learning({"recipe": plain(recipe)}, recipe.text.files, label)


def recipe_in(params: Mapping[str, Json]) -> LearningRecipe:
    """The recipe that the parameters of a job hold."""
    return built(LearningRecipe, params["recipe"])


def learnt_in(result: Result | Output) -> LearntSegmenter:
    """What came of it."""
    return restored(LearntSegmenter, result)


def together(recipe: LearningRecipe, parts: Iterable[Result | Output]) -> LearntSegmenter:
    """All pieces that are there."""
    found = [restored(LearntPart, part) for part in parts]
    snapshots = tuple(one for part in found for one in part.snapshots)
    return LearntSegmenter(recipe, snapshots, next((one for part in found for one in part.beside), None))


def learnt_so_far(store: Store, job: Job) -> LearntSegmenter:
    """What there is by now of a job that runs, waits, was cancelled or failed."""
    kind = KINDS.get(job.kind)
    parts = (store.get(part_key(kind, job.key, unit)) for unit in kind.units(Context(job.params, job.inputs)))
    return together(recipe_in(job.params), [part for part in parts if part is not None])
