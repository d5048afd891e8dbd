"""Learning a segmenter: a unit is a slice of its time, so that one sees it learn; the last is the model beside it."""

from collections.abc import Mapping
from pathlib import Path

from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Json
from core.segmenters.live.job import KIND, recipe_in, together
from core.segmenters.live.recipe import SLICES, LearntPart
from core.training.sources import source_paths

_BESIDE = "BPE of the same size"


def units(context: Context) -> list[Unit]:
    """The slices in order, and the model on BPE."""
    each = recipe_in(context.params).seconds / SLICES
    return [*(Unit(f"slice {n}", n, size=each) for n in range(1, SLICES + 1)), Unit(_BESIDE, 0, size=SLICES * each)]


def run_unit(unit: Unit, context: Context) -> Output:
    """A snapshot, or the model beside."""
    from core.segmenters.live.learn import learn_slice, model_beside

    recipe = recipe_in(context.params)
    if unit.value:
        return stored(LearntPart(snapshots=(learn_slice(recipe, unit.value, context.path),)))
    return stored(LearntPart(beside=(model_beside(recipe, context.path),)))


def combine(parts: Parts, context: Context) -> Output:
    """All of them."""
    return stored(together(recipe_in(context.params), [output for _, output in parts]))


def files(params: Mapping[str, Json]) -> list[Path]:
    """The text."""
    return list(dict.fromkeys(path for one in recipe_in(params).text.files for path in source_paths(one.name)))


JOB = JobKind(
    key=KIND,
    label="Learn a segmenter",
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="seconds",
    files=files,
    workers=1,
    memory_mb=3072,
    takes_less="Give it a part of the text.",
    libraries=("torch", "tokenizers", "numpy"),
)
