"""A job that trains, the kind `core.work.train`: what to submit, and the tokenizers in its result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.common.codec import built, plain
from core.common.numbers import count
from core.jobs.job import KINDS, Context, Job, Output, part_key
from core.jobs.result_codec import restored
from core.jobs.store.files import Input, Json, Result
from core.jobs.store.store import Store
from core.training.recipe import TrainedPlan, TrainingRecipe
from core.training.sources import source_label
from core.training.trainer import TRAINERS

KIND = "train"
_MOST_NAMED = 3  # texts, in what a job is called


@dataclass(frozen=True)
class Training:
    """What to submit: the parameters and inputs of a job that trains, and what it is called."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


def training(recipes: Sequence[TrainingRecipe]) -> Training:
    """The job of training by recipes, one after the other."""
    inputs = dict.fromkeys(one for recipe in recipes for one in (*recipe.files, *recipe.parallel))
    return Training({"recipes": [plain(one) for one in recipes]}, tuple(inputs), _label(recipes))


def _label(recipes: Sequence[TrainingRecipe]) -> str:
    """
    One by trainer and size, several by how many they are, and by what they are trained on.
    """
    names = list(dict.fromkeys(source_label(one.name) for recipe in recipes for one in recipe.files))
    on = ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
    if len(recipes) > 1:
        return f"{len(recipes)} tokenizers on {on}"
    [one] = recipes
    return f"{TRAINERS.get(one.trainer).label}, {count(one.options.vocab)} entries, on {on}"


def recipes_in(params: Mapping[str, Json]) -> tuple[TrainingRecipe, ...]:
    """The recipes that the parameters of a job hold."""
    return tuple(built(TrainingRecipe, one) for one in params["recipes"])


def trained_in(result: Result | Output) -> TrainedPlan:
    """What came of the recipes, in the result of a job or of a unit."""
    return restored(TrainedPlan, result)


def joined(plans: Sequence[TrainedPlan]) -> TrainedPlan:
    """All of several."""
    return TrainedPlan(
        tuple(one for plan in plans for one in plan.made), tuple(one for plan in plans for one in plan.not_made)
    )


def trained_so_far(store: Store, job: Job) -> TrainedPlan:
    """What is finished of a job that runs, waits, was cancelled or failed."""
    kind = KINDS.get(job.kind)
    parts = (store.get(part_key(kind, job.key, unit)) for unit in kind.units(Context(job.params, job.inputs)))
    return joined([trained_in(part) for part in parts if part is not None])
