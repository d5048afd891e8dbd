"""A process of which others are copies; `fork_server` starts it and asks for them.

It imports what copies need before the first that needs it, which takes seconds, and computes nothing. A copy begins in
a tenth of a second, and shares the memory of what was imported. The process has one thread, of which nothing can be
half done when it is copied; if a library starts another as it is imported, it says so and ends.
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
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import psutil

from core.common.errors import is_failure
from core.common.garbage import all_stays, collect_rarely
from core.common.sandbox.limits import die_with_parent
from core.common.sandbox.marked_processes import mark_copy

_MOST_ASKED = 2**16  # bytes of a request
_UNMARKED = 117  # status of a copy that could not be given its mark


class Copying:
    """Takes requests and says what became of them.

    Args:
        channel: number of the open file over which it is spoken to.
        parent: id of the process that speaks to it, with which it ends.
        prepare: imports what a request names.
        become: what a copy does, given the open file of its replies, the id of this process and its folder.
    """

    def __init__(
        self, channel: int, parent: int, prepare: Callable[[str], None], become: Callable[[int, int, Path], None]
    ) -> None:
        die_with_parent(parent)
        collect_rarely()
        os.set_inheritable(channel, False)
        self._channel = socket.socket(fileno=channel)
        self._import, self._main = prepare, become
        self._prepared = set[str]()
        self._numbers = dict[int, int]()  # of copies, by process id
        self._woken, wakes = os.pipe()
        self._own = (channel, self._woken, wakes)  # open files that copies close
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
        self._prepare(request["needs"])
        if psutil.Process().num_threads() > 1:
            self._give_up("a library started a thread")
        parent, pid = os.getpid(), os.fork()
        if not pid:
            self._become(request, files, parent)
        self._numbers[pid] = request["n"]
        for file in files:
            os.close(file)
        self._say({"n": request["n"], "pid": pid})
        return True

    def _prepare(self, needs: str) -> None:
        """Import this; what cannot be imported, the copy says."""
        if needs in self._prepared:
            return
        self._prepared.add(needs)
        try:
            with all_stays():
                self._import(needs)
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
        sys.exit(f"This process cannot be copied: {why}.")

    def _say(self, message: Mapping[str, Any]) -> None:
        with suppress(BrokenPipeError):  # `serve` will see it
            self._channel.send(json.dumps(message).encode())

    def _become(self, request: Mapping[str, Any], files: Sequence[int], parent: int) -> NoReturn:
        """Be a copy."""
        code = 1
        try:
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
            self._main(replies, parent, scratch)
            code = 0
        except BaseException:
            with suppress(BaseException):
                traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(BaseException):
                    stream.flush()
            os._exit(code)
