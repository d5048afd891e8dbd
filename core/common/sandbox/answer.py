"""One question to a process of its own: started, asked, heard within bounds, and ended whatever happens.

It also ends when nobody waits for it any more (`interest`).
"""

import os
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from core.common.sandbox.ending import end
from core.common.sandbox.interest import still_wanted
from core.common.sandbox.pipes import DeadlinePassed, Pipes, ProcessEnded
from core.common.sandbox.start import start


@dataclass(frozen=True)
class Answer:
    """What a process wrote, the end of what it said on standard error, and its exit status, -n for signal n."""

    output: bytes
    said: bytes
    status: int


def answer(
    module: str,
    *arguments: str,
    environment: Mapping[str, str],
    seconds: float,
    most_bytes: int,
    question: bytes = b"",
    folder: str | None = None,
    memory_mb: int = 0,
) -> Answer:
    """What a module answers to a question on its standard input; its first argument is the id to die with.

    Args:
        seconds: on the wall, from the start.
        most_bytes: of the answer.
        folder: its working folder; None for this one.
        memory_mb: watched where the kernel does not limit it.

    Raises:
        DeadlinePassed: it did not end in time.
        AnswerTooLong: it wrote more.
    """
    process = start(module, str(os.getpid()), *arguments, environment=environment, folder=folder)
    return asked(process, seconds=seconds, most_bytes=most_bytes, question=question, memory_mb=memory_mb)


def asked(
    process: "subprocess.Popen[bytes]", *, seconds: float, most_bytes: int, question: bytes = b"", memory_mb: int = 0
) -> Answer:
    """The same from a process that was started before, which is ended; the seconds count from here.

    Raises:
        DeadlinePassed, AnswerTooLong: as `answer`.
    """
    deadline = time.monotonic() + seconds
    pipes = Pipes(process, memory_mb, still_wanted)
    try:
        with suppress(ProcessEnded):
            pipes.write(question, deadline)
        pipes.finish()
        output = _heard(pipes, most_bytes, deadline)
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise DeadlinePassed from None
    finally:
        end(process)
        pipes.close()
    return Answer(output, pipes.said, process.returncode)


def _heard(pipes: Pipes, most_bytes: int, deadline: float) -> bytes:
    try:
        return pipes.read_to_end(most_bytes, deadline)
    except ProcessEnded:
        return b""
