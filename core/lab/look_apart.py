"""A plan is looked at in a process of its own, and this one holds the answer.

Looking opens the tokenizers and counts the texts that the plan names, and both may be anybody's: a normaliser may make
a million characters of one, a pattern may never end. One process is kept started, since its imports take seconds.
"""

import atexit
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.codec import Mismatch, from_json
from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError
from core.common.numbers import count
from core.common.sandbox.answer import Answer, asked
from core.common.sandbox.ending import end
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import environment_without_secrets, start, whole_environment
from core.common.settings import settings
from core.jobs.job import canonical
from core.lab.foreseen import Look
from core.lab.plan import Plan
from core.tokenizers.catalog import FETCHED
from core.tokenizers.isolation.wire import PREFIX, Garbled, Message, require, unpacked

SECONDS = 180.0  # of processor time, and on the wall; the largest vocabularies with FLORES-200 take 20 s
LIBRARIES_MB = 1024  # beside what a stranger's tokenizer may take: torch, models without weights, texts
AT_A_TIME = 2  # in one server; who comes later waits
WAIT_SECONDS = 120.0  # for a place
IDLE_SECONDS = 600.0  # a process that nobody asked so long ends
START_SECONDS = 60.0  # imports on a busy machine
ANSWER_BYTES = 2**28
_MODULE = "core.lab.look_process"
_KINDS = {kind.__name__: kind for kind in (UnreadableFile, TooLarge, TookTooLong)}
_OUT_OF_MEMORY = (b"memory allocation of", b"MemoryError", b"bad_alloc", b"out of memory", b"not enough memory")
_TIMERS = {signal.SIGALRM, signal.SIGPROF} if hasattr(signal, "SIGALRM") else set()
_DTYPES = {"|b1", "|u1", "<i2", "<i4", "<i8", "<u4", "<f4", "<f8"}
_PLACES = threading.BoundedSemaphore(AT_A_TIME)


def look_apart(plan: Plan) -> Look:
    """What a plan would do; no model runs, and nothing that it names is opened in this process.

    Raises:
        UserError: it cannot run, or looking at it takes more time or memory than it may; says why.
    """
    with _place():
        try:
            done = asked(
                _SPARE.take(_fetches(plan)),
                seconds=START_SECONDS + SECONDS,
                most_bytes=ANSWER_BYTES,
                question=canonical(plan.to_json()).encode(),
                memory_mb=memory_mb(),
            )
        except DeadlinePassed:
            raise _over_time() from None
        except AnswerTooLong:
            raise TooLarge(
                "The vocabularies of this plan are too large to be shown. Choose another tokenizer."
            ) from None
    if not done.output:
        raise _why_it_ended(done)
    try:
        return _look(done.output)
    except (Garbled, Mismatch) as error:
        raise UnreadableFile(
            f"The process that looked at this plan answered nonsense ({error}). A file that it opens is damaged; "
            "choose another."
        ) from None


def memory_mb() -> int:
    """Of its own that a process may take, in megabytes."""
    return settings().child_mb + LIBRARIES_MB


def prepare() -> None:
    """Start a process now, for a question that is to come."""
    _SPARE.fill()


def _fetches(plan: Plan) -> bool:
    """Does it name what may have to be fetched, from the Hub with the owner's token or as a package?"""
    named = (plan.model, plan.tokenizer, plan.donor, plan.helper, plan.encoder, plan.hypernetwork)
    return any(spec.startswith(FETCHED) for spec in named)


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(timeout=WAIT_SECONDS):
        raise TookTooLong(f"This server looks at {AT_A_TIME} other plans and is not done. Try again in a minute.")
    try:
        yield
    finally:
        _PLACES.release()


class _Spare:
    """One process that is started and not asked yet; thread-safe.

    The kernel's parent-death signal is not used, which Linux sends when the *thread* that started it ends: it ends with
    its standard input, or by its timers.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._environment: dict[str, str] = {}

    def take(self, secrets: bool) -> "subprocess.Popen[bytes]":
        """A process to ask; one that gets this process's secrets is never kept."""
        if secrets:
            return start(_MODULE, environment=whole_environment())
        with self._lock:
            process = self._ready()
            self._process = None
            self._ready()
        return process

    def fill(self) -> None:
        """Start one, unless there is one."""
        with self._lock:
            self._ready()

    def close(self) -> None:
        """End it."""
        with self._lock:
            self._drop()

    def _ready(self) -> "subprocess.Popen[bytes]":
        environment = environment_without_secrets()
        if self._process is not None and (self._process.poll() is not None or self._environment != environment):
            self._drop()
        if self._process is None:
            self._process, self._environment = start(_MODULE, environment=environment), environment
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end(process)
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


_SPARE = _Spare()
atexit.register(_SPARE.close)


def _look(output: bytes) -> Look:
    """The look that was packed, or the error that was.

    Raises:
        Garbled, Mismatch: it is neither.
    """
    require(len(output) >= PREFIX.size, "its length")
    head, _ = PREFIX.unpack_from(output)
    message = unpacked(output[PREFIX.size : PREFIX.size + head], output[PREFIX.size + head :])
    if message.kind == "error":
        raise _KINDS.get(str(message.fields.get("class")), UserError)(str(message.fields.get("text"))[:2000])
    require(message.kind == "look" and len(message.blobs) > 0, "a look")
    return from_json(Look, message.blobs[0], _arrays(message))


def _arrays(message: Message) -> dict[str, NDArray[Any]]:
    columns = message.fields.get("arrays")
    require(isinstance(columns, list) and len(columns) == len(message.blobs) - 1, "an array per column")
    found: dict[str, NDArray[Any]] = {}
    for column, blob in zip(columns or [], message.blobs[1:], strict=True):
        require(
            isinstance(column, list) and len(column) == 2 and all(isinstance(each, str) for each in column), "names"
        )
        name, kind = column
        require(kind in _DTYPES and len(blob) % np.dtype(kind).itemsize == 0, "an array of numbers")
        found[name] = np.frombuffer(blob, kind)
    return found


def _over_time() -> UserError:
    return TookTooLong(
        f"This plan took over {SECONDS:g} seconds to look at. The pattern of a tokenizer may backtrack without end on "
        "these texts; choose another tokenizer, fewer languages or fewer sentences."
    )


def _why_it_ended(done: Answer) -> UserError:
    if any(words in done.said for words in _OUT_OF_MEMORY):
        return TookTooLong(
            f"This plan takes over {count(memory_mb())} MB of memory to look at. A tokenizer may make far more of "
            "these texts than they hold: choose another, or fewer sentences. TOKEN_ATLAS_CHILD_MB raises the limit."
        )
    if -done.status in _TIMERS:
        return _over_time()
    how = signal.Signals(-done.status).name if -done.status in set(signal.Signals) else f"status {done.status}"
    return UnreadableFile(
        f"This plan cannot be looked at: the process for it ended ({how}). A file that it names may be damaged or made "
        "to crash its reader; choose another."
    )
