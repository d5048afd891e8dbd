"""Finding under-trained tokens: one model, its rows and its answers, as `core.models.under_trained.find` has them."""

from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.models.submitted import memory
from core.models.under_trained.job import KIND


def units(context: Context) -> list[Unit]:
    """The one model."""
    return [Unit("model", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """What was found."""
    from core.models.load import open_model
    from core.models.under_trained.find import under_trained

    model = open_model(str(context.params["model"]), context.device)
    return stored(under_trained(model, float(context.params["share"])))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


JOB = JobKind(
    key=KIND,
    label="Find under-trained tokens",
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
