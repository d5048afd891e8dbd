"""Small count tables, made up."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.counting.table import Counted, CountTable, compact


def made_up(spec: str, label: str, fingerprint: str) -> Counted:
    """A tokenizer of 100 entries."""
    return Counted(spec=spec, label=label, fingerprint=fingerprint, n_vocabulary=100, algorithm="BPE", reference="none")


def table(tokens: ArrayLike, unknown: ArrayLike | None = None, **changes: Any) -> CountTable:
    """Counts (K, L, N) as a table: tokenizers t0, t1, …, languages a, b, c, …; bytes and characters are twice the
    tokens of t0 unless given."""
    counts = np.asarray(tokens)
    k, n_languages, _ = counts.shape
    sizes = compact(counts[0] * 2)
    fields: dict[str, Any] = {
        "corpus": "0" * 16,
        "corpus_label": "Made up",
        "languages": tuple("abcdefghijklmnopqrstuvwxyz"[:n_languages]),
        "tokenizers": tuple(made_up(f"x:t{i}", f"t{i}", f"{i:016x}") for i in range(k)),
        "tokens": compact(counts),
        "unknown": compact(np.zeros_like(counts) if unknown is None else np.asarray(unknown)),
        "joined": counts.sum(2).astype(np.int64),
        "joined_unknown": np.zeros((k, n_languages), np.int64),
        "n_bytes": sizes,
        "n_characters": sizes,
    }
    return CountTable(**(fields | changes))
