"""The shipped counts of segmenters: chunks of the first sentences of FLORES-200 devtest, in all of its languages.

A segmenter that is learnt computes at every byte, so that all of FLORES-200 takes it a quarter of an hour; a part of it
ships. What is put beside it is of the same sentences. `core.segmenters.build` makes the counts.
"""

import json
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from core.common.codec import built
from core.common.data_folders import DATA
from core.common.errors import UserError
from core.counting.table import Counted, CountTable, Unsigned

FOLDER = DATA / "segmenters"
INDEX, COUNTS = "chunks.json", "chunks.parquet"
PART, SENTENCES = "devtest", 36


@dataclass(frozen=True)
class ChunkIndex:
    """What the shipped counts of segmenters are of.

    Args:
        corpus: fingerprint of the text.
        learnt_from: codes of the languages that the learnt ones read.
        learnt: keys of those that learnt; the others cut by a rule.
        segmenters: by key, which is also the spec.
    """

    corpus: str
    learnt_from: tuple[str, ...]
    learnt: tuple[str, ...]
    segmenters: dict[str, Counted]

    def unread(self, key: str, code: str) -> bool:
        """Whether a segmenter learnt from text, and from none in this language."""
        return key in self.learnt and code not in self.learnt_from


@cache
def chunk_index() -> ChunkIndex:
    """Which segmenters are counted, without reading their counts.

    >>> chunk_index().unread("learned:hnet", "swh_Latn"), chunk_index().unread("learned:words", "swh_Latn")
    (True, False)
    """
    path = FOLDER / INDEX
    if not path.is_file():
        raise UserError("The shipped counts of segmenters are missing from data/segmenters. Run make segmenters.")
    return built(ChunkIndex, json.loads(path.read_text(encoding="utf-8")))


def first_sentences(table: CountTable) -> CountTable:
    """The sentences that segmenters are counted on, of a table on all of FLORES-200."""
    some = table.select(part=PART, first=SENTENCES)
    return replace(some, corpus_label=f"FLORES-200 {PART}, first {SENTENCES} sentences")


def shipped_chunks(beside: CountTable) -> CountTable:
    """Counts of all shipped segmenters.

    Args:
        beside: counts on the same sentences.

    Raises:
        UserError: they are missing.
    """
    index, tokens = chunk_index(), _counts()
    joined = np.full(tokens.shape[:2], -1, np.int64)
    return CountTable.on(
        beside,
        tokenizers=tuple(index.segmenters.values()),
        tokens=tokens,
        unknown=np.zeros_like(tokens),
        joined=joined,
        joined_unknown=joined,
    )


@cache
def _counts() -> Unsigned:
    """Chunks of each segmenter, language and sentence, (S, L, N)."""
    from pyarrow import parquet  # type: ignore[import-untyped]

    table = parquet.read_table(FOLDER / COUNTS, use_threads=False)
    return np.stack([table.column(key).to_numpy().reshape(-1, SENTENCES) for key in chunk_index().segmenters])
