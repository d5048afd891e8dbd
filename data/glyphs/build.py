"""Builds `glyphs.npz`, the map of characters by what they look like, and the figures of README.md beside it.

    python data/glyphs/build.py HEX CONFUSABLES

`HEX` is /usr/share/unifont/unifont.hex of Debian's package unifont 1:15.0.01-2, `CONFUSABLES` is confusables.json of
the Python package confusable-homoglyphs 3.3.1. Fifteen seconds of a processor; the same files give the same bytes.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from core.segmenters.build.glyph_facts import card  # noqa: E402
from core.segmenters.glyphs import FILE, PLANE, SIDE, Glyphs, pixels_of  # noqa: E402

AXES = 64
_NARROW = 4 * SIDE // 16  # columns left empty beside a picture of half the width
_WITHOUT = regex.compile(
    r"[[\p{C}\p{Zl}\p{Zp}--\p{Prepended_Concatenation_Mark}]||\p{Default_Ignorable_Code_Point}]", regex.V1
)
_BLOCK = 1024


def main(font: Path, confusables: Path) -> None:
    """Write the map and its card."""
    drawn = dict(sorted(pictures(font)))
    points = np.array(list(drawn), np.uint16)
    packed = np.stack(list(drawn.values()))
    mean, axes, variance = principal(pixels_of(packed))
    glyphs = Glyphs(points, packed, mean, axes, variance, np.array(pairs(confusables, drawn), np.uint16))
    arrays = {name: getattr(glyphs, name) for name in Glyphs.__dataclass_fields__}
    np.savez_compressed(FILE, **arrays, likeness=thousandths(glyphs.vectors))
    (HERE / "README.md").write_text(card(glyphs), encoding="utf-8")


def pictures(font: Path) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Code point and packed pixels (32,) of each character that has a picture of its own."""
    for line in font.read_text(encoding="ascii").split():
        written, _, digits = line.partition(":")
        point = int(written, 16)
        if point >= PLANE or _WITHOUT.match(chr(point)):
            continue
        rows = np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(SIDE, -1)
        if rows.shape[1] == 1:  # half as wide: in the middle
            wide = np.zeros((SIDE, SIDE), np.uint8)
            wide[:, _NARROW : _NARROW + SIDE // 2] = np.unpackbits(rows, axis=1)
            rows = np.packbits(wide, axis=1)
        yield point, rows.reshape(-1)


def principal(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Mean, axes and shares of variance of pictures (N, 256); of an axis' two directions, that of its largest entry."""
    whole = pixels.astype(np.float64)
    mean = whole.mean(0)
    values, axes = np.linalg.eigh(whole.T @ whole / len(whole) - np.outer(mean, mean))
    values, axes = values[::-1], axes[:, ::-1]
    axes = axes * np.where(axes[np.abs(axes).argmax(0), np.arange(len(values))] < 0, -1, 1)
    share = values / values.sum()
    return mean.astype(np.float32), axes[:, :AXES].astype(np.float32), share[:AXES].astype(np.float32)


def pairs(confusables: Path, drawn: dict[int, NDArray[np.uint8]]) -> list[tuple[int, int]]:
    """Pairs of single characters that can be confused and are both drawn, in both orders."""
    listed = json.loads(confusables.read_text(encoding="utf-8"))
    found = set()
    for one, others in listed.items():
        for other in (entry["c"] for entry in others):
            if len(one) == len(other) == 1 and one != other and {ord(one), ord(other)} <= drawn.keys():
                found |= {(ord(one), ord(other)), (ord(other), ord(one))}
    return sorted(found)


def thousandths(vectors: NDArray[np.float32]) -> NDArray[np.int16]:
    """How alike the nearest other vector is to each of (N, K)."""
    found = np.empty(len(vectors), np.float32)
    for start in range(0, len(vectors), _BLOCK):
        likeness = vectors[start : start + _BLOCK] @ vectors.T
        likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = -2
        found[start : start + _BLOCK] = likeness.max(1)
    return np.round(found * 1000).astype(np.int16)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
