"""Segmentations as the token view draws them: the window of the text at hand, one lane per tokenizer."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components.segmentation.rows import Row
from components.segmentation.token_view.component import Lane, TokenDetail, TokenView
from components.widgets.view_options import ViewOptions
from core.common.numbers import count
from core.text.code import looks_like_code
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation


def token_view_of(rows: Sequence[Row], text: str, span: tuple[int, int], options: ViewOptions) -> TokenView:
    """The characters `span` of the text under every row."""
    shown = text[span[0] : span[1]]
    start = len(text[: span[0]].encode())
    end = start + len(shown.encode())
    within = [tokens_within(row.segmentation, start, end) for row in rows]
    cuts, code = same_cuts([row.segmentation for row in rows]), looks_like_code(text)
    return TokenView(
        text=shown,
        lanes=tuple(lane(row, indices, start, end, cut) for row, indices, cut in zip(rows, within, cuts, strict=True)),
        char_offset=span[0],
        byte_offset=start,
        first_index=tuple(int(indices[0]) if len(indices) else 0 for indices in within),
        view=options.view,
        colours="id" if options.colours_by_id else "alternate",
        invisible=options.invisible,
        font_scale=options.font_scale,
        ids=options.ids,
        mono=code if options.mono is None else options.mono,
        dense=code if options.dense is None else options.dense,
    )


def same_cuts(segmentations: Sequence[Segmentation]) -> list[int]:
    """For each, the index of the first that makes the same tokens of the text, whatever their ids."""
    firsts: list[int] = []
    for i, one in enumerate(segmentations):
        firsts.append(next((k for k in dict.fromkeys(firsts) if _cut_alike(segmentations[k], one)), i))
    return firsts


def _cut_alike(a: Segmentation, b: Segmentation) -> bool:
    return (
        np.array_equal(a.starts, b.starts)
        and np.array_equal(a.ends, b.ends)
        and np.array_equal(a.kinds, b.kinds)
        and a.pieces == b.pieces
    )


def tokens_within(segmentation: Segmentation, start: int, end: int) -> NDArray[np.intp]:
    """Indices of the tokens with a byte in [start, end), and of the zero-width ones there."""
    starts, ends = segmentation.starts, segmentation.ends
    overlaps = (starts < end) & (ends > start)
    at_end = end == len(segmentation.text)
    zero_width = (starts == ends) & (starts >= start) & ((starts < end) | at_end)
    return np.flatnonzero(overlaps | zero_width)


def lane(row: Row, indices: NDArray[np.intp], start: int, end: int, cut: int = -1) -> Lane:
    """One tokenizer's tokens at `indices`, clipped to the bytes [start, end), with what a hover shows of them."""
    segmentation = row.segmentation
    ids = segmentation.ids[indices]
    starts, ends = segmentation.starts[indices], segmentation.ends[indices]
    clipped = (starts < start) | (ends > end)
    changed = np.isin(indices, segmentation.changed) | (segmentation.kinds[indices] == Kind.INSERTED)
    return Lane(
        label=row.label,
        spec=row.spec,
        colour=row.colour,
        summary=f"{count(segmentation.n_tokens)} tokens",
        total=len(segmentation),
        cut=cut,
        ids=ids,
        starts=np.clip(starts, start, end) - start,
        ends=np.clip(ends, start, end) - start,
        kinds=segmentation.kinds[indices],
        pieces={i: segmentation.pieces[indices[i]] for i in np.flatnonzero(clipped | changed).tolist()},
        details={d.id: TokenDetail(d.spelling, d.measure) for d in row.tokenizer.describe(np.unique(ids).tolist())},
    )
