"""The shipped atlas: counts of real tokenizers on FLORES-200, per sentence, which the app opens with offline.

`python -m core.premium.atlas` makes it (`core.premium.atlas.build`); `shipped_atlas` reads it. One Parquet file per
tokenizer holds the counts, language after language, and `index.json` says what they are of.
"""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.codec import built
from core.common.data_folders import DATA
from core.common.errors import UnknownName, UserError
from core.corpora.articles import ARTICLE, articles
from core.counting.table import Counted, CountTable, Unsigned

FOLDER = DATA / "atlas"
INDEX = "index.json"
BYTES, CHARACTERS = "utf8-bytes", "characters"  # tokenizers that say how large each sentence is
FORMAT = 1
_READERS = 4  # files at a time


@dataclass(frozen=True)
class AtlasProvenance:
    """Where the shipped counts come from.

    Args:
        date: when they were last changed, ISO 8601.
        corpus: fingerprint of the text.
        corpus_label, licence: its name, and who may do what with it.
        versions: libraries that counted, name and version.
    """

    date: str
    corpus: str
    corpus_label: str
    licence: str
    versions: tuple[str, ...]


@cache
def _index() -> dict[str, Any]:
    path = FOLDER / INDEX
    if not path.is_file():
        raise UserError(
            "The shipped counts are missing from data/atlas. Run make atlas, or check out the whole repository."
        )
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if document["format"] != FORMAT:
        raise UserError(f"data/atlas has format {document['format']}, and this version reads {FORMAT}. Check out both.")
    return document


def atlas_provenance() -> AtlasProvenance:
    """Where the shipped counts come from."""
    index = _index()
    return AtlasProvenance(
        date=index["date"],
        corpus=index["corpus"],
        corpus_label=index["corpus_label"],
        licence=index["licence"],
        versions=tuple(index["versions"]),
    )


@cache
def atlas_tokenizers() -> dict[str, Counted]:
    """The tokenizers of the shipped atlas by key, without reading their counts.

    >>> atlas_tokenizers()["gpt-2"].family
    'OpenAI'
    """
    return {entry["key"]: built(Counted, entry) for entry in _index()["tokenizers"]}


def shipped_atlas(keys: Sequence[str] | None = None) -> CountTable:
    """The shipped counts of the tokenizers with these keys, or of all.

    Raises:
        UnknownName: a key is not in the atlas; suggests the nearest.
        UserError: the atlas is missing.

    >>> table = shipped_atlas(["gpt-2", "cl100k"])
    >>> table.tokens.shape, int(table.joined[0, table.language("eng_Latn")])
    ((2, 204, 2009), 52567)
    """
    index, known = _index(), atlas_tokenizers()
    chosen = list(known if keys is None else keys)
    for key in chosen:
        if key not in known:
            raise UnknownName("tokenizer in the atlas called", key, known)
    shape = (len(index["languages"]), int(index["n_sentences"]))
    entry_by_key = {entry["key"]: entry for entry in index["tokenizers"]}
    tokens, unknown = _stacked(chosen, shape)
    return CountTable(
        corpus=index["corpus"],
        corpus_label=index["corpus_label"],
        languages=tuple(index["languages"]),
        tokenizers=tuple(known[key] for key in chosen),
        tokens=tokens,
        unknown=unknown,
        joined=_joined(entry_by_key, chosen, "joined"),
        joined_unknown=_joined(entry_by_key, chosen, "joined_unknown"),
        n_bytes=_columns(f"{BYTES}.parquet", shape)[0],
        n_characters=_columns(f"{CHARACTERS}.parquet", shape)[0],
        parts=tuple((name, end) for name, end in index["parts"]),
        groups=articles([name for name, _ in index["parts"]]),
        grouped_by=ARTICLE,
    )


def _joined(entries: dict[str, Any], keys: Sequence[str], name: str) -> NDArray[np.int64]:
    return np.array([entries[key][name] for key in keys], np.int64)


def _stacked(keys: Sequence[str], shape: tuple[int, int]) -> tuple[Unsigned, Unsigned]:
    """Tokens and unknown tokens, (K, L, N) each; files are unpacked side by side, and none is kept beside the table."""
    tokens, unknown = (np.empty((len(keys), *shape), np.uint16) for _ in range(2))
    with ThreadPoolExecutor(_READERS) as pool:
        for k, (first, second) in enumerate(pool.map(lambda key: _columns(f"{key}.parquet", shape), keys)):
            tokens, unknown = _wide_enough(tokens, first), _wide_enough(unknown, second)
            tokens[k], unknown[k] = first, second
    return tokens, unknown


def _wide_enough(table: Unsigned, counts: Unsigned) -> Unsigned:
    """The table, of a type that holds these counts as well."""
    return table.astype(np.result_type(table, counts), copy=False)


def _columns(name: str, shape: tuple[int, int]) -> tuple[Unsigned, Unsigned]:
    """The two columns of a file, (L, N) each."""
    from pyarrow import parquet  # type: ignore[import-untyped]

    table = parquet.read_table(FOLDER / name, use_threads=False)
    first, second = (table.column(i).to_numpy().reshape(shape) for i in range(2))
    return first, second
