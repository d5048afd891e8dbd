"""How a process is spoken to: every read has a deadline and a length, and what it prints is no answer."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from core.common.memory import resident_bytes

MOST_SAID = 4096  # bytes kept of the end of standard error
_CHUNK = 2**20


class ProcessEnded(Exception):
    """A process ended, or closed its output, instead of answering."""


class DeadlinePassed(Exception):
    """A process neither answered in time nor was ended by its own timers."""


class AnswerTooLong(Exception):
    """A process said more than it may."""


class Pipes:
    """The three pipes of a process, from its parent's side; not thread-safe.

    Args:
        memory_mb: the most that it may hold where the kernel does not limit it: there it is looked at while waiting.
        meanwhile: called four times a second while waiting; what it raises goes to whoever waits.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", memory_mb: int = 0, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        assert process.stdin and process.stdout and process.stderr
        self._process, self._memory_mb, self._meanwhile = process, memory_mb, meanwhile
        self._in, self._out, self._err = process.stdin, process.stdout, process.stderr
        self._err_open = True
        self.said = b""  # the end of what it wrote to standard error
        os.set_blocking(self._in.fileno(), False)

    def write(self, data: bytes, deadline: float) -> None:
        """Hand over all of the data by a time of `time.monotonic`.

        Raises:
            ProcessEnded: nobody reads any more.
            DeadlinePassed: it does not read.
        """
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._in.fileno(), rest) :]
            except BlockingIOError:
                self._wait(self._in.fileno(), select.POLLOUT, deadline)
            except (OSError, ValueError):
                raise ProcessEnded from None

    def finish(self) -> None:
        """Close its standard input: no more will be asked."""
        with suppress(OSError):
            self._in.close()

    def read(self, n: int, deadline: float) -> bytes:
        """Exactly `n` bytes of its standard output, by a time of `time.monotonic`.

        Raises:
            ProcessEnded: there are no more.
            DeadlinePassed: they do not come.
        """
        parts = []
        while n:
            part = self._some(n, deadline)
            if not part:
                raise ProcessEnded
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def read_to_end(self, most: int, deadline: float) -> bytes:
        """All of its standard output, if it closes it by then.

        Raises:
            AnswerTooLong: it is over `most` bytes.
            DeadlinePassed: it does not end.
        """
        parts, n = [], 0
        while part := self._some(_CHUNK, deadline):
            parts.append(part)
            n += len(part)
            if n > most:
                raise AnswerTooLong
        return b"".join(parts)

    def close(self) -> None:
        """Close all, keeping the last of what it said; the process has been ended before."""
        with suppress(OSError, ValueError):
            os.set_blocking(self._err.fileno(), False)
            self._hear(os.read(self._err.fileno(), 65536))
        for pipe in (self._in, self._out, self._err):
            with suppress(OSError, ValueError):
                pipe.close()

    def _some(self, n: int, deadline: float) -> bytes:
        try:
            while not self._wait(self._out.fileno(), select.POLLIN, deadline):
                pass
            return os.read(self._out.fileno(), min(n, _CHUNK))
        except (OSError, ValueError):
            raise ProcessEnded from None

    def _wait(self, pipe: int, event: int, deadline: float) -> bool:
        """Is the pipe ready? Waits a moment, hears standard error meanwhile, and watches time and memory."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeadlinePassed
        poll = select.poll()
        poll.register(pipe, event)
        if self._err_open:
            poll.register(self._err.fileno(), select.POLLIN)
        ready = {number for number, _ in poll.poll(min(left, 0.25) * 1000)}
        if self._err_open and self._err.fileno() in ready:
            said = os.read(self._err.fileno(), 65536)
            self._err_open = bool(said)
            self._hear(said)
        if not ready:
            self._look_at_memory()
            self._meanwhile()
        return pipe in ready

    def _hear(self, said: bytes) -> None:
        self.said = (self.said + said)[-MOST_SAID:]

    def _look_at_memory(self) -> None:
        if sys.platform == "darwin" and self._memory_mb and resident_bytes(self._process.pid) > self._memory_mb * 2**20:
            self._hear(b"out of memory")
            self._process.kill()


def private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Requests and replies of this process: its own standard input and output, moved aside.

    What a library prints goes to standard error from here on, and what it reads is nothing.
    """
    requests, replies = private_input(), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return requests, replies


def private_input() -> BinaryIO:
    """This process's standard input, moved aside so that nothing else reads it."""
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return requests
