"""Untrusted tokenizers, each in a process of its own with limits on time and memory.

`IsolatedTokenizer` stands in for a tokenizer that came from an upload or the Hub: its process reads the file, is tried
on texts that make bad ones show, and then answers every question. `vet` only looks whether a file can be trusted to be
read here, and remembers the files that passed.
"""

import atexit
import hashlib
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.common.codec import Mismatch, from_json, to_json
from core.common.errors import UnreadableFile, UserError
from core.common.memory import resident_bytes
from core.common.remembered import remember, remembered
from core.common.sandbox.turns import Turns
from core.common.settings import settings
from core.text.utf8 import utf8
from core.tokenizers.catalog import files_at
from core.tokenizers.format import MAX_FILE_BYTES, Files
from core.tokenizers.isolation import wire
from core.tokenizers.isolation.client import TokenizerProcess
from core.tokenizers.isolation.wire import Garbled, Message
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import PLAIN, Counts, Explanation, Info, Specials, Stage, TokenDetails, Tokenizer

MAX_ALIVE = 12  # processes; the one not used for longest makes room
IDLE_SECONDS = 600.0  # a process nobody asked for so long is ended; the next question starts it again
FREE_BYTES = 10_000  # text that the basic time limit covers
SECONDS_PER_BYTE = 20e-6  # more time for longer texts: 20 s per MB, twenty times what a slow tokenizer needs
HEAD_BYTES = 16 * 2**20
# Processor time beyond the setting. An entry takes bytes, so this scales with their number: to read and try out 250,000
# entries in 5 MB took 2 s, 100,000 in a GGUF of 4 MB 1.4 s, 262,000 in a tokenizer.json of 36 MB 2.8 s.
SECONDS_PER_FILE_BYTE = 1e-6
MOST_FILE_SECONDS = 30.0
Answer = TypeVar("Answer")
_TURNS = Turns("tokenizers")
_LIBRARIES = ("tokenizers", "sentencepiece", "tiktoken", "regex", "protobuf", "numpy")


class IsolatedTokenizer(Tokenizer):
    """A tokenizer in a process of its own, which is ended when it crashes, hangs or idles, and started again on demand.

    Args:
        spec: the spec string that it is known by.
        path: its file or folder.
        options: settings from the spec.
        label: its name on a page; empty keeps the source's.
        notes: facts to add to those that its source states.

    Raises:
        UserError: it cannot be read, or fails on the trial texts; says why.
    """

    def __init__(
        self,
        spec: str,
        path: Path,
        options: Mapping[str, str] | None = None,
        label: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.path, self.options = path, dict(options or {})
        self._supervisor = _Supervisor(spec, path, self.options)
        weakref.finalize(self, self._supervisor.close)
        info = self._supervisor.open()
        _POOL.add(self._supervisor)
        self.info = replace(info, spec=spec, label=label or info.label, notes=(*info.notes, *notes))

    def segment(self, text: str, specials: Specials = PLAIN) -> Segmentation:
        data = utf8(text)
        request = Message("segment", {"add": specials.add, "parse": specials.parse}, [data])
        return self._supervisor.ask(request, len(data), lambda reply: wire.message_to_segmentation(reply, data))

    def count(self, texts: Sequence[str]) -> Counts:
        n_bytes = sum(len(utf8(text)) for text in texts)
        request = Message("count", {}, wire.texts_to_blobs(texts))
        return self._supervisor.ask(request, n_bytes, lambda reply: wire.message_to_counts(reply, len(texts)))

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        n_bytes = sum(len(utf8(text)) for text in texts)
        request = Message("encode_many", {}, wire.texts_to_blobs(texts))
        return self._supervisor.ask(request, n_bytes, lambda reply: wire.message_to_encoded(reply, len(texts)))

    def describe(self, ids: Sequence[int]) -> list[TokenDetails]:
        wanted = [int(i) for i in ids]
        request = Message("describe", {"ids": wanted})
        return self._supervisor.ask(request, 8 * len(wanted), lambda reply: wire.message_to_details(reply, wanted))

    def merges(self) -> NDArray[np.int32]:
        size = self.info.n_vocabulary or 0
        return self._supervisor.ask(Message("merges"), 8 * size, lambda reply: wire.message_to_merges(reply, size))

    def decode(self, ids: Sequence[int]) -> bytes:
        wanted = wire.ids_to_blob(ids)
        return self._supervisor.ask(Message("decode", {}, [wanted]), len(wanted), wire.message_to_bytes)

    def find(self, wanted: str, most: int) -> list[TokenDetails]:
        request = Message("find", {"most": most}, [utf8(wanted)])
        return self._supervisor.ask(request, len(wanted), lambda reply: wire.message_to_found(reply, most))

    def stages(self, text: str) -> list[Stage]:
        data = utf8(text)
        request = Message("stages", {}, [data])
        return self._supervisor.ask(request, len(data), lambda reply: wire.message_to_value(reply, list[Stage]))

    def explain(self, piece: str) -> Explanation | None:
        data = utf8(piece)
        request = Message("explain", {}, [data])
        return self._supervisor.ask(request, len(data), _explanation)

    @property
    def held_bytes(self) -> int:
        """Memory that its process holds now; 0 while it has none."""
        return self._supervisor.held_bytes

    def close(self) -> None:
        """End its process now; the next question starts it again."""
        self._supervisor.close()


def vet(path: Path, options: Mapping[str, str] | None = None) -> Info:
    """Who the tokenizer in a file or folder is, if it can be read and used within the limits.

    It is read in a process of its own, unless the same content passed before with the same libraries.

    Raises:
        UserError: it cannot; says what is wrong.
    """
    files = files_at(f"file:{path}", path, dict(options or {}))
    record = _record(files, path)
    known = _passed_before(record)
    if known is not None:
        return replace(known, spec=files.spec)
    supervisor = _Supervisor(files.spec, path, dict(options or {}))
    try:
        info = supervisor.open()
    finally:
        supervisor.close()
    remember(to_json(_Vetted(_libraries(), info)).encode(), *record)
    return info


def resident() -> int:
    """Bytes that all these processes hold."""
    return _POOL.held_bytes


class _Supervisor:
    """The place of one tokenizer: its process while there is one, and how to start it again; thread-safe."""

    def __init__(self, spec: str, path: Path, options: dict[str, str]) -> None:
        self._request = Message("open", {"spec": spec, "path": str(path.absolute()), "options": options, "try": True})
        self._n_file_bytes = _size(path)
        self._process: TokenizerProcess | None = None
        self.lock = threading.RLock()
        self.last_used = time.monotonic()

    @property
    def held_bytes(self) -> int:
        """Memory of its process, 0 if there is none; the system says it, so an answer under way is not waited for."""
        process = self._process
        return resident_bytes(process.pid) if process is not None and process.alive else 0

    def open(self) -> Info:
        """Start the process and let it read the file; the first time it is also tried out."""
        with self.lock:
            extra = min(self._n_file_bytes * SECONDS_PER_FILE_BYTE, MOST_FILE_SECONDS)
            seconds = 0.8 * settings().child_seconds + extra  # what is left goes into starting and ending the process
            try:
                with _TURNS.turn():
                    self._process = _POOL.take()
                    reply = self._process.ask(self._request, seconds, _on_the_wall(seconds))
                info = wire.message_to_value(reply, Info)
            except Garbled as error:
                self.close()
                raise _nonsense(error) from None
            except BaseException:
                self.close()
                raise
            self._request.fields["try"] = False
            return info

    def ask(self, request: Message, n_bytes: int, read: Callable[[Message], Answer]) -> Answer:
        """The answer to a question about a text of so many bytes."""
        seconds = settings().child_seconds + max(0, n_bytes - FREE_BYTES) * SECONDS_PER_BYTE
        with self.lock:
            if self._process is None or not self._process.alive:
                self.close()
                self.open()
                _POOL.add(self)
            assert self._process is not None
            self.last_used = time.monotonic()
            try:
                answer = read(self._process.ask(request, seconds, _on_the_wall(seconds)))
            except Garbled as error:
                self.close()
                raise _nonsense(error) from None
            finally:
                self.last_used = time.monotonic()
        _POOL.make_room(self)
        return answer

    def close(self) -> None:
        """End the process if there is one."""
        with self.lock:
            process, self._process = self._process, None
            if process is not None:
                process.close()
            _POOL.remove(self)


class _Pool:
    """The supervisors whose process runs, and one process started ahead for the next."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._supervisors: dict[int, _Supervisor] = {}
        self._spare: TokenizerProcess | None = None
        self._spare_since = 0.0
        self._sweeper: threading.Thread | None = None

    @property
    def held_bytes(self) -> int:
        """Memory of all processes, the spare one included."""
        with self._lock:
            supervisors, spare = list(self._supervisors.values()), self._spare
        held = sum(supervisor.held_bytes for supervisor in supervisors)
        return held + (resident_bytes(spare.pid) if spare is not None else 0)

    def take(self) -> TokenizerProcess:
        """A process that has read nothing yet."""
        memory_mb = settings().child_mb
        with self._lock:
            spare, self._spare = self._spare, None
        if spare is not None:
            if spare.alive and spare.memory_mb == memory_mb:
                return spare
            spare.close()
        return TokenizerProcess(memory_mb)

    def add(self, supervisor: _Supervisor) -> None:
        """Note that a supervisor has a process; end those that are too many."""
        with self._lock:
            self._supervisors[id(supervisor)] = supervisor
            if self._spare is None:
                self._spare, self._spare_since = TokenizerProcess(settings().child_mb), time.monotonic()
            if self._sweeper is None:
                self._sweeper = threading.Thread(target=self._sweep, name="isolation-sweeper", daemon=True)
                self._sweeper.start()
        self.make_room(supervisor)

    def make_room(self, supervisor: _Supervisor) -> None:
        """End the processes that are too many, those not used for longest; never this one's, nor one that is asked.

        Whoever was asked makes room once it has answered, so that no more than the limit stay.
        """
        with self._lock:
            others = [other for other in self._supervisors.values() if other is not supervisor]
        others.sort(key=lambda other: other.last_used)
        for old in others[: max(0, len(others) + 1 - MAX_ALIVE)]:
            self._close_unless_busy(old)

    def remove(self, supervisor: _Supervisor) -> None:
        """Note that a supervisor has no process any more."""
        with self._lock:
            self._supervisors.pop(id(supervisor), None)

    def close(self) -> None:
        """End every process."""
        with self._lock:
            supervisors, spare = list(self._supervisors.values()), self._spare
            self._spare = None
        for supervisor in supervisors:
            supervisor.close()
        if spare is not None:
            spare.close()

    def _sweep(self) -> None:
        while True:
            time.sleep(min(30.0, IDLE_SECONDS / 4))
            long_ago = time.monotonic() - IDLE_SECONDS
            with self._lock:
                idle = [supervisor for supervisor in self._supervisors.values() if supervisor.last_used < long_ago]
                spare = self._spare if self._spare_since < long_ago and len(idle) == len(self._supervisors) else None
                if spare is not None:
                    self._spare = None
            for supervisor in idle:
                self._close_unless_busy(supervisor)
            if spare is not None:
                spare.close()

    @staticmethod
    def _close_unless_busy(supervisor: _Supervisor) -> None:
        if supervisor.lock.acquire(blocking=False):
            try:
                supervisor.close()
            finally:
                supervisor.lock.release()


_POOL = _Pool()
atexit.register(_POOL.close)


def _on_the_wall(seconds: float) -> float:
    """How long so much processor time may take on a machine that has others to serve; a process that waits ends too."""
    return 2 * seconds + 5 * settings().child_seconds


def _explanation(reply: Message) -> Explanation | None:
    return wire.message_to_value(reply, Explanation) if reply.blobs else None


def _nonsense(error: Garbled) -> UserError:
    return UnreadableFile(
        f"The process reading this tokenizer answered nonsense ({error}), so it was ended. The file is damaged."
    )


def _size(path: Path) -> int:
    """Bytes of the files to be read, the largest that a source reads whole at most."""
    if path.is_dir():
        sizes = (file.stat().st_size for file in files_at("", path, {}).paths.values())
        return min(sum(sizes), MAX_FILE_BYTES)
    return min(path.stat().st_size, MAX_FILE_BYTES) if path.is_file() else 0


def _record(files: Files, path: Path) -> tuple[str, str]:
    """Where the outcome of vetting these files is remembered."""
    digest = hashlib.sha256(repr((path.name, files.main, sorted(files.options.items()))).encode())
    for name, file in sorted(files.paths.items()):
        digest.update(name.encode("utf-8", "surrogateescape"))
        with suppress(OSError), file.open("rb") as content:
            if file.stat().st_size <= MAX_FILE_BYTES:
                digest.update(hashlib.file_digest(content, "sha256").digest())
            else:  # a model with its weights: its head and its date stand for it
                digest.update(content.read(HEAD_BYTES) + repr(file.stat()[6:9]).encode())
    return "vetted", f"{digest.hexdigest()[:32]}.json"


@dataclass(frozen=True)
class _Vetted:
    """What is remembered of files that passed, and with which libraries they did."""

    libraries: Mapping[str, str]
    info: Info


def _passed_before(record: tuple[str, str]) -> Info | None:
    try:
        kept = from_json(_Vetted, remembered(*record) or b"")
    except Mismatch:
        return None
    return kept.info if kept.libraries == _libraries() else None


@cache
def _libraries() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
