"""Bits per byte of a file: its documents whole, with intervals that resample documents, or blocks of few long ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.lab.documents import LEAST_BLOCK_BYTES, block_bytes, documents
from core.models.language_model import LanguageModel
from core.models.score import USUAL_WINDOW_BYTES, Scores, score, usual_window
from core.models.scoring_windows import windows
from core.stats.bootstrap import MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number

LN2 = float(np.log(2))


@dataclass(frozen=True, eq=False)
class FileScore:
    """What a model says of a file, and what another says of the same bytes.

    Args:
        bits_per_byte: of the whole.
        n_bytes, n_tokens, n_documents: of it.
        unit: what intervals resample, such as "documents" or "blocks of 200 bytes".
        reference: bits per byte of the other model; None without one.
        difference: of the two, on the same bytes; None without.
        reference_tokens: of the other model.
        window_bytes, stride_bytes: how long documents were cut, alike for both.
        remarks: what a user of the numbers should know.
    """

    bits_per_byte: Number
    n_bytes: int
    n_tokens: int
    n_documents: int
    unit: str
    reference: Number | None
    difference: Number | None
    reference_tokens: int
    window_bytes: int
    stride_bytes: int
    remarks: tuple[str, ...]


def score_file(
    text: str, model: LanguageModel, reference: LanguageModel | None = None, seed: int = 0, window_bytes: int = 0
) -> FileScore:
    """Score a text with a model, and another beside it."""
    parts = documents(text)
    models = [m for m in (model, reference) if m is not None]
    window = window_bytes or _window(parts, models)
    scores = [score(m, parts, window_bytes=window) for m in models]
    many = len(parts) >= MIN_ITEMS
    block = block_bytes(scores[0].n_bytes)
    sums = _by_document(scores) if many else _by_block(scores, block)
    bits = _numbers(sums, seed)
    lossy = [f"{m.name}: {note}" for m, found in zip(models, scores, strict=True) for note in found.notes]
    return FileScore(
        bits_per_byte=bits[0],
        n_bytes=scores[0].n_bytes,
        n_tokens=sum(len(t.ids) for t in scores[0].texts),
        n_documents=len(parts),
        unit="documents" if many else f"blocks of {count(block)} bytes",
        reference=bits[1] if reference else None,
        difference=bits[2] if reference else None,
        reference_tokens=sum(len(t.ids) for t in scores[1].texts) if reference else 0,
        window_bytes=window,
        stride_bytes=scores[0].stride_bytes,
        remarks=tuple(lossy),
    )


Sums = NDArray[np.float64]


def _window(texts: Sequence[str], models: Sequence[LanguageModel]) -> int:
    """The usual window if no stretch of these texts is more tokens than a model can look back on; else what is sure."""

    def fits(model: LanguageModel, text: str) -> bool:
        cut = model.tokenizer.segment(text)
        found = windows(cut.starts, cut.ends, USUAL_WINDOW_BYTES, USUAL_WINDOW_BYTES // 2)
        return model.max_tokens is None or max(map(len, found), default=0) <= model.max_tokens

    return USUAL_WINDOW_BYTES if all(fits(m, text) for m in models for text in texts) else usual_window(*models)


def _by_document(scores: Sequence[Scores]) -> Sums:
    """Nats under each model, then bytes, per document, (models + 1, N)."""
    rows = [[text.total_nats for text in found.texts] for found in scores]
    return np.array([*rows, [text.n_bytes for text in scores[0].texts]], np.float64)


def _by_block(scores: Sequence[Scores], block: int) -> Sums:
    """The same per block; a token counts where it begins."""
    found = []
    for n, text in enumerate(scores[0].texts):
        n_blocks = max(1, -(-text.n_bytes // block))
        rows = []
        for each in (s.texts[n] for s in scores):
            place = np.minimum(each.starts // block, n_blocks - 1)
            rows.append(np.bincount(place, each.nats, n_blocks))
        sizes = np.minimum(block, text.n_bytes - block * np.arange(n_blocks))
        found.append(np.array([*rows, sizes], np.float64))
    return np.concatenate(found, 1)


def _numbers(sums: Sums, seed: int) -> list[Number]:
    """Bits per byte of each model, and the first minus the second."""
    whole, n = sums.sum(1), sums.shape[1]
    resampled = resampled_sums(sums, [np.arange(n)], seed=seed) if n >= MIN_ITEMS else None
    reason = (
        ""
        if resampled is not None
        else f"An interval needs {MIN_ITEMS} documents or blocks of {LEAST_BLOCK_BYTES} bytes: {n} here."
    )

    def number(at: Sequence[int], signs: Sequence[int]) -> Number:
        def value(totals: Sums) -> Sums:
            nats = sum(sign * totals[k] for k, sign in zip(at, signs, strict=True))
            return np.asarray(nats / totals[-1] / LN2)

        if not np.isfinite(value(whole)):
            return Number(np.nan, reason="A token has no probability, so the bits of the whole are undefined.")
        if resampled is None:
            return Number(float(value(whole)), reason=reason)
        low, high = percentiles(value(resampled))
        return Number(float(value(whole)), float(low), float(high))

    return [number([k], [1]) for k in range(len(sums) - 1)] + ([number([0, 1], [1, -1])] if len(sums) == 3 else [])
