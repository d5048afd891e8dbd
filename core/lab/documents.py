"""Plain text as documents, and as pieces that are measured one by one."""

from dataclasses import dataclass

from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.plain_text import decoded, read_at_most
from core.corpora.text_uploads import text_path
from core.text.blocks import equal_blocks

SEPARATOR = "<|endoftext|>"
MOST_FILE_BYTES = 256 * 2**20
PIECE_BYTES = 2_000  # long enough to need context, short enough that intervals have many of them
ENOUGH_PIECES = 15  # two thirds of them, which are measured, are what a test takes
BLOCK_BYTES = 1_000  # of a long text; neighbouring tokens are alike, so short blocks would seem to know too much
WANTED_BLOCKS, LEAST_BLOCK_BYTES = 20, 200  # of a short one


@dataclass(frozen=True)
class Pieces:
    """A text as the pieces that are measured one by one.

    Args:
        texts: the pieces, none of them blank.
        block_bytes: most bytes of each where documents were cut into blocks of equal bytes; 0 where they were not.
    """

    texts: tuple[str, ...]
    block_bytes: int = 0


def documents(text: str) -> list[str]:
    """The documents of a text: cut at `<|endoftext|>` and without blanks around, or the text as it is without any.

    >>> documents("One.\\n<|endoftext|>\\nTwo.\\n"), documents(" as it is\\n")
    (['One.', 'Two.'], [' as it is\\n'])
    """
    if SEPARATOR not in text:
        return [text] if text.strip() else []
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]


def pieces(text: str) -> Pieces:
    """The documents of a text; of a single one its lines, so many together as have about `PIECE_BYTES`.

    Where those are too few for a test, documents are cut into blocks of equal bytes, if these are enough.

    >>> pieces("One." + SEPARATOR + "Two.").texts
    ('One.', 'Two.')
    >>> cut = pieces("a long line " * 400)
    >>> len(cut.texts), cut.block_bytes
    (20, 240)
    """
    found = documents(text)
    whole = lines_together(found[0]) if len(found) == 1 else found
    if len(whole) >= ENOUGH_PIECES:
        return Pieces(tuple(whole))
    size = block_bytes(sum(len(document.encode()) for document in found))
    blocks = tuple(block for document in found for block in equal_blocks(document, size) if block.strip())
    return Pieces(blocks, size) if len(blocks) >= ENOUGH_PIECES else Pieces(tuple(whole))


def block_bytes(n_bytes: int) -> int:
    """Most bytes of a block of a text of so many.

    >>> [block_bytes(n) for n in (1_000, 10_000, 100_000)]
    [200, 500, 1000]
    """
    return max(LEAST_BLOCK_BYTES, min(BLOCK_BYTES, n_bytes // WANTED_BLOCKS))


def lines_together(document: str, n_bytes: int = PIECE_BYTES) -> list[str]:
    """Consecutive lines that have about so many bytes together.

    >>> lines_together("aaa\\nbbb\\nccc", 8)
    ['aaa\\nbbb\\n', 'ccc']
    """
    cut, size = [""], 0
    for line in document.splitlines(keepends=True):
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
        data = read_at_most(path, MOST_FILE_BYTES)
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}. Name one that can.") from None
    if data is None:
        raise TooLarge(f"{shown(path.name)} is over {count(MOST_FILE_BYTES / 2**20)} MB. Take a part of it.")
    text = decoded(data, path.name)
    if not text.strip():
        raise UserError(f"{shown(path.name)} holds no text. Name a file with some.")
    return text
