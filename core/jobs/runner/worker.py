"""One process that computes pieces of one job: its limits, its words, its output, and its end."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from core.common.redact import redacted
from core.common.sandbox.ending import end
from core.common.sandbox.fork_server import ForkedProcess, ForkServer
from core.common.sandbox.marked_processes import MARK, kill_marked
from core.common.sandbox.start import ONE_THREAD, environment_without_secrets, start, whole_environment
from core.jobs.job import Job, JobKind
from core.jobs.store.files import Json
from core.jobs.store.records import MOST_LOG

MOST_OUTPUT = 64 * 2**20  # bytes that a process may print before it is taken for one gone mad
MOST_PROCESSES = 256
_AT_ONCE = 2**18
_OF_SIGNAL = {signal.SIGKILL: ", as systems do that run out of memory"} if hasattr(signal, "SIGKILL") else {}


@dataclass(frozen=True)
class Task:
    """What a worker is asked for: to plan, to compute unit `n`, to drive all units on a cluster, or to combine."""

    do: str
    n: int = -1


def fork_server_of_jobs(home: Path) -> ForkServer:
    """What makes copies for jobs that have no secrets and no GPU."""
    return ForkServer("core.jobs.runner.fork_server_process", _without_secrets(home))


def _without_secrets(home: Path) -> dict[str, str]:
    return {**environment_without_secrets(), **_set_for_all(home)}


def _set_for_all(home: Path) -> Mapping[str, str]:
    return {
        "TOKEN_ATLAS_HOME": str(home.absolute()),
        "PYTHONUNBUFFERED": "1",
        "CUDA_VISIBLE_DEVICES": "",
        # A slot is one processor: libraries that would take all of them take one.
        **ONE_THREAD,
    }


class Worker:
    """A process with a job; not thread-safe."""

    def __init__(
        self,
        home: Path,
        job: Job,
        kind: JobKind,
        family: str,
        forks: ForkServer,
        gpu: str | None = None,
        remote: bool = False,
    ) -> None:
        """
        Args:
            family: begins the mark of all workers of one daemon.
            forks: where nothing is asked for that tells the process from those of other jobs, it is a copy by this.
            gpu: the one it may see.
            remote: it drives.
        """
        self.key, self.kind, self.gpu = job.key, kind, gpu
        self.mark = f"{family}.{uuid4().hex[:12]}"
        self.task: Task | None = None
        self.since = time.monotonic()
        self.at = (0, 0, "")
        self.n_printed = 0
        self._printed = bytearray()
        self._heard = bytearray()
        self.scratch = home / "scratch" / self.mark
        self.scratch.mkdir(parents=True)
        setup = {
            "kind": kind.key,
            "key": job.key,
            "label": job.label,
            "params": dict(job.params),
            "inputs": [[each.name, each.fingerprint] for each in job.inputs],
            "device": "cpu" if gpu is None else "cuda:0",
            "memory_mb": 0 if gpu is not None or remote else kind.memory_mb,
        }
        self.replies, theirs = os.pipe()
        try:
            (self.scratch / "setup.json").write_text(json.dumps(setup), encoding="utf-8")
            self.process: subprocess.Popen[bytes] | ForkedProcess
            secrets = kind.secrets(job.params)
            if forks.works and gpu is None and not remote and not secrets:
                self.process = forks.fork(kind.key, self.mark, self.scratch, theirs)
            else:
                self.process = start(
                    "core.jobs.runner.job_process",
                    str(theirs),
                    str(os.getpid()),
                    str(self.scratch),
                    environment={**self._environment(home, secrets), "CUDA_VISIBLE_DEVICES": gpu or ""},
                    apart=False,
                    stderr=subprocess.STDOUT,
                    pass_fds=(theirs,),
                )
        except BaseException:
            os.close(self.replies)
            shutil.rmtree(self.scratch, ignore_errors=True)
            raise
        finally:
            os.close(theirs)
        assert self.process.stdout
        self.output = self.process.stdout.fileno()
        self.open = {self.replies, self.output}  # a job may close its own output
        os.set_blocking(self.replies, False)
        os.set_blocking(self.output, False)

    def _environment(self, home: Path, secrets: bool) -> Mapping[str, str]:
        known = {**whole_environment(), **_set_for_all(home)} if secrets else _without_secrets(home)
        return {**known, MARK: self.mark, "TMPDIR": str(self.scratch)}

    def give(self, task: Task, **more: Json) -> None:
        """Ask for something; the answer comes from `read`."""
        self.task, self.since, self.at = task, time.monotonic(), (0, 0, "")
        assert self.process.stdin
        with suppress(BrokenPipeError):  # it died; `read` will not hear from it, `gone` will say so
            self.process.stdin.write(json.dumps({"do": task.do, "n": task.n, **more}).encode() + b"\n")

    def read(self) -> list[dict[str, Any]]:
        """What it said since last time; what it printed is taken in on the way."""
        self._take_output()
        while chunk := self._some(self.replies):
            self._heard += chunk
        *lines, rest = self._heard.split(b"\n")
        self._heard = bytearray(rest)
        messages = [json.loads(line) for line in lines]
        for message in messages:
            if "at" in message:
                self.at = tuple(message["at"])
        return messages

    @property
    def gone(self) -> bool:
        """Has the process ended?"""
        return self.process.poll() is not None

    @property
    def seconds(self) -> float:
        """Since its task was given."""
        return time.monotonic() - self.since

    def overrun(self) -> str:
        """Which limit of time or output it is over, for the user; empty if none."""
        if self.n_printed > MOST_OUTPUT:
            return f"It printed over {MOST_OUTPUT // 2**20} MB and was stopped."
        if self.task and self.task.do != "drive" and self.seconds > self.kind.unit_seconds:
            return f"One piece of work took over {self.kind.unit_seconds:g} seconds and was stopped."
        return ""

    def printed(self, last: bool = False) -> str:
        """What it printed since this was last asked, without secrets: whole lines, or all if it is the last time."""
        end = len(self._printed) if last or len(self._printed) == MOST_LOG else self._printed.rfind(b"\n") + 1
        text = redacted(self._printed[:end].decode(errors="replace"))
        del self._printed[:end]
        return text

    def ending(self) -> str:
        """How the process ended, for the user."""
        code = self.process.returncode or 0
        if code >= 0:
            return f"its process ended with status {code}"
        with suppress(ValueError):
            killed = signal.Signals(-code)
            return f"its process was ended by {killed.name}{_OF_SIGNAL.get(killed, '')}"
        return f"its process was ended by signal {-code}"

    def end(self) -> None:
        """Kill it and everything it started, and remove its temporary files."""
        self.process.end() if isinstance(self.process, ForkedProcess) else end(self.process)
        kill_marked(self.mark)
        self._take_output()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()
        os.close(self.replies)
        self.open.clear()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _take_output(self) -> None:
        chunk = self._some(self.output)
        self.n_printed += len(chunk)
        self._printed += chunk
        del self._printed[:-MOST_LOG]

    def _some(self, pipe: int) -> bytes:
        if pipe not in self.open:
            return b""
        try:
            chunk = os.read(pipe, _AT_ONCE)
        except BlockingIOError:
            return b""
        if not chunk:
            self.open.discard(pipe)
        return chunk
