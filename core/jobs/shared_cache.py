"""What the sessions of a server share in memory: loaded once, bounded by bytes, least recently used goes first.

    tokenizer = shared().get(("tokenizer", spec), lambda: open_tokenizer(spec))

Sizes are those of `core.jobs.footprint`. Since an estimate may be wrong, the budget is kept by measurement too: what
the server and its tokenizers' processes really hold, beyond what is entered here, is taken off the ceiling.
"""

import sys
import threading
import time
import weakref
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import TypeVar, cast

from core.common.memory import give_back, resident_bytes
from core.common.settings import settings
from core.jobs.footprint import footprint
from core.tokenizers.isolation import pool

Value = TypeVar("Value")
Key = tuple[Hashable, ...]  # the kind, such as "tokenizer", then what tells one of them from another

LEAST_SHARE = 0.25  # of the ceiling, which the cache may take however much the rest of the server takes
CHECK_EVERY = 0.5  # seconds between two looks at what the processes really take
_WORTH_GIVING_BACK = 16 * 2**20


@dataclass(eq=False)
class _Entry:
    value: object
    n_bytes: int


@dataclass(eq=False)
class _Loading:
    done: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None


class SharedCache:
    """Values by key, bounded by bytes; thread-safe.

    Whoever got a value may use it as long as they hold it, also after it has left the cache: it counts as held until
    the last one lets go.

    >>> cache = SharedCache(lambda: 1000, lambda: 0)
    >>> cache.get(("text", 1), lambda: "a" * 600), cache.get(("text", 2), lambda: "b" * 600) and cache.held < 1000
    ('aaa...
    """

    def __init__(self, ceiling: Callable[[], int], measured: Callable[[], int]) -> None:
        """Args: ceiling: bytes that the server may take; measured: bytes that it takes now, 0 if unknown."""
        self._ceiling, self._measured = ceiling, measured
        self._lock = threading.RLock()  # a value's end is noted by whichever thread lets go of it, this one included
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._n: Counter[Hashable] = Counter()  # entries of each kind
        self._loading: dict[Key, _Loading] = {}
        self._entered = self._lingering = 0  # bytes of the entries, and of what has left but is in use
        self._checked = (float("-inf"), 0)  # when the budget was last made out, and what it was

    def get(
        self, key: Key, load: Callable[[], Value], size: Callable[[Value], int] = footprint, most: int | None = None
    ) -> Value:
        """The value of this key, loaded now if it is not here; whoever asks meanwhile waits for the same load.

        Args:
            size: its bytes; asked again later if the value has an attribute `held_bytes`.
            most: values of this key's kind to keep, for those that are small, many and soon stale.

        Raises:
            Exception: what `load` raises, for everybody who waited; the next one tries again.
        """
        while True:
            with self._lock:
                entry = self._entries.get(key)
                if entry is not None:
                    self._entries.move_to_end(key)
                    return cast(Value, entry.value)
                loading = self._loading.get(key)
                if leads := loading is None:
                    loading = self._loading[key] = _Loading()
            assert loading
            if leads:
                return self._loaded(key, loading, load, size, most)
            loading.done.wait()
            if isinstance(loading.error, Exception):
                raise loading.error
            # Loaded: take it from its entry. Or the one that loaded it was called off: then this one loads it.

    @property
    def held(self) -> int:
        """Bytes of everything here, and of what has left but is still in use."""
        with self._lock:
            for entry in self._entries.values():
                if isinstance(held := getattr(entry.value, "held_bytes", None), int):
                    self._entered += held - entry.n_bytes
                    entry.n_bytes = held
            return self._entered + self._lingering

    @property
    def ceiling(self) -> int:
        """Bytes that the server with all this may take."""
        return self._ceiling()

    @property
    def measured(self) -> int:
        """Bytes that the server takes now, as the system says; 0 if it does not."""
        return self._measured()

    @property
    def budget(self) -> int:
        """Bytes that may be held here: the ceiling, less what the rest of the server takes."""
        ceiling = self._ceiling()
        return max(int(ceiling * LEAST_SHARE), ceiling - max(0, self._measured() - self.held))

    def counts(self) -> dict[str, int]:
        """How many values of each kind are here."""
        with self._lock:
            return {str(kind): n for kind, n in self._n.items() if n}

    def _make_room(self, keep: Key) -> None:
        """Let go of what was not used for longest, until the rest fits; not of `keep`."""
        freed = 0
        gone: list[_Entry] = []
        with self._lock:
            when, budget = self._checked
            if time.monotonic() - when >= CHECK_EVERY:
                budget = self.budget
                self._checked = time.monotonic(), budget
            over = self._entered + self._lingering - budget
            while freed < over and (key := next((key for key in self._entries if key != keep), None)) is not None:
                freed += self._entries[key].n_bytes
                gone.append(self._taken_out(key))
        gone.clear()  # outside the lock: what ends with its last user, such as a process, may take a while
        if freed >= _WORTH_GIVING_BACK:
            give_back()

    def _loaded(
        self,
        key: Key,
        loading: _Loading,
        load: Callable[[], Value],
        size: Callable[[Value], int],
        most: int | None,
    ) -> Value:
        try:
            value = load()
            n_bytes = size(value) + sum(sys.getsizeof(part) for part in key)  # a key may hold a whole text
            with self._lock:
                self._entries[key] = _Entry(value, n_bytes)
                self._n[key[0]] += 1
                self._entered += n_bytes
        except BaseException as error:  # Streamlit calls a run off by raising what is no Exception
            loading.error = error
            raise
        finally:
            with self._lock:
                del self._loading[key]
            loading.done.set()
        if most is not None:
            self._keep_newest(key[0], most)
        self._make_room(keep=key)
        return value

    def _keep_newest(self, kind: Hashable, most: int) -> None:
        with self._lock:
            oldest = islice((key for key in self._entries if key[0] == kind), max(0, self._n[kind] - most))
            gone = [self._taken_out(key) for key in list(oldest)]
        gone.clear()  # outside the lock

    def _taken_out(self, key: Key) -> _Entry:
        """The entry, which is no longer here; the caller holds the lock."""
        entry = self._entries.pop(key)
        self._n[key[0]] -= 1
        self._entered -= entry.n_bytes
        try:
            weakref.finalize(entry.value, self._gone, entry.n_bytes).atexit = False
            self._lingering += entry.n_bytes
        except TypeError:  # a str or a tuple: nobody can say when it goes
            pass
        return entry

    def _gone(self, n_bytes: int) -> None:
        with self._lock:
            self._lingering -= n_bytes


@cache
def shared() -> SharedCache:
    """The cache of this process, under the ceiling of `core.common.settings`."""
    return SharedCache(lambda: settings().memory_mb * 2**20, lambda: resident_bytes() + pool.resident())
