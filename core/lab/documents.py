"""Plain text as documents, and as pieces that are measured one by one."""

from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.plain_text import decoded
from core.lab.text_uploads import text_path

SEPARATOR = "<|endoftext|>"
MOST_FILE_BYTES = 256 * 2**20
PIECE_BYTES = 2_000  # long enough to need context, short enough that intervals have many of them


def documents(text: str) -> list[str]:
    """The documents of a text: cut at `<|endoftext|>` and without blanks around, or the text as it is without any.

    >>> documents("One.\\n<|endoftext|>\\nTwo.\\n"), documents(" as it is\\n")
    (['One.', 'Two.'], [' as it is\\n'])
    """
    if SEPARATOR not in text:
        return [text] if text.strip() else []
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]


def pieces(text: str, n_bytes: int = PIECE_BYTES) -> list[str]:
    """The documents of a text; where it is but one, consecutive lines that have about so many bytes together.

    >>> pieces("aaa\\nbbb\\nccc", 8)
    ['aaa\\nbbb\\n', 'ccc']
    """
    found = documents(text)
    if len(found) != 1:
        return found
    cut, size = [""], 0
    for line in found[0].splitlines(keepends=True):
        if size and size + len(line.encode()) > n_bytes:
            cut.append("")
            size = 0
        cut[-1] += line
        size += len(line.encode())
    return [piece for piece in cut if piece.strip()]


def read_plain(name: str) -> str:
    """The text of a file: a path, or `upload:HASH/NAME`.

    Raises:
        UserError: it cannot be read, is not UTF-8, or files are switched off, an upload is gone.
    """
    path = text_path(name)
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise TooLarge(f"{shown(path.name)} is over {MOST_FILE_BYTES / 2**20:,.0f} MB. Take a part of it.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}.") from None
    text = decoded(data, path.name)
    if not text.strip():
        raise UserError(f"{shown(path.name)} holds no text. Name a file with some.")
    return text
