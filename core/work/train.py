"""Training tokenizers: a unit is one recipe, since what a trainer has half done cannot be kept."""

from collections.abc import Mapping
from pathlib import Path

from core.common.codec import plain
from core.common.numbers import count
from core.common.progress import step
from core.jobs.job import Context, JobKind, Output, Parts, Unit, hashed
from core.jobs.result_codec import stored
from core.jobs.store.files import Json
from core.training.asked import memory_mb
from core.training.job import KIND, joined, recipes_in, trained_in
from core.training.recipe import NotTrained, TrainedPlan
from core.training.runs import run_label
from core.training.sources import source_paths
from core.training.train import trained
from core.training.trainer import NotMakeable


def units(context: Context) -> list[Unit]:
    """One per recipe; shared by all jobs that ask for the same of the same text."""
    return [
        Unit(f"{n}: {one.trainer}, {count(one.options.vocab)} entries", n - 1, key=hashed(plain(one)))
        for n, one in enumerate(recipes_in(context.params), 1)
    ]


def run_unit(unit: Unit, context: Context) -> Output:
    """One tokenizer with what it was measured at, or why there is none."""
    recipes = recipes_in(context.params)
    recipe = recipes[unit.value]
    try:
        with step(0.0, 1.0, f"{run_label(recipe, recipes)}, {count(recipe.options.vocab)}"):
            return stored(TrainedPlan((trained(recipe, context.path),), ()))
    except NotMakeable as error:
        return stored(TrainedPlan((), (NotTrained(recipe, str(error)),)))


def combine(parts: Parts, context: Context) -> Output:
    """All of them."""
    return stored(joined([trained_in(output) for _, output in parts]))


def memory_for(params: Mapping[str, Json]) -> int:
    """Megabytes for the largest."""
    return max(map(memory_mb, recipes_in(params)))


def files(params: Mapping[str, Json]) -> list[Path]:
    """The text."""
    names = dict.fromkeys(one.name for recipe in recipes_in(params) for one in (*recipe.files, *recipe.parallel))
    return list(dict.fromkeys(path for name in names for path in source_paths(name)))


JOB = JobKind(
    key=KIND,
    label="Train tokenizers",
    version=4,
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="tokenizers",
    files=files,
    workers=1,
    memory_for=memory_for,
    takes_less="Give it a part of the text.",
    unit_seconds=24 * 3600.0,
    libraries=("tokenizers", "sentencepiece", "numpy"),
)
