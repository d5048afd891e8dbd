"""Asking a model for the byte after a prompt and after its earlier ends, as `core.probes.bytes.ends` does."""

from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.models.submitted import memory
from core.probes.bytes.job import KIND


def units(context: Context) -> list[Unit]:
    """The one prompt."""
    return [Unit("prompt", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """The answers."""
    from core.models.load import open_model
    from core.probes.bytes.ends import next_byte_ends

    params = context.params
    model = open_model(str(params["model"]), context.device)
    return stored(next_byte_ends(model, bytes.fromhex(params["prompt_hex"]), params["walked"], params["every"]))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


JOB = JobKind(
    key=KIND,
    label="Ask for the next byte",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="prompts",
    secrets=from_hub,
    gpu=True,
    workers=1,
    memory_mb=4096,
    memory_for=memory,
    libraries=("numpy", "torch", "transformers", "tokenizers"),
)
