"""Segmentations as the token view draws them: the window of the text at hand, one lane per tokenizer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components.rows import Row
from components.token_view.component import Lane, TokenView
from core.kinds import Kind
from core.segmentation import Segmentation


def token_view_of(rows: Sequence[Row], text: str, span: tuple[int, int], **options: object) -> TokenView:
    """The characters `span` of the text under every row; `options` are the drawing options of `TokenView`."""
    start_byte = len(text[: span[0]].encode())
    shown = text[span[0] : span[1]]
    end_byte = start_byte + len(shown.encode())
    lanes = [lane(row, start_byte, end_byte) for row in rows]
    return TokenView(text=shown, char_offset=span[0], byte_offset=start_byte, lanes=lanes, **options)  # type: ignore[arg-type]


def tokens_within(segmentation: Segmentation, start: int, end: int) -> NDArray[np.intp]:
    """Indices of the tokens with a byte in [start, end), and of the zero-width ones there."""
    starts, ends = segmentation.starts, segmentation.ends
    overlaps = (starts < end) & (ends > start)
    at_end = end == len(segmentation.text)
    zero_width = (starts == ends) & (starts >= start) & ((starts < end) | at_end)
    return np.flatnonzero(overlaps | zero_width)


def lane(row: Row, start: int, end: int) -> Lane:
    """One tokenizer's tokens within the bytes [start, end), with what a hover shows of them."""
    segmentation = row.segmentation
    indices = tokens_within(segmentation, start, end)
    ids = segmentation.ids[indices]
    whole_starts, whole_ends = segmentation.starts[indices], segmentation.ends[indices]
    starts, ends = np.clip(whole_starts, start, end) - start, np.clip(whole_ends, start, end) - start
    clipped = np.flatnonzero((whole_starts < start) | (whole_ends > end))
    changed = np.flatnonzero(np.isin(indices, segmentation.changed) | (segmentation.kinds[indices] == Kind.INSERTED))
    told = np.union1d(clipped, changed).tolist()
    details = row.tokenizer.describe(np.unique(ids).tolist())
    return Lane(
        label=row.label,
        spec=row.spec,
        colour=row.colour,
        summary=f"{segmentation.n_tokens:,} tokens",
        ids=ids.tolist(),
        starts=starts.tolist(),
        ends=ends.tolist(),
        kinds=segmentation.kinds[indices].tolist(),
        pieces={str(i): segmentation.pieces[indices[i]].hex() for i in told},
        details={str(d.id): {"spelling": d.spelling, "measure": d.measure} for d in details},
        first_index=int(indices[0]) if len(indices) else 0,
    )
