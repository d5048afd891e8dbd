"""Work that prints all it knows, and fails saying it again."""

import os
import subprocess
import sys

from core.common.errors import UserError
from core.common.progress import report
from core.jobs.job import Context, JobKind, Output, Parts, Unit


def units(context: Context) -> list[Unit]:
    return [Unit("only", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    print(dict(os.environ))
    for name, value in os.environ.items():
        print(f"{name} is {value}", flush=True)
    subprocess.run([sys.executable, "-c", "import os; print(os.environ)"], check=True)
    report(0, 1, f"with {os.environ.get('HF_TOKEN')}")
    how, told = context.params["how"], f"refused for {os.environ.get('HF_TOKEN')} at {os.environ.get('PROXY_PASSWORD')}"
    if how == "bug":
        raise RuntimeError(told)
    raise UserError(told)


def combine(parts: Parts, context: Context) -> Output:
    return next(parts)[1]


JOB = JobKind(
    key="confess",
    label="Confesses",
    units=units,
    run_unit=run_unit,
    combine=combine,
    secrets=lambda params: params["knows"],
)
