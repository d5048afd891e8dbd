"""Work that breaks a limit or fails, in the way that `how` says."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np

from core.common.errors import UserError
from core.jobs.job import Context, JobKind, Output, Parts, Unit


def units(context: Context) -> list[Unit]:
    return [Unit("only", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    HOW[context.params["how"]]()
    return Output({"nothing": np.zeros(1)})


def allocate() -> None:
    kept = []
    while True:
        kept.append(bytearray(os.urandom(1)) * 2**24)


def allocate_in_forks() -> None:
    for _ in range(8):
        if os.fork() == 0:
            kept = bytearray(120 * 2**20)
            kept[::4096] = b"1" * len(kept[::4096])
            time.sleep(600)
    time.sleep(600)


def allocate_shared() -> None:
    import mmap

    kept = mmap.mmap(-1, 4 * 2**30)
    for at in range(0, len(kept), 4096):
        kept[at] = 1


def hang_in_native_code() -> None:
    print("hangs", flush=True)
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP})
    re.match(r"(a+)+$", "a" * 60 + "!")  # holds the GIL for longer than anybody lives


def fork() -> None:
    """Forks that ignore signals, leave the group, or start a program."""
    for leave in (False, True):
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            if leave:
                os.setsid()
                if os.fork():
                    os._exit(0)
            time.sleep(600)
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    time.sleep(600)


def fork_bomb() -> None:
    while True:
        if os.fork() == 0:
            time.sleep(600)
        time.sleep(0.001)


def print_a_gigabyte() -> None:
    line = b"x" * 2**20
    for _ in range(1024):
        os.write(1, line)


def close_output() -> None:
    os.close(1)
    os.close(2)
    time.sleep(1)


def crash() -> None:
    print("about to crash", flush=True)
    ctypes.string_at(0)


def fail() -> None:
    raise UserError("The text is empty. Write something.")


def bug() -> None:
    raise ValueError("no such thing")


def tell_secret() -> None:
    print(f"token {os.environ['HF_TOKEN']}", flush=True)
    raise UserError(f"The Hub refused {os.environ['HF_TOKEN']}.")


HOW = {
    each.__name__: each
    for each in (
        allocate,
        allocate_in_forks,
        allocate_shared,
        hang_in_native_code,
        fork,
        fork_bomb,
        print_a_gigabyte,
        close_output,
        crash,
        fail,
        bug,
        tell_secret,
    )
}


def combine(parts: Parts, context: Context) -> Output:
    return next(parts)[1]


JOB = JobKind(
    key="misbehave",
    label="Misbehave",
    units=units,
    run_unit=run_unit,
    combine=combine,
    secrets=lambda params: params["how"] == "tell_secret",
    memory_mb=400,
    unit_seconds=600,
)
