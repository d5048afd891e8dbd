"""How a process is started: a module of this code by a plain `python -m`, with an environment that was chosen for it.

It is not `multiprocessing`: nothing is forked from a process full of threads, Streamlit's main module is not imported
again, no pickle is exchanged, and the environment can be emptied. The one process that is forked, for each job, was
started here for that and has one thread (`fork_server`).
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

from core.common.data_folders import ROOT
from core.common.errors import UserError, shown
from core.common.redact import harmless_environment

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")
_BRIEF = {"RUST_BACKTRACE": "0"}  # the end of what it says tells why it ended, and a backtrace would push that out
ONE_THREAD: Mapping[str, str] = dict.fromkeys(_THREADS, "1")  # for libraries that would take all processors


def bare_environment() -> dict[str, str]:
    """What a process needs to import this code, and nothing that this process knows."""
    return {
        "PYTHONPATH": _all_of_this_path(),
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "MALLOC_ARENA_MAX": "2",  # or glibc reserves 64 MB of address space per thread
        **_BRIEF,
        **ONE_THREAD,
    }


def environment_without_secrets() -> dict[str, str]:
    """This process's environment but for its secrets, with what is needed to import this code.

    >>> "HF_TOKEN" in environment_without_secrets()
    False
    """
    return {**harmless_environment(), "PYTHONPATH": _all_of_this_path(), **_BRIEF}


def whole_environment() -> dict[str, str]:
    """This process's environment, secrets included, for code of ours that uses them."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, **_BRIEF}


def start(
    module: str,
    *arguments: str,
    environment: Mapping[str, str],
    apart: bool = True,
    folder: str | None = None,
    stdin: int = subprocess.PIPE,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
    pass_fds: Sequence[int] = (),
) -> "subprocess.Popen[bytes]":
    """A process that runs a module as its main one, with this environment and nothing of the parent's.

    It leads a session, so that Ctrl+C in a server's terminal is not its own and its group can be ended with it.

    Args:
        apart: imports nothing from the working folder or the user's site-packages.
        folder: its working folder; None for the parent's.
        pass_fds: what it inherits of open files, beyond the three.

    Raises:
        UserError: an argument, which somebody may have typed, holds a NUL, which no process can be given.
    """
    if nul := next((each for each in arguments if "\0" in each), ""):
        raise UserError(f"{shown(nul)} holds the byte 0x00, which no name can. Take it out.")
    flags = ("-P", "-s") if apart else ()
    return subprocess.Popen(
        [sys.executable, *flags, "-m", module, *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        env=environment,
        cwd=folder,
        bufsize=0,
        start_new_session=True,
    )


def become(module: str, *arguments: str) -> NoReturn:
    """Go on as a module of a library, in this process's place, with all that this process has."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-P", "-m", module, *arguments])


def _all_of_this_path() -> str:
    """PYTHONPATH for a process that finds every module that this one finds."""
    return os.pathsep.join([str(ROOT), *(str(Path(entry).resolve()) for entry in sys.path if entry)])
