"""The database that says what is there and what runs: opened with a check, set aside when damaged, shared by processes.

It is an index: results are found again from their files. So a damaged database costs nothing that was finished, and is
replaced while the processes that share it go on.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from core.common.disk import FULL, READ_ONLY, ROOM, WRITABLE
from core.common.errors import UserError
from core.common.file_lock import locked
from core.jobs.store import schema
from core.jobs.store.files import set_aside, write_durably

# With a write-ahead log this keeps every commit when processes are killed, and may lose the last on a power cut.
SYNC = "PRAGMA synchronous = NORMAL"
ENDINGS = ("-wal", "-shm", "")
WAIT = 10.0  # seconds that one process waits for another's write
READ_ONLY_STORE = f"The store is read-only. {WRITABLE}."
# A read past the end is damage too: somebody has cut the file, or the log.
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR_SHORT_READ}


class StoreError(UserError):
    """The store cannot be read or written now; says what to do about it."""


class _Damaged(Exception):
    """The database cannot be used; says why."""


def explained(error: Exception) -> StoreError:
    """What a failed read or write means, for the person at the screen."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    number = getattr(error, "errno", None)
    if code == sqlite3.SQLITE_FULL or number in FULL:
        return StoreError(f"The store cannot grow: the disk is full. {ROOM}.")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM} or number in READ_ONLY:
        return StoreError(READ_ONLY_STORE)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(f"The store is held by another process for over {WAIT:.0f} seconds. Try again.")
    why = getattr(error, "strerror", None) or error
    return StoreError(f"The store cannot be used: {why}. Check the disk, or set TOKEN_ATLAS_HOME to another folder.")


class Index:
    """The database of one store; thread-safe, and safe with other processes on the same file."""

    def __init__(self, folder: Path, refill: Callable[[sqlite3.Connection], None]) -> None:
        """Args: refill: puts into a new database what the files of the store say."""
        self.folder, self.pointer, self._refill = folder, folder / "index", refill
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._seen = (0, 0)
        self.read_only = False

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading one consistent state.

        Raises:
            StoreError: the database cannot be read now.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept together when the block ends, and not at all if it raises.

        Raises:
            StoreError: the disk is full, the store is read-only, or another process holds it too long.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._begun(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException as error:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
                    if _is_damage(error):
                        self._mend()
                        raise StoreError(
                            "The index of the store was damaged and has been made anew from the results. Try again."
                        ) from error
                    raise explained(error) from error
                raise

    def _begun(self, begin: str) -> sqlite3.Connection:
        """A connection to the file that is there now, inside a transaction."""
        for attempt in range(3):
            connection = self._opened()
            try:
                connection.execute(begin)
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # reads a page: is it a database?
                return connection
            except sqlite3.DatabaseError as error:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                if not _is_damage(error) or attempt == 2:
                    raise explained(error) from error
                self._mend()
        raise AssertionError("unreachable")

    def _opened(self) -> sqlite3.Connection:
        """The connection to the database in use, which another process may have replaced, or made writable."""
        as_it_was = self._pointed() == self._seen and not (self.read_only and os.access(self.folder, os.W_OK))
        if self._connection is not None and as_it_was:
            return self._connection
        self.close()
        try:
            with self._alone():
                self._connection = self._open()
                self._seen = self._pointed()
                self.read_only = False
        except sqlite3.Error as error:
            raise explained(error) from error
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise explained(error) from error
            self._connection, self._seen, self.read_only = self._open_read_only(), self._pointed(), True
        return self._connection

    def _pointed(self) -> tuple[int, int]:
        try:
            found = self.pointer.stat()
        except OSError:
            return 0, 0
        return found.st_ino, found.st_mtime_ns

    def _current(self) -> Path | None:
        """The database in use, or None if there is none yet."""
        try:
            name = self.pointer.read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            return None
        path = self.folder / name
        return path if path.match("index-*.sqlite") and path.is_file() else None

    def _open(self) -> sqlite3.Connection:
        path, why = self._current(), "No database was in use."
        if path:
            try:
                return _checked(path)
            except _Damaged as damage:
                why = f"The index was damaged and has been made anew from the results: {damage}."
        return self._replace(why)

    def _replace(self, why: str) -> sqlite3.Connection:
        """Make a new database of what the old one still says and of the results; caller holds the lock.

        It never takes the old name: a process that still has the old one open deletes the log by name when it closes.
        """
        old = list(self.folder.glob("index-*.sqlite"))
        path = self.folder / f"index-{uuid4().hex[:12]}.sqlite"
        connection = _connected(str(path))
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(SYNC)
            connection.execute("BEGIN IMMEDIATE")
            for statement in schema.TABLES.split(";\n"):
                connection.execute(statement)
            connection.execute(schema.CALLED)
            for damaged in old:
                for table in schema.RECORDS:
                    _salvage(damaged, table, connection)
            self._refill(connection)
            connection.execute(f"PRAGMA user_version = {schema.VERSION}")
            connection.execute("COMMIT")
            write_durably(path.name.encode(), self.pointer, self.folder / "tmp")
        except BaseException:
            connection.close()
            for ending in ENDINGS:
                path.with_name(path.name + ending).unlink(missing_ok=True)
            raise
        for damaged in old:
            for ending in ENDINGS:
                if (part := damaged.with_name(damaged.name + ending)).exists():
                    set_aside(part, self.folder / "aside", why)
        return connection

    def _mend(self) -> None:
        """Replace the database if it is damaged indeed, unless another process did so first."""
        self.close()
        with self._alone():
            self._open().close()

    def _open_read_only(self) -> sqlite3.Connection:
        """What can be read of a store that cannot be written; an empty database if there is none."""
        path = self._current()
        # A database with a log needs a shared file beside it, which nobody can make here: read without the log.
        for how in ("mode=ro", "mode=ro&immutable=1") if path else ():
            with suppress(sqlite3.Error):
                connection = _connected(f"{path.absolute().as_uri()}?{how}") if path else None
                assert connection
                connection.execute("SELECT count(*) FROM jobs").fetchone()
                _with_names(connection)
                connection.execute("PRAGMA query_only = ON")
                return connection
        empty = _connected(":memory:")
        empty.executescript(f"{schema.TABLES};{schema.CALLED}")
        empty.execute("PRAGMA query_only = ON")
        return empty

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Only one process opens, makes or mends the database at a time; the kernel ends the lock with its holder."""
        self.folder.mkdir(parents=True, exist_ok=True)  # somebody may have deleted all that can be computed again
        with (self.folder / "index.lock").open("a") as file:
            if not locked(file.fileno(), WAIT):
                raise explained(_busy())
            yield


def _checked(path: Path) -> sqlite3.Connection:
    """A connection to a database without faults.

    Raises:
        _Damaged: it has faults, or is of another version.
    """
    connection = _connected(str(path))
    try:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        if problems != ["ok"]:
            raise _Damaged(f"SQLite's check found {problems[0]}")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != schema.VERSION:
            raise _Damaged(f"it is of version {version}, this Token Atlas uses version {schema.VERSION}")
        connection.execute(SYNC)
        _with_names(connection)
    except sqlite3.DatabaseError as error:
        connection.close()
        if _is_damage(error):
            raise _Damaged(f"SQLite says {error}") from None
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def _with_names(connection: sqlite3.Connection) -> None:
    """Databases of earlier versions lack the table of names; an empty one stands for it where none can be made."""
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'called'").fetchone():
        return
    try:
        connection.execute(schema.CALLED)
    except sqlite3.OperationalError:  # read-only, or no room
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute(schema.CALLED.replace("TABLE", "TEMP TABLE"))


def _salvage(damaged: Path, table: str, into: sqlite3.Connection) -> None:
    """Take over the rows of a damaged database up to where it cannot be read."""
    with suppress(sqlite3.Error):
        connection = _connected(str(damaged))
        try:
            if connection.execute("PRAGMA user_version").fetchone()[0] != schema.VERSION:
                return
            for row in connection.execute(f"SELECT * FROM {table} NOT INDEXED"):
                with suppress(sqlite3.Error):
                    into.execute(f"INSERT OR IGNORE INTO {table} VALUES ({','.join('?' * len(row))})", tuple(row))
        finally:
            connection.close()


def next_number(connection: sqlite3.Connection, name: str) -> int:
    """The next of a row of numbers that only grows."""
    connection.execute("INSERT INTO counters VALUES (?, 1) ON CONFLICT DO UPDATE SET value = value + 1", (name,))
    return int(connection.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchone()[0])


def _connected(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=WAIT, isolation_level=None, check_same_thread=False, uri=path.startswith("file:")
    )
    connection.row_factory = sqlite3.Row
    return connection


def _is_damage(error: sqlite3.Error) -> bool:
    code = int(getattr(error, "sqlite_errorcode", 0) or 0)
    return bool({code, code & 0xFF} & _DAMAGED)


def _busy() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return error
