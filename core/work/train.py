"""Training a tokenizer: one unit, since what a trainer has half done cannot be kept."""

from collections.abc import Mapping
from pathlib import Path

from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Json
from core.training.asked import memory_mb
from core.training.job import KIND, recipe_in
from core.training.train import trained


def units(context: Context) -> list[Unit]:
    """The one tokenizer."""
    return [Unit("tokenizer", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """It, with what it was measured at."""
    return stored(trained(recipe_in(context.params), context.path))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


def memory_for(params: Mapping[str, Json]) -> int:
    """Megabytes for a recipe."""
    return memory_mb(recipe_in(params))


def files(params: Mapping[str, Json]) -> list[Path]:
    """The text."""
    recipe = recipe_in(params)
    return [Path(one.name) for one in (*recipe.files, *recipe.parallel)]


JOB = JobKind(
    key=KIND,
    label="Train a tokenizer",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="tokenizers",
    files=files,
    workers=1,
    memory_for=memory_for,
    takes_less="Give it a part of the text.",
    unit_seconds=24 * 3600.0,
    libraries=("tokenizers", "sentencepiece", "numpy"),
)
