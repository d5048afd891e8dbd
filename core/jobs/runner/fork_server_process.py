"""The process of which jobs' processes are copies; started by `core.jobs.runner.fork_server`.

It imports what a kind of work needs before the first copy for that kind, which takes seconds, and computes nothing. A
copy begins in a tenth of a second, and shares the memory of what was imported. It has one thread, of which nothing can
be half done when it is copied; a library that starts another while it is imported ends it, and jobs get processes of
their own again.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psutil

from core.common.errors import is_failure
from core.common.garbage import all_stays, collect_rarely
from core.common.sandbox.limits import die_with_parent
from core.common.sandbox.marked_processes import mark_copy
from core.jobs.job import KINDS
from core.jobs.runner import job_process
from core.jobs.store.files import Json

_MOST_ASKED = 2**16  # bytes of a request
_UNMARKED = 117  # status of a copy that could not be given its mark


class _Copying:
    """Takes requests and says what became of them."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._prepared = set[str]()
        self._numbers = dict[int, int]()  # of copies, by process id
        self._woken, wakes = os.pipe()
        self._own = (channel.fileno(), self._woken, wakes)  # open files that copies close
        os.set_blocking(self._woken, False)
        os.set_blocking(wakes, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Until the parent closes its end."""
        while True:
            asked = self._channel.fileno()
            ready = select.select([asked, self._woken], [], [])[0]
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, 2**12)
                self._collect()
            if asked in ready and not self._heard():
                return

    def _heard(self) -> bool:
        """Take one request; False where there will be no more."""
        try:
            data, files, *_ = socket.recv_fds(self._channel, _MOST_ASKED, 3)
        except ConnectionResetError:  # it ended with something unread
            return False
        if not data:
            return False
        request = json.loads(data)
        if "forget" in request:
            for pid, n in self._numbers.items():
                if n == request["forget"]:
                    os.kill(pid, signal.SIGKILL)  # it was begun a moment ago, and is not collected yet
            return True
        self._prepare(request["kind"])
        if psutil.Process().num_threads() > 1:
            self._give_up("a library started a thread")
        pid = os.fork()
        if not pid:
            self._become(request, files)
        self._numbers[pid] = request["n"]
        for file in files:
            os.close(file)
        self._say({"n": request["n"], "pid": pid})
        return True

    def _prepare(self, kind: str) -> None:
        """Import what this kind of work needs; what cannot be imported, the copy says."""
        if kind in self._prepared:
            return
        self._prepared.add(kind)
        try:
            with all_stays():
                KINDS.get(kind).prepare()
        except BaseException as error:
            if not is_failure(error):
                raise
        gc.freeze()  # or a collection in a copy would write to all of it, and so copy it

    def _collect(self) -> None:
        """Say of each copy that has ended how it did."""
        for pid, n in list(self._numbers.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                if code == _UNMARKED:
                    self._give_up("none could be given its mark")
                del self._numbers[pid]
                self._say({"n": n, "code": code})

    def _give_up(self, why: str) -> NoReturn:
        """End for good: the parent starts no other."""
        self._say({"cannot": True})
        sys.exit(f"Jobs' processes are not copied here: {why}.")

    def _say(self, message: Json) -> None:
        with suppress(BrokenPipeError):  # `serve` will see it
            self._channel.send(json.dumps(message).encode())

    def _become(self, request: Mapping[str, Json], files: Sequence[int]) -> NoReturn:
        """Be the process of a job, in a copy."""
        code = 1
        try:
            parent = os.getppid()
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number in self._own:
                os.close(number)
            requests, output, replies = files
            for file, number in ((requests, 0), (output, 1), (output, 2)):
                os.dup2(file, number)
            os.close(requests)
            os.close(output)
            scratch = Path(request["scratch"])
            try:
                mark_copy(request["mark"])
            except OSError:
                os._exit(_UNMARKED)
            os.environ["TMPDIR"] = str(scratch)
            tempfile.tempdir = None
            job_process.main(replies, parent, scratch)
            code = 0
        except BaseException:
            with suppress(BaseException):
                traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(BaseException):
                    stream.flush()
            os._exit(code)


def main(channel: int, parent: int) -> None:
    """Serve on one end of a pair of sockets."""
    die_with_parent(parent)
    collect_rarely()
    os.set_inheritable(channel, False)
    _Copying(socket.socket(fileno=channel)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
