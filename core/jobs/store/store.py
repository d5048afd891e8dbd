"""Results that last: written whole or not at all, checked when read, found again by their content key.

Everything lies under `TOKEN_ATLAS_HOME/store`: `results/` has one file per result, the index says what is there and
what runs (`core.jobs.store.index`), `aside/` keeps what turned out damaged or of an older format, with the reason.
Deleting the folder loses only what can be computed again.
"""

import sqlite3
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.common.home import home
from core.jobs.store.files import SUFFIX, Result, read_origin, read_result, set_aside, sweep, write_result
from core.jobs.store.index import Index, explained, next_number
from core.jobs.store.records import LIVE, enter_finished


@dataclass(frozen=True)
class Sizes:
    """Bytes on disk: results, parts kept for jobs to come, what was set aside, the index; number of results."""

    results: int
    parts: int
    aside: int
    index: int
    n_results: int

    @property
    def total(self) -> int:
        """All bytes of the store."""
        return self.results + self.parts + self.aside + self.index


@dataclass(frozen=True)
class Aside:
    """A file that was moved out of the way, and why."""

    path: Path
    why: str


class Store:
    """The results under one folder; thread-safe, and shared by any number of processes of one machine.

    >>> import tempfile, numpy as np
    >>> from core.jobs.store.files import Origin
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> store.put(Result(Origin("a1", "demo"), {"tokens": np.arange(3)}))
    >>> store.get("a1").arrays["tokens"].tolist(), store.get("b2")
    ([0, 1, 2], None)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._results, self._aside, self._temporary = folder / "results", folder / "aside", folder / "tmp"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise explained(error) from error
        self.index = Index(folder, self._refill)

    def put(self, result: Result) -> None:
        """Keep a result; it replaces one of the same key.

        Raises:
            StoreError: there is no room, or the store is read-only.
        """
        key = result.origin.key
        try:
            path = write_result(result, self._folder(key), self._temporary)
        except OSError as error:
            raise explained(error) from error
        with self.index.writing() as connection:  # one at a time, or two that put the same would delete each other's
            if not path.exists():
                return  # an equal one has replaced it since
            self._enter(connection, path, result)
            for other in self._files(key):
                if other != path:
                    other.unlink(missing_ok=True)

    def get(self, key: str) -> Result | None:
        """The result of this key, or None if there is none; a damaged one is set aside, with a note in `asides`."""
        for path in self._files(key):
            try:
                result = read_result(path)
                if result.origin.key != key:
                    raise UnreadableFile(f"it is the result of {shown(result.origin.key)}")
                return result
            except FileNotFoundError:  # since it was listed: replaced by one that is found now, or deleted
                return self.get(key)
            except UnreadableFile as error:
                self._put_aside(path, str(error))
            except OSError as error:
                raise explained(error) from error
        return None

    def has(self, key: str) -> bool:
        """Is there a file for this key? Its content is checked only when it is read."""
        return bool(self._files(key))

    def file(self, key: str) -> Path | None:
        """The file of this result, which can be handed out as it is; None if there is none."""
        return next(iter(self._files(key)), None)

    def delete(self, *keys: str) -> None:
        """Forget these results."""
        try:
            for key in keys:
                for path in self._files(key):
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise explained(error) from error
        with self.index.writing() as connection:
            connection.executemany("DELETE FROM results WHERE key = ?", [(key,) for key in keys])

    def delete_parts(self, of: str) -> None:
        """Forget the parts that a job had finished."""
        with self.index.reading() as connection:
            rows = connection.execute("SELECT key FROM results WHERE part_of = ?", (of,)).fetchall()
        if rows:
            self.delete(*(row["key"] for row in rows))

    def sizes(self) -> Sizes:
        """How much room everything takes."""
        with self.index.reading() as connection:
            rows = connection.execute(
                "SELECT part_of != '' AS part, count(*) AS n, sum(bytes) AS bytes FROM results GROUP BY part"
            ).fetchall()
        found = {bool(row["part"]): (int(row["n"]), int(row["bytes"])) for row in rows}
        index = sum(path.stat().st_size for path in self.folder.glob("index*"))
        aside = sum(path.stat().st_size for path in self._aside.glob("*"))
        n_results, results = found.get(False, (0, 0))
        return Sizes(results, found.get(True, (0, 0))[1], aside, index, n_results)

    def prune(self, most_bytes: int | None = None, oldest_seconds: float | None = None, of: str | None = None) -> int:
        """Delete what was set aside, results older than so many seconds, then the oldest until the rest fits.

        Parts of jobs that wait or run stay, and earlier results of theirs. Returns the bytes freed.

        Args:
            of: a session; only results that nobody else asked for, their parts, and nothing that was set aside.

        Raises:
            UserError: a limit is negative.
        """
        if min(most_bytes or 0, oldest_seconds or 0) < 0:
            raise UserError("A limit for the store is negative. Give bytes and seconds of 0 or more.")
        before = self.sizes()
        for path in self._aside.glob("*") if of is None else ():
            path.unlink(missing_ok=True)
        with self.index.reading() as connection:
            rows = connection.execute(
                "SELECT key, bytes, finished FROM (SELECT *, iif(part_of = '', key, part_of) AS job FROM results) "
                f"WHERE job NOT IN (SELECT key FROM jobs WHERE state IN {LIVE}) AND (:of IS NULL OR job IN "
                "(SELECT key FROM interest GROUP BY key HAVING min(session) = :of AND max(session) = :of)) "
                "ORDER BY place",
                {"of": of},
            ).fetchall()
        # A result from the future, after the clock was set back, is as young as can be.
        now = time.time()
        old = oldest_seconds is not None
        doomed = {row["key"] for row in rows if old and now - row["finished"] > (oldest_seconds or 0)}
        left = before.results + before.parts - sum(row["bytes"] for row in rows if row["key"] in doomed)
        for row in rows:
            if most_bytes is None or left <= most_bytes:
                break
            if row["key"] not in doomed:
                doomed.add(row["key"])
                left -= row["bytes"]
        if doomed:
            self.delete(*doomed)
        after = self.sizes()
        return (before.total - before.index) - (after.total - after.index)

    def asides(self) -> list[Aside]:
        """What was set aside, and why."""
        notes = sorted(self._aside.glob("*.why"))
        return [Aside(note.with_suffix(""), note.read_text(encoding="utf-8").strip()) for note in notes]

    def sweep(self) -> None:
        """Remove what killed writers left unfinished."""
        sweep(self._temporary)

    def _folder(self, key: str) -> Path:
        return self._results / key[:2]

    def _files(self, key: str) -> list[Path]:
        """The files of a key: one, or for a moment two while an equal one replaces it."""
        if not key.isalnum():
            raise UserError(f"{shown(key)} is no key of a result.")
        return sorted(self._folder(key).glob(f"{key}.*{SUFFIX}"))

    def _put_aside(self, path: Path, why: str) -> None:
        try:
            set_aside(path, self._aside, _note(path, why))
        except OSError as error:
            raise explained(error) from error
        with self.index.writing() as connection:
            connection.execute("DELETE FROM results WHERE file = ?", (path.relative_to(self._results).as_posix(),))

    def _enter(self, connection: sqlite3.Connection, path: Path, result: Result) -> None:
        origin = result.origin
        connection.execute(
            "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                origin.key,
                path.relative_to(self._results).as_posix(),
                path.stat().st_size,
                origin.kind,
                origin.part_of,
                origin.finished,
                next_number(connection, "place"),
            ),
        )

    def _refill(self, connection: sqlite3.Connection) -> None:
        """Enter every result whose file is there, oldest first, and for whole ones a record of their job."""
        origins = []
        for path in self._results.glob(f"*/*{SUFFIX}"):
            try:
                origins.append((path, read_origin(path)))
            except (UnreadableFile, OSError) as error:
                set_aside(path, self._aside, _note(path, str(error)))
        for path, origin in sorted(origins, key=lambda pair: pair[1].finished):
            self._enter(connection, path, Result(origin, {}))
            if not origin.part_of:
                enter_finished(connection, origin)


def _note(path: Path, why: str) -> str:
    return f"The result {path.name[:12]}… was set aside: {why}. It is computed again when it is next needed."


@cache
def _store(folder: Path) -> Store:
    return Store(folder)


def store() -> Store:
    """The store under `TOKEN_ATLAS_HOME`, one per process.

    Raises:
        StoreError: the folder cannot be made.
    """
    try:
        return _store(home() / "store")
    except OSError as error:
        raise explained(error) from error
