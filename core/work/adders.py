"""Training the three adders and asking each the same sums, as `core.probes.sums.training` does."""

from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import restored, stored
from core.probes.sums.adders import ADDERS
from core.probes.sums.addition import additions
from core.probes.sums.answers import SumsAsked, joined
from core.probes.sums.job import TRAINED
from core.probes.toys.toy import Diet


def units(context: Context) -> list[Unit]:
    """One for each adder."""
    return [Unit(adder.label, adder.key, size=context.params["steps"]) for adder in ADDERS]


def run_unit(unit: Unit, context: Context) -> Output:
    """What it says once it is trained."""
    from core.probes.sums.training import trained_and_asked

    params = context.params
    [adder] = [one for one in ADDERS if one.key == unit.value]
    sums = additions(params["longest"], params["each"], params["seed"])
    diet = Diet(params["steps"], seed=params["training_seed"])
    folder = context.scratch / adder.key
    return stored(trained_and_asked(adder, diet, params["longest"], sums, folder, context.device))


def combine(parts: Parts, context: Context) -> Output:
    """All three."""
    return stored(joined([restored(SumsAsked, output) for _, output in parts]))


JOB = JobKind(
    key=TRAINED,
    label="Train three adders",
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="steps",
    gpu=True,
    memory_mb=2048,
    libraries=("numpy", "torch", "transformers", "tokenizers"),
)
