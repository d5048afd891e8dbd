"""Paths as somebody typed them, or as a spec names them."""

from pathlib import Path

from core.common.errors import UnreadableFile, shown


def named_path(name: str) -> Path:
    """The path of this name, whether anything is there or not; `~` is a home.

    Raises:
        UnreadableFile: nothing can be there, or it may not be looked at; says why.

    >>> named_path("/nowhere/at/all").as_posix()
    '/nowhere/at/all'
    >>> named_path("~nobody-here/a")
    Traceback (most recent call last):
        ...
    core.common.errors.UnreadableFile: '~nobody-here/a' is in the home of a user who is not known here. Write it out.
    """
    try:
        path = Path(name).expanduser()
    except RuntimeError:
        raise UnreadableFile(f"{shown(name)} is in the home of a user who is not known here. Write it out.") from None
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return path
    except ValueError:
        raise UnreadableFile(f"{shown(name)} is no name of a file: it holds the byte 0x00. Check the path.") from None
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}. Check the path.") from None
    return path
