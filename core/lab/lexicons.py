"""Word vectors and dictionaries from the files that their makers publish."""

import numpy as np
import torch

from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.plain_text import lines, read_at_most
from core.common.settings import settings
from core.transplants.linear.word_vectors import WordVectors

MOST_WORDS = 200_000
MOST_DICTIONARY_BYTES = 64 * 2**20
_MOST_LINE = 2**20  # bytes: a word and 4,096 numbers; a device may have no line ends at all


def read_vectors(name: str, most: int = MOST_WORDS) -> WordVectors:
    """The first words of a fastText `.vec` file: a line with their number and width, then a word per line.

    Raises:
        UserError: it cannot be read or is of another format; names the line.
    """
    settings().refuse("file")
    path = named_path(name)
    words, rows = list[str](), list[np.ndarray[tuple[int], np.dtype[np.float32]]]()
    try:
        with path.open("rb") as file:
            head = file.readline(_MOST_LINE).split()
            if len(head) != 2 or not all(part.isdigit() for part in head) or not 0 < int(head[1]) <= 4096:
                raise UnreadableFile(
                    f"{shown(path.name)} is no .vec file: its first line does not hold a number of words and a width. "
                    "Fetch the text format, such as cc.de.300.vec, unpacked."
                )
            width = int(head[1])
            for number, line in enumerate(iter(lambda: file.readline(_MOST_LINE), b""), 2):
                if len(words) >= most:
                    break
                word, *numbers = line.decode("utf-8", "replace").rstrip("\n ").rsplit(" ", width)
                try:
                    row = np.array(numbers, np.float32)
                except ValueError:
                    row = np.empty(0, np.float32)
                if len(row) != width:
                    raise UnreadableFile(
                        f"Line {count(number)} of {shown(path.name)} does not hold {width} numbers. Fetch it again."
                    )
                words.append(word)
                rows.append(row)
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}. Name one that can.") from None
    if not words:
        raise UserError(f"{shown(path.name)} holds no words. Fetch it again.")
    first = {word: n for n, word in reversed(list(enumerate(words)))}
    kept = sorted(first.values())
    return WordVectors([words[n] for n in kept], torch.from_numpy(np.stack([rows[n] for n in kept])))


def read_dictionary(name: str) -> list[tuple[str, str]]:
    """The pairs in a file with a word, a tab or a space, and its translation per line, as WECHSEL and MUSE have them.

    Raises:
        UserError: it cannot be read, or a line holds something else; names the line.
    """
    settings().refuse("file")
    path = named_path(name)
    try:
        content = read_at_most(path, MOST_DICTIONARY_BYTES)
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}. Name one that can.") from None
    if content is None:
        raise TooLarge(f"{shown(path.name)} is over {MOST_DICTIONARY_BYTES // 2**20} MB. Take a part of it.")
    pairs = list[tuple[str, str]]()
    for number, line in enumerate(lines(content, path.name), 1):
        if not line.strip():
            continue
        parts = [part.strip() for part in (line.split("\t") if "\t" in line else line.split(None, 1))]
        if len(parts) < 2 or not parts[0] or not parts[1]:
            raise UnreadableFile(
                f"Line {count(number)} of {shown(path.name)} is no pair of words: {shown(line, 40)}. Write a word, a "
                "tab and its translation."
            )
        pairs.append((parts[0], parts[1]))
    if not pairs:
        raise UserError(f"{shown(path.name)} holds no pairs of words. Fetch it again.")
    return pairs
