"""The process that computes pieces of one job; started by `core.jobs.runner.worker`, spoken to over its standard input.

It dies with its parent, cannot take more memory than its kind declares, and gives way to whoever serves pages
(`core.common.sandbox`). What it finishes it writes to the store itself, whole, before it says so.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.common.disk import disk_trouble
from core.common.errors import UserError
from core.common.garbage import collect_rarely
from core.common.memory import lacks_memory
from core.common.progress import listening
from core.common.redact import redacted, without_folders
from core.common.sandbox.limits import ProcessLimits, die_with_parent, give_way
from core.common.sandbox.pipes import private_input
from core.jobs.job import KINDS, Context, JobKind, Output, Unit, part_key, part_result
from core.jobs.store.files import Input, Json, Origin, Result
from core.jobs.store.store import Store, store

_PROGRESS_EVERY = 0.1  # seconds


class JobProcess:
    """One job, as its process sees it."""

    def __init__(self, setup: dict[str, Any], scratch: Path, replies: int) -> None:
        self.kind: JobKind = KINDS.get(setup["kind"]).sized(setup["params"])
        self.key, self.label = str(setup["key"]), str(setup["label"])
        inputs = tuple(Input(*each) for each in setup["inputs"])
        self.context = Context(setup["params"], inputs, setup["device"], scratch)
        self.store: Store = store()
        self._replies, self._said = replies, 0.0
        self._units: Sequence[Unit] | None = None

    @property
    def units(self) -> Sequence[Unit]:
        """The pieces of the job."""
        if self._units is None:
            self._units = list(self.kind.units(self.context))
        return self._units

    def plan(self) -> Json:
        """Name, size and whether it is finished, for each piece."""
        if not self.kind.resumable:
            self.store.delete_parts(self.key)
        keys = [part_key(self.kind, self.key, unit) for unit in self.units]
        return {"units": [[u.name, u.size, self.store.has(k)] for u, k in zip(self.units, keys, strict=True)]}

    def unit(self, n: int) -> Json:
        """Compute a piece and keep it."""
        start = time.monotonic()
        unit = self.units[n]
        self.keep(unit, self.kind.run_unit(unit, self.context), time.monotonic() - start)
        return {"finished": n}

    def keep(self, unit: Unit, output: Output, seconds: float) -> None:
        """Put the result of a piece into the store."""
        self.store.put(part_result(self.kind, self.key, unit, self.context, output, seconds))

    def drive(self) -> Json:
        """Compute on a cluster what is not finished, keeping each piece as it comes."""
        from core.jobs.ray import run_on_ray

        wanted = [n for n, u in enumerate(self.units) if not self.store.has(part_key(self.kind, self.key, u))]
        start = time.monotonic()
        for n, output in run_on_ray(self.kind, self.context, [self.units[n] for n in wanted]):
            self.keep(self.units[wanted[n]], output, time.monotonic() - start)
            self.say({"finished": wanted[n]})
        return {"driven": True}

    def combine(self, seconds: float) -> Json:
        """Make the result of the pieces; or say which are missing, after a damaged one was set aside."""
        start = time.monotonic()
        missing: list[int] = []

        def parts() -> Any:
            for n, unit in enumerate(self.units):
                part = self.store.get(part_key(self.kind, self.key, unit))
                if part is None:
                    missing.append(n)
                    missing.extend(m for m in range(n + 1, len(self.units)) if not self._has(m))
                    raise _Missing
                yield unit, Output(part.arrays, part.facts)

        try:
            output = self.kind.combine(parts(), self.context)
        except _Missing:
            return {"missing": missing}
        origin = Origin(
            key=self.key,
            kind=self.kind.key,
            params=self.context.params,
            inputs=self.context.inputs,
            versions=self.kind.versions(),
            seconds=seconds + time.monotonic() - start,
            device=self.context.device,
            finished=time.time(),
            label=self.label,
        )
        self.store.put(Result(origin, output.arrays, output.facts))
        self.store.delete_parts(self.key)
        return {"combined": True}

    def _has(self, n: int) -> bool:
        return self.store.has(part_key(self.kind, self.key, self.units[n]))

    def say(self, message: Json) -> None:
        """Tell the parent."""
        os.write(self._replies, json.dumps(message).encode() + b"\n")

    def heard(self, done: int, total: int, stage: str) -> None:
        """Pass on progress, not more often than anybody could read it."""
        now = time.monotonic()
        if now - self._said >= _PROGRESS_EVERY or done == total:
            self._said = now
            self.say({"at": [done, total, redacted(stage)[:200]]})

    def answer(self, request: dict[str, Any]) -> Json:
        """Do what is asked; a failure is an answer too."""
        try:
            with listening(self.heard):
                if request["do"] == "unit":
                    return self.unit(request["n"])
                if request["do"] == "combine":
                    return self.combine(request["seconds"])
                return self.drive() if request["do"] == "drive" else self.plan()
        except UserError as error:
            return {"failed": redacted(str(error))}
        except BaseException as error:  # Rust's panics are no Exception
            if told := disk_trouble(error):
                return {"failed": told}
            return {"failed": self.kind.over_memory} if lacks_memory(error) else self.fault(error)

    @staticmethod
    def fault(error: BaseException) -> Json:
        """What is said of a bug."""
        traceback.print_exception(error)
        text = without_folders(redacted(f"{type(error).__name__}: {error}"))[:1000]
        return {"failed": f"{text}. This is a fault of the program, not of your input; the log says where."}


class _Missing(Exception):
    """A piece is not in the store."""


def _limit(memory_mb: int) -> None:
    """Bound this process's memory, 0 for no bound, and let others go first.

    CUDA maps more than any limit: there the daemon watches what is resident, as it does for everything a job starts.
    """
    give_way()
    ProcessLimits(data_mb=memory_mb).apply()


def main(replies: int, parent: int, scratch: Path) -> None:
    """Answer requests until standard input closes."""
    die_with_parent(parent)
    collect_rarely()
    os.set_inheritable(replies, False)
    requests = private_input()
    setup = json.loads((scratch / "setup.json").read_text(encoding="utf-8"))
    try:
        process = JobProcess(setup, scratch, replies)
    except UserError as error:
        os.write(replies, json.dumps({"failed": redacted(str(error))}).encode() + b"\n")
        return
    _limit(setup["memory_mb"])
    for line in requests:
        process.say(process.answer(json.loads(line)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
