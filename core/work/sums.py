"""Asking a model sums, written plainly and with commas, as `core.probes.sums.asking` does."""

from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.models.submitted import memory
from core.probes.sums.addition import additions
from core.probes.sums.job import ASKED


def units(context: Context) -> list[Unit]:
    """The one model."""
    return [Unit("model", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """What it said."""
    from core.models.load import open_model
    from core.probes.sums.asking import asked_in_styles

    params = context.params
    model = open_model(str(params["model"]), context.device)
    return stored(asked_in_styles(model, additions(params["longest"], params["each"], params["seed"])))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


JOB = JobKind(
    key=ASKED,
    label="Ask a model sums",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="models",
    secrets=from_hub,
    gpu=True,
    workers=1,
    memory_mb=4096,
    memory_for=memory,
    libraries=("numpy", "torch", "transformers", "tokenizers"),
)
