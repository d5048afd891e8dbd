"""Downloads one large file: with progress, resumed where it broke off, and kept only if its checksum is right."""

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import TooLarge, UserError, shown
from core.common.progress import report
from core.common.settings import settings

_BLOCK = 2**18
_SECONDS = 30.0


@dataclass(frozen=True)
class Remote:
    """A file on the network.

    Args:
        url: where it is.
        sha256: of its content, hex.
        n_bytes: its size.
        what: its name for people.
        remedy: what to do where it cannot be had.
    """

    url: str
    sha256: str
    n_bytes: int
    what: str
    remedy: str


def download(remote: Remote, target: Path) -> Path:
    """The file at `target`, downloaded if it is not there yet; progress is reported in bytes.

    What has arrived of a broken download lies beside the target, ending in `.part`, and is continued next time. A
    download with a wrong checksum leaves nothing.

    Raises:
        UserError: no network, or none allowed, the server refuses, the connection broke off, or the checksum is wrong.
    """
    if target.is_file():
        return target
    settings().refuse("network")
    part = target.with_name(target.name + ".part")
    try:
        _fetch(remote, part)
    except urllib.error.HTTPError as error:
        raise UserError(
            f"{remote.what} could not be downloaded: the server says {error.code} {error.reason}. {remote.remedy}"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        had = part.stat().st_size if part.is_file() else 0
        again = f"{had / 2**20:,.1f} MB have arrived; try again to continue from there. " if had else ""
        reason = shown(str(getattr(error, "reason", None) or error) or type(error).__name__, 120)
        raise UserError(f"{remote.what} could not be downloaded: {reason}. {again}{remote.remedy}") from None
    with part.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != remote.sha256:
        part.unlink()
        raise UserError(
            f"{remote.what} arrived with the wrong checksum ({found[:12]}… instead of {remote.sha256[:12]}…), so it "
            f"was not kept. Try again. {remote.remedy}"
        )
    part.replace(target)
    return target


def _fetch(remote: Remote, part: Path) -> None:
    """Bring `part` to full size, from wherever it is."""
    had = part.stat().st_size if part.is_file() else 0
    if had > remote.n_bytes:
        part.unlink()
        had = 0
    if had == remote.n_bytes:
        return
    request = urllib.request.Request(remote.url, headers={"User-Agent": "token-atlas"})
    if had:
        request.add_header("Range", f"bytes={had}-")
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
        resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
        had = had if resumed else 0
        with part.open("ab" if resumed else "wb") as file:
            while block := answer.read(_BLOCK):
                had += len(block)
                if had > remote.n_bytes:
                    file.close()
                    part.unlink()
                    raise TooLarge(f"{remote.what} is larger than it should be, so it was not kept. {remote.remedy}")
                file.write(block)
                report(had, remote.n_bytes, f"Downloading {remote.what}")
    if had < remote.n_bytes:
        raise ConnectionError("the connection broke off")
