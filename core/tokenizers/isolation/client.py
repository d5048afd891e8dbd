"""A process for one untrusted tokenizer, seen from outside: start it, ask it, end it, and say why it died.

The process is `core.tokenizers.isolation.server`, in a `core.common.sandbox`. The kernel's parent-death signal is not
used, because Linux sends it when the *thread* that started the process ends, and a page's thread ends with every rerun;
the process's own timers and the end of its standard input serve instead.
"""

import signal
import time

from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError
from core.common.numbers import THIN, count
from core.common.sandbox.ending import end
from core.common.sandbox.interest import still_wanted
from core.common.sandbox.pipes import DeadlinePassed, Pipes, ProcessEnded
from core.common.sandbox.start import bare_environment, start
from core.tokenizers.isolation.wire import PREFIX, Garbled, Message, packed, unpacked

START_SECONDS = 30.0  # imports on a cold disk; nothing untrusted is touched in them
GRACE_SECONDS = 1.0  # how long after the process's own timer it is killed from here
PATIENCE_SECONDS = 2.0  # after which an answer that nobody waits for any more is called off; most come at once
ANSWER_BYTES = 256 * 2**20  # the most that is read of one answer
FREE_BYTES, BYTES_PER_BYTE = 2**24, 2_048  # of an answer about a text; `amplification` says sooner what is too much

_TIMERS = {signal.SIGALRM, signal.SIGPROF, signal.SIGXCPU} if hasattr(signal, "SIGALRM") else set()
_KINDS = {kind.__name__: kind for kind in (UnreadableFile, TooLarge, TookTooLong)}
_STAGES = {
    "open": "reading it",
    "segment": "the cutting of a text",
    "count": "counting the tokens of a text",
    "describe": "looking up tokens",
    "merges": "listing merges",
    "decode": "reading ids",
    "find": "looking for tokens",
    "stages": "showing its stages",
    "explain": "explaining a piece",
}
_OUT_OF_MEMORY = ("memory allocation of", "bad_alloc", "out of memory", "Cannot allocate memory", "MemoryError")


class TokenizerProcess:
    """A process that reads one tokenizer and answers for it; not thread-safe."""

    def __init__(self, memory_mb: int) -> None:
        self.memory_mb = memory_mb
        self._ready = self._closed = False
        self._stage = "starting"
        self._process = start(
            "core.tokenizers.isolation.server", str(memory_mb), environment=bare_environment(), folder="/"
        )
        self._pipes = Pipes(self._process, memory_mb, self._look_for_interest)
        self._patient_until = 0.0

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def ask(self, request: Message, seconds: float, wall: float) -> Message:
        """The answer to a request that may take so much processor time, and so much wall time.

        Raises:
            UserError: the tokenizer is to blame: its file, its time, its memory, a crash. The process may have ended.
            Garbled: the answer is nonsense. The process has ended.
            BaseException: whatever calls the question off (`core.common.sandbox.interest`). The process has ended.
        """
        self._await_start()
        self._patient_until = time.monotonic() + PATIENCE_SECONDS
        self._stage = _STAGES.get(request.kind, request.kind)
        deadline = time.monotonic() + wall + GRACE_SECONDS
        request.fields.update(seconds=seconds, wall=wall)
        try:
            self._pipes.write(packed(request), deadline)
            reply = self._receive(deadline, None, _most_bytes(request))
        except DeadlinePassed:
            self.close()
            raise self._over_time(wall, busy=True) from None
        except ProcessEnded:
            self.close()
            raise self._why_it_ended(seconds, wall) from None
        except BaseException:
            self.close()
            raise
        if reply.kind == "error":
            raise self._reported(reply)
        return reply

    def _await_start(self) -> None:
        if self._ready:
            return
        try:
            self._receive(time.monotonic() + START_SECONDS, "ready")
        except (ProcessEnded, DeadlinePassed, Garbled):
            self.close()
            raise RuntimeError(f"core.tokenizers.isolation.server does not start: {self._said}") from None
        self._ready = True

    def _look_for_interest(self) -> None:
        if self._ready and time.monotonic() > self._patient_until:
            still_wanted()

    def close(self) -> None:
        """End it at once; safe to call again, and from any thread."""
        if self._closed:
            return
        self._closed = True
        end(self._process)
        self._pipes.close()

    @property
    def _said(self) -> str:
        """The end of what it said on standard error."""
        return self._pipes.said.decode("utf-8", "replace")

    def _receive(self, deadline: float, wanted: str | None, most: int = ANSWER_BYTES) -> Message:
        while True:
            head, body = PREFIX.unpack(self._pipes.read(PREFIX.size, deadline))
            if head + body > most:
                raise Garbled(f"an answer of {count((head + body) / 2**20)} MB")
            message = unpacked(self._pipes.read(head, deadline), self._pipes.read(body, deadline))
            if message.kind == "stage":
                self._stage = str(message.fields.get("text", ""))[:100]
            elif wanted is None or message.kind == wanted:
                return message

    def _reported(self, reply: Message) -> UserError:
        """The process's own account of what went wrong."""
        kind, text = str(reply.fields.get("class")), _one_line(str(reply.fields.get("text")))
        if kind == "MemoryError":
            return self._over_memory()
        if not kind:
            return UnreadableFile(
                f"The tokenizer cannot be used: while {self._stage} its reader failed with {text}. "
                "The file is damaged, or of a kind not known here."
            )
        tried = f"Tried out by {self._stage}: " if self._stage.startswith("cutting ") else ""
        return _KINDS.get(kind, UserError)(tried + text)

    def _why_it_ended(self, seconds: float, wall: float) -> UserError:
        """Why a process that ended did, for the person at the screen."""
        code, said = self._process.returncode, self._said
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
        why = (
            "The file holds very many entries, claims more than it has, or is damaged"
            if self._stage == _STAGES["open"]
            else "Take a shorter text, or look at its normaliser, which may write far more than it reads"
        )
        return TookTooLong(
            f"The tokenizer cannot be used: {self._stage} needs more than {count(self.memory_mb)} MB of memory. "
            f"{why}; TOKEN_ATLAS_CHILD_MB raises the limit."
        )

    def _over_time(self, seconds: float, busy: bool) -> UserError:
        measured = f"{seconds:.3g} s" if busy else f"{seconds:.3g} s of processor time"
        why = (
            "This machine may be busy: try again, or raise TOKEN_ATLAS_CHILD_SECONDS. If it happens again, look at"
            if busy
            else "TOKEN_ATLAS_CHILD_SECONDS raises the limit; but look first at"
        )
        what = (
            "how many entries the file claims to have"
            if self._stage == _STAGES["open"]
            else "its normaliser, its pattern, which may backtrack without end, and the length of the text"
        )
        return TookTooLong(f"The tokenizer takes too long: {self._stage} was ended after {measured}. {why} {what}.")


def _most_bytes(request: Message) -> int:
    """The most that is read of the answer to a request: in proportion to a text, where it is about one."""
    if request.kind in {"open", "describe", "merges"}:
        return ANSWER_BYTES
    return min(ANSWER_BYTES, FREE_BYTES + BYTES_PER_BYTE * sum(map(len, request.blobs)))


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() or c == THIN else c.encode("unicode_escape").decode() for c in text[:1000])
