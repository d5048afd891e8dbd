"""All entries of a vocabulary as a table, whose rows the browser fetches as they are scrolled to."""

from collections.abc import Sequence

import numpy as np
import pyarrow as arrow  # type: ignore[import-untyped]

from components.cached import vocabulary as cached
from components.widgets.chips import piece_shown
from core.jobs.shared_cache import shared
from core.vocabulary.division import DIVISIONS
from core.vocabulary.entries import Entries

LONGEST = 64  # bytes of an entry that are written out in the table
COUNT, LANGUAGES, RANK, LENGTH = "count", "languages", "rank or score", "bytes"


def entry_table(entries: Entries, corpus: str) -> arrow.Table:
    """A row per id: id, text, bytes, length, what it is made of, rank or score, use on a corpus, by its spec."""
    key = "entry table", entries.tokenizer.info.fingerprint
    table = shared().get(key, lambda: _made(entries), size=lambda table: int(table.nbytes))
    used = cached.used(entries, corpus)
    table = table.append_column(COUNT, arrow.array(used.counts))
    return table.append_column(LANGUAGES, arrow.array(used.n_languages)) if len(used.by_language) > 1 else table


def opener(i: int, n: int) -> str:
    """What stands on the button that opens an id, of so many: the id, in an order that is that of numbers.

    >>> opener(7, 300), sorted([opener(10, 300), opener(9, 300)])
    ('  7', ['  9', ' 10'])
    """
    return str(i).rjust(len(str(n - 1)))


def _made(entries: Entries) -> arrow.Table:
    columns = {
        "id": [opener(i, len(entries)) for i in range(len(entries))],
        "token": shown_pieces(entries),
        LENGTH: entries.lengths,
        "in hex": [_cut(piece.hex(" "), 3 * LONGEST - 1) for piece in (p[: LONGEST + 1] for p in entries.pieces)],
    }
    for key, division in DIVISIONS.all().items():
        if key != "length":
            columns[key] = _parts(cached.places(entries, key), division.parts)
    columns[RANK] = arrow.array([entry.number for entry in entries.details], arrow.float64())
    return arrow.table(columns)


def _parts(places: np.ndarray, parts: Sequence[str]) -> arrow.Array:
    codes = arrow.array(places.astype(np.int32), mask=places < 0)
    return arrow.DictionaryArray.from_arrays(codes, list(parts)).cast("string")


def shown_pieces(entries: Entries) -> list[str]:
    """Each entry as people read it, long ones cut: text with what is invisible named, bytes in brackets, names."""
    names = entries.special_names
    return [names.get(i) or _shown(piece) for i, piece in enumerate(entries.pieces)]


def _shown(piece: bytes) -> str:
    """
    >>> _shown(b" the"), _shown("\\u202eabc".encode())
    ('␣the', '[U+202E]abc')
    """
    if piece.isascii() and (text := piece.decode("ascii")).isprintable():
        return _cut(text.replace(" ", "␣"), LONGEST)
    if len(piece) > 4 * LONGEST:
        return f"{piece_shown(piece[: 4 * LONGEST].decode(errors='ignore').encode())[:LONGEST]}…"
    return _cut(piece_shown(piece), LONGEST)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
