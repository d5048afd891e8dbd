"""What tests run in a sandbox: `python -m tests.sandbox_child PARENT WHAT …`."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after


def environment() -> None:
    print(json.dumps(dict(os.environ)))


def write_without_end() -> None:
    while True:
        print("x" * 2**16)


def sleep() -> None:
    time.sleep(60)


def close_output_and_stay() -> None:
    print("done", flush=True)
    os.close(1)
    time.sleep(60)


def leave_forks_behind(file: str) -> None:
    """Start a process that leaves the session, and note both ids."""
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    Path(file).write_text(f"{os.getpid()} {left.pid}")
    time.sleep(60)


def spin() -> None:
    end_after(0.2, 0)
    while True:
        pass


def hang() -> None:
    end_after(0, 0.2)
    time.sleep(60)


def crash() -> None:
    print("so far", flush=True)
    print("why it ended", file=sys.stderr, flush=True)
    os.abort()


def over_limits(file: str) -> None:
    """Say which limits hold."""
    ProcessLimits(address_mb=1000, writes=False, n_files=64).apply()
    print(json.dumps([_refused(lambda: bytearray(2 * 2**30)), _refused(lambda: Path(file).write_text("a"))]), end="")
    print(json.dumps(_refused(lambda: [os.dup(0) for _ in range(100)])))


def _refused(attempt: object) -> str:
    assert callable(attempt)
    try:
        attempt()
    except (MemoryError, OSError) as error:
        return type(error).__name__
    return ""


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    globals()[sys.argv[2]](*sys.argv[3:])
