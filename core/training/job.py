"""A job that trains, the kind `core.work.train`: what to submit, and the tokenizer in its result."""

from collections.abc import Mapping
from dataclasses import dataclass

from core.common.codec import built, plain
from core.jobs.result_codec import restored
from core.jobs.store.files import Input, Json, Result
from core.training.recipe import Trained, TrainingRecipe
from core.training.trainer import TRAINERS

KIND = "train"


@dataclass(frozen=True)
class Training:
    """What to submit: the parameters and inputs of a job that trains, and what it is called."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


def training(recipe: TrainingRecipe) -> Training:
    """The job of training by a recipe."""
    label = f"{TRAINERS.get(recipe.trainer).label}, {recipe.options.vocab:,} entries"
    return Training({"recipe": plain(recipe)}, (*recipe.files, *recipe.parallel), label)


def recipe_in(params: Mapping[str, Json]) -> TrainingRecipe:
    """The recipe that the parameters of a job hold."""
    return built(TrainingRecipe, params["recipe"])


def trained_in(result: Result) -> Trained:
    """The tokenizer in the result of a job."""
    return restored(Trained, result)
