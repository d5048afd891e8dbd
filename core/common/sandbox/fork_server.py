"""Processes that are copies of one that has imported what they need, from their parent's side.

Importing the libraries of models takes three seconds of a processor, which each process would spend anew. What the one
was started with, as its environment, holds for all its copies. Linux only.
"""

import json
import math
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from core.common.sandbox.ending import end
from core.common.sandbox.marked_processes import for_copies
from core.common.sandbox.start import start

_MOST_LOST = 2  # servers that ended of themselves, after which none is started any more
_MOST_SAID = 2**12  # bytes of a message
_MOMENT = 0.2  # seconds in which a server that is not busy says what became of a copy
_KILLED = -9  # as `subprocess.Popen` says it of one that SIGKILL ended


class ForkServer:
    """Started when a copy is first asked for; not thread-safe.

    Args:
        module: its main module, which serves by `copying.Copying`.
        environment: of all copies, but for their marks and folders.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._module, self._environment = module, for_copies(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._copies = dict[int, ForkedProcess]()  # those that run, by number
        self._n_asked = self._n_lost = 0

    @property
    def works(self) -> bool:
        """Whether copies can be made here."""
        return sys.platform == "linux" and self._n_lost < _MOST_LOST

    def fork(self, needs: str, mark: str, scratch: Path, replies: int) -> "ForkedProcess":
        """A copy in a session of its own.

        Args:
            needs: what the server is to have imported before.
            mark: as in `marked_processes`.
            scratch: where its temporary files go.
            replies: an open file that it gets beside the standard ones.

        Raises:
            OSError: none can be started.
        """
        self.hear()  # it may have ended meanwhile
        channel = self._channel or self._begun()
        requests, to_it = os.pipe()
        of_it, output = os.pipe()
        self._n_asked += 1
        copy = ForkedProcess(self, self._n_asked, os.fdopen(to_it, "wb", 0), os.fdopen(of_it, "rb", 0))
        request = {"n": copy.n, "needs": needs, "mark": mark, "scratch": str(scratch)}
        try:
            socket.send_fds(channel, [json.dumps(request).encode()], [requests, output, replies])
        except OSError:
            copy.stdin.close()
            copy.stdout.close()
            self._lose()
            raise
        finally:
            os.close(requests)
            os.close(output)
        self._copies[copy.n] = copy
        return copy

    def forget(self, copy: "ForkedProcess") -> None:
        """End a copy that is not known to have begun."""
        self._copies.pop(copy.n, None)
        if self._channel:
            with suppress(OSError):
                self._channel.send(json.dumps({"forget": copy.n}).encode())

    def hear(self, wait: float = 0) -> None:
        """Take in what became of copies.

        Args:
            wait: seconds to wait for a first word of it.
        """
        while self._channel and select.select([self._channel], [], [], wait)[0]:
            wait = 0
            try:
                said = self._channel.recv(_MOST_SAID)
            except OSError:
                said = b""
            if said:
                self._hear(json.loads(said))
            else:
                self._lose()

    def _hear(self, message: Mapping[str, Any]) -> None:
        if "cannot" in message:
            self._n_lost = _MOST_LOST
            return
        copy = self._copies.get(message["n"])
        if copy is None:
            return  # forgotten
        if "pid" in message:
            copy.pid = message["pid"]
        else:
            copy.returncode = message["code"]
            del self._copies[copy.n]

    def _begun(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = start(
                    self._module,
                    str(theirs.fileno()),
                    str(os.getpid()),
                    environment=self._environment,
                    apart=False,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=sys.__stderr__.fileno() if sys.__stderr__ else subprocess.DEVNULL,
                    pass_fds=(theirs.fileno(),),
                )
        except BaseException:
            ours.close()
            raise
        self._channel = ours
        return ours

    def _lose(self) -> None:
        """It has ended; copies end with it, by the kernel."""
        if self._channel:
            self._channel.close()
        if self._process:
            end(self._process)
            self._n_lost += 1
        self._channel = self._process = None
        for copy in self._copies.values():
            copy.returncode = _KILLED
        self._copies.clear()


class ForkedProcess:
    """What `subprocess.Popen` is of a process that was started here.

    Args:
        n: its number among the copies of the server.
    """

    def __init__(self, server: ForkServer, n: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self._server, self.n = server, n
        self.stdin, self.stdout = stdin, stdout
        self.pid = 0  # until it has begun
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it runs or is not begun."""
        if self.returncode is None:
            self._server.hear()
        return self.returncode

    def wait(self) -> int:
        """How it ended, once it has; for killed, if its server imports meanwhile and does not say."""
        over_since = math.inf
        while self.poll() is None:
            self._server.hear(0.05)
            over_since = min(over_since, time.monotonic()) if self._is_over() else math.inf
            if self.returncode is None and time.monotonic() - over_since > _MOMENT:
                self.returncode = _KILLED
        assert self.returncode is not None
        return self.returncode

    def _is_over(self) -> bool:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        return True

    def end(self) -> None:
        """Kill it and what it has started; one that is not begun is killed as it begins."""
        if self.poll() is None and not self.pid:
            self._server.forget(self)
            self.returncode = _KILLED
        end(self)
