"""A process for one untrusted tokenizer, seen from outside: start it, ask it, end it, and say why it died.

It is a plain `python -m core.tokenizers.isolation.server`, not `multiprocessing`: nothing is forked from a process full
of threads, Streamlit's main module is not imported again, no pickle is exchanged, and the environment can be emptied.
The kernel's parent-death signal is not used, because Linux sends it when the *thread* that started the child ends, and
a page's thread ends with every rerun; the child's own timers and the end of its standard input serve instead.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError
from core.common.places import ROOT
from core.tokenizers.isolation.wire import PREFIX, Garbled, Message, packed, unpacked

START_SECONDS = 30.0  # imports on a cold disk; nothing untrusted is touched in them
WALL_FACTOR = 2.0  # the machine may be busy with others
GRACE_SECONDS = 1.0  # how long after the child's own timer it is killed from here
ANSWER_BYTES = 256 * 2**20  # the most that is read of one answer
KEPT_OF_STDERR = 4096

_TIMERS = {signal.SIGALRM, signal.SIGPROF, signal.SIGXCPU} if hasattr(signal, "SIGALRM") else set()
_KINDS = {kind.__name__: kind for kind in (UnreadableFile, TooLarge, TookTooLong)}
_STAGES = {
    "open": "reading it",
    "segment": "the cutting of a text",
    "count": "counting the tokens of a text",
    "describe": "looking up tokens",
    "stages": "showing its stages",
    "explain": "explaining a piece",
}
_OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "out of memory", "Cannot allocate memory", "MemoryError")


class Died(Exception):
    """The process ended, or was ended, instead of answering."""


class Child:
    """A process that reads one tokenizer and answers for it; not thread-safe."""

    def __init__(self, memory_mb: int) -> None:
        self.memory_mb = memory_mb
        self._ready = self._closed = False
        self._stderr = b""
        self._stage = "starting"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "core.tokenizers.isolation.server", str(memory_mb)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            cwd="/",
            bufsize=0,
            start_new_session=True,  # Ctrl+C in the server's terminal is not the child's
        )
        assert self._process.stdin and self._process.stdout and self._process.stderr
        self._in, self._out, self._err = self._process.stdin, self._process.stdout, self._process.stderr
        os.set_blocking(self._in.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._selector.register(self._err, selectors.EVENT_READ)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, request: Message, seconds: float, wall: float = 0.0) -> Message:
        """The answer to a request that may take so much processor time, and so much wall time (0: `WALL_FACTOR` times).

        Raises:
            UserError: the tokenizer is to blame: its file, its time, its memory, a crash. The child may be dead.
            Garbled: the answer is nonsense. The child is dead.
        """
        self._await_start()
        self._stage = _STAGES.get(request.kind, request.kind)
        wall = wall or seconds * WALL_FACTOR
        deadline = time.monotonic() + wall + GRACE_SECONDS
        request.fields.update(seconds=seconds, wall=wall)
        try:
            self._send(packed(request), deadline)
            reply = self._receive(deadline, None)
        except Garbled:
            self.close()
            raise
        except Died as death:
            self.close()
            raise (
                self._over_time(wall, busy=True) if isinstance(death, _Late) else self._obituary(seconds, wall)
            ) from None
        if reply.kind == "error":
            raise self._reported(reply)
        return reply

    def _await_start(self) -> None:
        if self._ready:
            return
        try:
            self._receive(time.monotonic() + START_SECONDS, "ready")
        except (Died, Garbled):
            self.close()
            said = self._stderr.decode("utf-8", "replace")
            raise RuntimeError(f"core.tokenizers.isolation.server does not start: {said}") from None
        self._ready = True

    def close(self) -> None:
        """End it at once; safe to call again, and from any thread."""
        if self._closed:
            return
        self._closed = True
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._stderr = (self._stderr + _rest(self._err.fileno()))[-KEPT_OF_STDERR:]
        for pipe in (self._in, self._out, self._err):
            with suppress(OSError, ValueError):
                pipe.close()
        self._selector.close()

    def _send(self, data: bytes, deadline: float) -> None:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._in.fileno(), rest) :]
            except BlockingIOError:
                self._selector.register(self._in, selectors.EVENT_WRITE)
                self._wait(deadline)
                self._selector.unregister(self._in)
            except (BrokenPipeError, ValueError, OSError):
                raise Died from None

    def _receive(self, deadline: float, wanted: str | None) -> Message:
        while True:
            head, body = PREFIX.unpack(self._read(PREFIX.size, deadline))
            if head + body > ANSWER_BYTES:
                raise Garbled(f"an answer of {(head + body) / 2**20:,.0f} MB")
            message = unpacked(self._read(head, deadline), self._read(body, deadline))
            if message.kind == "stage":
                self._stage = str(message.fields.get("text", ""))[:100]
            elif wanted is None or message.kind == wanted:
                return message

    def _read(self, n: int, deadline: float) -> bytes:
        parts = []
        while n:
            if self._out not in self._wait(deadline):
                continue
            part = os.read(self._out.fileno(), min(n, 2**20))
            if not part:
                raise Died
            parts.append(part)
            n -= len(part)
        return b"".join(parts)

    def _wait(self, deadline: float) -> list[object]:
        """The pipes that are ready; meanwhile keeps the end of standard error and watches time and memory."""
        left = deadline - time.monotonic()
        if left <= 0:
            self._process.kill()
            raise _Late
        ready: list[object] = [key.fileobj for key, _ in self._selector.select(min(left, 0.25))]
        if self._err in ready:
            said = os.read(self._err.fileno(), 65536)
            self._stderr = (self._stderr + said)[-KEPT_OF_STDERR:]
            if not said:
                self._selector.unregister(self._err)
        if not ready and sys.platform == "darwin" and resident_mb(self.pid) > self.memory_mb:
            self._stderr += b"out of memory"
            self._process.kill()
        return ready

    def _reported(self, reply: Message) -> UserError:
        """The child's own account of what went wrong."""
        kind, text = str(reply.fields.get("class")), _one_line(str(reply.fields.get("text")))
        if kind == "MemoryError":
            return self._over_memory()
        if not kind:
            return UnreadableFile(
                f"The tokenizer cannot be used: while {self._stage} its reader failed with {text}. "
                "The file is damaged, or of a kind not known here."
            )
        trial = f"Tried out by {self._stage}: " if self._stage.startswith("cutting ") else ""
        return _KINDS.get(kind, UserError)(trial + text)

    def _obituary(self, seconds: float, wall: float) -> UserError:
        """Why a dead child died, for the person at the screen."""
        code = self._process.returncode
        said = self._stderr.decode("utf-8", "replace")
        if any(words in said for words in _OUT_OF_MEMORY):
            return self._over_memory()
        if code is not None and -code in _TIMERS:
            busy = -code == signal.SIGALRM  # ended by the clock on the wall
            return self._over_time(wall if busy else seconds, busy)
        if code is not None and code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
            return UnreadableFile(
                f"The tokenizer cannot be used: its reader crashed on this file ({name}) while {self._stage}. "
                "The file is damaged or made to crash its reader; nothing else was affected."
            )
        last = _one_line(said.strip().rpartition("\n")[2])
        return UnreadableFile(
            f"The tokenizer cannot be used: its process ended (status {code}) while {self._stage}. {last}".strip()
        )

    def _over_memory(self) -> UserError:
        return TookTooLong(
            f"The tokenizer cannot be used: {self._stage} needs more than {self.memory_mb:,} MB of memory. "
            "The file is damaged or claims more entries than it has; TOKEN_ATLAS_CHILD_MB raises the limit."
        )

    def _over_time(self, seconds: float, busy: bool) -> UserError:
        why = (
            "This machine may be busy: try again, or raise TOKEN_ATLAS_CHILD_SECONDS. If it happens again, look at"
            if busy
            else "TOKEN_ATLAS_CHILD_SECONDS raises the limit; but look first at"
        )
        return TookTooLong(
            f"The tokenizer takes too long: {self._stage} was ended after {seconds:.3g} s. "
            f"{why} its pre-tokenizer's pattern, which may backtrack without end, and at the length of the text."
        )


class _Late(Died):
    """The deadline passed and the child's own timer had not ended it."""


def resident_mb(pid: int) -> float:
    """Memory that a process holds, in MB, as `ps` says; 0 if it is gone. For macOS, which does not limit it."""
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return int(said) / 1024 if said.strip().isdigit() else 0.0


def _environment() -> dict[str, str]:
    """What the child needs to import, and nothing that this process knows."""
    return {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *(str(Path(p).resolve()) for p in sys.path if p)]),
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "HOME": "/nonexistent",
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "RAYON_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # or glibc reserves 64 MB of address space per thread
        "RUST_BACKTRACE": "0",
    }


def _rest(handle: int) -> bytes:
    os.set_blocking(handle, False)
    try:
        return os.read(handle, 65536)
    except BlockingIOError:
        return b""


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:1000])
