"""A page as a static folder: drawn by a process of its own, since `core` draws nothing."""

import json
import threading
from pathlib import Path

from core.common.atomic import whole_folder
from core.common.disk import on_disk
from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.sandbox.answer import answer
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import environment_without_secrets
from core.common.settings import settings

SECONDS = 180.0  # of processor time, and on the wall
PAGE, ERROR = b"page\n", b"error\n"  # what an answer begins with
_MODULE = "components.publish.process"  # a name only: what draws stands above this room
_MOST_BYTES = 64 * 2**20
_LIBRARIES_MB = 1024  # beside what a stranger's tokenizer may take: the atlas with its sums takes as much
_PLACES = threading.BoundedSemaphore(1)
_CARD = """---
title: {title}
emoji: 🗺️
colorFrom: blue
colorTo: yellow
sdk: static
pinned: false
---

A view of Token Atlas as one file, `index.html`: open it in a browser, put it on any web server, or push this folder
as a static Space. It asks no server and no network; hover and sort work. Its numbers are those of the day on which it
was published.
"""


def published_page(link: str, visitor: str = "") -> bytes:
    """The HTML document that shows the page of a link, without a server.

    Args:
        link: with or without the server's address: `premium?find=Thai`.
        visitor: key of whose uploads and runs it may show.

    Raises:
        UserError: the page cannot be published, or another is at the moment; says why.
    """
    if not _PLACES.acquire(timeout=1.0):
        raise TookTooLong("Another page is being published. Try again in a minute.")
    try:
        done = answer(
            _MODULE,
            environment=environment_without_secrets(),
            seconds=SECONDS,
            most_bytes=_MOST_BYTES,
            question=json.dumps({"link": link, "visitor": visitor}).encode(),
            memory_mb=memory_mb(),
        )
    except DeadlinePassed:
        raise TookTooLong(f"The page took over {SECONDS:g} s to draw. Choose fewer tokenizers or languages.") from None
    except AnswerTooLong:
        raise TooLarge("The page is too large to be one file. Choose fewer tokenizers or languages.") from None
    finally:
        _PLACES.release()
    if done.output.startswith(ERROR):
        raise UserError(done.output.removeprefix(ERROR).decode())
    if not done.output.startswith(PAGE):
        raise UnreadableFile(
            f"The process that draws the page ended (status {done.status}). Where the page itself opens, it may have "
            f"taken over {count(memory_mb())} MB: choose fewer tokenizers, or raise TOKEN_ATLAS_CHILD_MB."
        )
    return done.output.removeprefix(PAGE)


def publish(link: str, folder: Path) -> list[str]:
    """Write the static folder of a link: all of it, or nothing; the names of its files.

    Raises:
        UserError: the folder holds something, or as `published_page`.
    """
    with on_disk(shown(folder.name)), whole_folder(folder) as made:
        files = static_files(published_page(link))
        for name, data in files.items():
            (made / name).write_bytes(data)
    return list(files)


def static_files(document: bytes) -> dict[str, bytes]:
    """What the folder holds, by name: the page, and the card of a static Space."""
    title = document.partition(b"<title>")[2].partition(b"</title>")[0].decode()
    return {"index.html": document, "README.md": _CARD.format(title=title).encode()}


def memory_mb() -> int:
    """Of its own that the process may take, in megabytes."""
    return settings().child_mb + _LIBRARIES_MB
