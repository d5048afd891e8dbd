"""What the sessions of a server share in memory: loaded once, bounded by bytes, least recently used goes first.

    tokenizer = shared().get(("tokenizer", spec), lambda: open_tokenizer(spec))
    with shared().lent(("model", name), load, close=unload) as model: ...

Sizes are those of `core.jobs.footprint`. Since an estimate may be wrong, the budget is kept by measurement too: what
the server and its tokenizers' processes really hold, beyond what is entered here, is taken off the ceiling.
"""

import sys
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar, cast

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
    close: Callable[[Any], None] | None
    n_users: int = 0
    dropped: bool = False


@dataclass(eq=False)
class _Loading:
    done: threading.Event = field(default_factory=threading.Event)
    value: object = None
    error: BaseException | None = None


class SharedCache:
    """Values by key, bounded by bytes; thread-safe.

    Whoever got a value may use it as long as they hold it, also after it has left the cache: it counts as held until
    the last one lets go. What must be closed to be freed is given a `close` and borrowed with `lent`; it is never
    closed under its user.

    >>> cache = SharedCache(lambda: 1000, lambda: 0)
    >>> cache.get(("text", 1), lambda: "a" * 600), cache.get(("text", 2), lambda: "b" * 600) and cache.held < 1000
    ('aaa...
    """

    def __init__(self, ceiling: Callable[[], int], measured: Callable[[], int]) -> None:
        """Args: ceiling: bytes that the server may take; measured: bytes that it takes now, 0 if unknown."""
        self._ceiling, self._measured = ceiling, measured
        self._lock = threading.RLock()  # a value's end is noted by whichever thread lets go of it, this one included
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
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
        return self._got(key, load, size, None, most)[0]

    @contextmanager
    def lent(
        self,
        key: Key,
        load: Callable[[], Value],
        size: Callable[[Value], int] = footprint,
        close: Callable[[Value], None] | None = None,
    ) -> Iterator[Value]:
        """The value of this key, which stays until the block ends.

        Args:
            close: frees it, after it has left the cache and the last user has given it back.
        """
        value, entry = self._got(key, load, size, close, None, borrowed=True)
        try:
            yield value
        finally:
            with self._lock:
                entry.n_users -= 1
                over = entry.dropped and not entry.n_users
            if over:
                self._close(entry)
            else:
                self.make_room()

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
            kinds = [str(key[0]) for key in self._entries]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}

    def make_room(self, keep: Key | None = None) -> None:
        """Let go of what was not used for longest, until the rest fits; not of what is lent, nor of `keep`."""
        freed = 0
        gone: list[_Entry] = []
        with self._lock:
            when, budget = self._checked
            if time.monotonic() - when >= CHECK_EVERY:
                budget = self.budget
                self._checked = time.monotonic(), budget
            over = self._entered + self._lingering - budget
            for key in [key for key, entry in self._entries.items() if not entry.n_users and key != keep]:
                if freed >= over:
                    break
                freed += self._entries[key].n_bytes
                gone.append(self._dropped(key))
        self._farewell(gone, freed)

    def clear(self) -> None:
        """Let go of everything; what is lent is closed when it is given back."""
        with self._lock:
            gone = [self._dropped(key) for key in list(self._entries)]
        self._farewell([entry for entry in gone if not entry.n_users], 0)

    def _got(
        self,
        key: Key,
        load: Callable[[], Value],
        size: Callable[[Value], int],
        close: Callable[[Value], None] | None,
        most: int | None,
        borrowed: bool = False,
    ) -> tuple[Value, _Entry]:
        while True:
            with self._lock:
                entry = self._entries.get(key)
                if entry is not None:
                    self._entries.move_to_end(key)
                    entry.n_users += borrowed
                    return cast(Value, entry.value), entry
                loading = self._loading.get(key)
                if leads := loading is None:
                    loading = self._loading[key] = _Loading()
            assert loading
            if leads:
                return self._loaded(key, loading, load, size, close, most, borrowed)
            loading.done.wait()
            if isinstance(loading.error, Exception):
                raise loading.error
            # Loaded: take it from its entry. Or the one that loaded it was called off: then this one loads it.

    def _loaded(
        self,
        key: Key,
        loading: _Loading,
        load: Callable[[], Value],
        size: Callable[[Value], int],
        close: Callable[[Value], None] | None,
        most: int | None,
        borrowed: bool,
    ) -> tuple[Value, _Entry]:
        try:
            value = load()
            n_bytes = size(value) + sum(sys.getsizeof(part) for part in key)  # a key may hold a whole text
            entry = _Entry(value, n_bytes, close, n_users=int(borrowed))
            with self._lock:
                self._entries[key] = entry
                self._entered += entry.n_bytes
        except BaseException as error:  # Streamlit calls a run off by raising what is no Exception
            loading.error = error
            raise
        finally:
            with self._lock:
                del self._loading[key]
            loading.done.set()
        if most is not None:
            self._keep_newest(key[0], most)
        self.make_room(keep=key)
        return value, entry

    def _keep_newest(self, kind: Hashable, most: int) -> None:
        with self._lock:
            keys = [key for key, entry in self._entries.items() if key[0] == kind and not entry.n_users]
            gone = [self._dropped(key) for key in keys[: max(0, len(keys) - most)]]
        self._farewell(gone, 0)

    def _dropped(self, key: Key) -> _Entry:
        """Take an entry out; the caller holds the lock."""
        entry = self._entries.pop(key)
        entry.dropped = True
        self._entered -= entry.n_bytes
        if entry.close is None:
            try:
                weakref.finalize(entry.value, self._gone, entry.n_bytes).atexit = False
                self._lingering += entry.n_bytes
            except TypeError:  # a str or a tuple: nobody can say when it goes
                pass
        return entry

    def _gone(self, n_bytes: int) -> None:
        with self._lock:
            self._lingering -= n_bytes

    def _farewell(self, gone: list[_Entry], freed: int) -> None:
        """Close what was taken out, outside the lock: that may take a while."""
        while gone:
            self._close(gone.pop())
        if freed >= _WORTH_GIVING_BACK:
            give_back()

    @staticmethod
    def _close(entry: _Entry) -> None:
        if entry.close is not None:
            entry.close(entry.value)


@cache
def shared() -> SharedCache:
    """The cache of this process, under the ceiling of `core.common.settings`."""
    return SharedCache(lambda: settings().memory_mb * 2**20, lambda: resident_bytes() + pool.resident())
