"""Kinds of long work that open one language model and ask it one thing."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Json
from core.models.imports import import_models
from core.models.submitted import memory

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

Params = Mapping[str, Json]


def model_job(
    *,
    key: str,
    label: str,
    measure: str,
    answer: Callable[["LanguageModel", Params], object],
    size: Callable[[Params], int] = lambda params: 1,
) -> JobKind:
    """The kind of job whose parameters are those of `core.models.submitted.model_params` and what is asked.

    Args:
        measure: what `size` counts.
        answer: a dataclass, as `core.jobs.result_codec` stores it; what takes seconds to import it imports itself.
        size: how much is asked.
    """

    def run_unit(unit: Unit, context: Context) -> Output:
        from core.models.load import open_model

        return stored(answer(open_model(str(context.params["model"]), as_fits(context.device)), context.params))

    return JobKind(
        key=key,
        label=label,
        units=lambda context: [Unit("Opening the model", {}, size(context.params))],
        run_unit=run_unit,
        combine=_the_only_one,
        resumable=False,
        measure=measure,
        secrets=from_hub,
        gpu=True,
        workers=1,
        memory_mb=4096,
        memory_for=memory,
        libraries=("numpy", "torch", "transformers", "tokenizers"),
        prepare=import_models,
    )


def as_fits(device: str) -> str:
    """What to ask for so that a model is where a job runs, or spread from there where it does not fit.

    A process with a GPU sees no other, so that it need not be named to be taken.

    >>> as_fits("cuda:0"), as_fits("cpu")
    ('auto', 'cpu')
    """
    return "auto" if device.startswith("cuda") else device


def _the_only_one(parts: Parts, context: Context) -> Output:
    return next(output for _, output in parts)
