"""Pictures of characters, and vectors made of them: what a model with frozen visual rows knows of a code point.

A picture is 16 by 16 pixels, as GNU Unifont has it. Its vector is what is left of it on the directions in which all
pictures differ most (PCA), at length 1, as in Bochkov 2025. `data/glyphs/README.md` says what ships, and how good.
"""

import unicodedata
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.data_folders import DATA
from core.common.errors import UnreadableFile

FILE = DATA / "glyphs" / "glyphs.npz"
SIDE = 16  # pixels of a picture across and down
PLANE = 0x10000  # code points of Unicode's first plane, as many as the paper has rows
_ALIKE = 4  # decimals at which two vectors are equally alike to a third
_READ, _BLOCK = 8192, 64  # pictures turned into vectors at a time, and vectors compared with all
_OUTSIDE = {
    "Cc": "a control",
    "Cf": "a format character, without a picture of its own",
    "Cs": "half of a surrogate pair",
    "Co": "in private use",
    "Cn": "not assigned",
    "Zl": "a line separator",
    "Zp": "a paragraph separator",
}


@dataclass(frozen=True)
class LookAlike:
    """A character beside another.

    Args:
        character: it.
        likeness: cosine of the two vectors, -1 to 1; 1 for the same picture.
        listed: whether Unicode's list of confusables has the two.
    """

    character: str
    likeness: float
    listed: bool


@dataclass(frozen=True, eq=False)
class Glyphs:
    """The map.

    Args:
        points: code points of its characters, ascending, uint16 (N,).
        pictures: their pixels row by row, eight to a byte, uint8 (N, 32).
        mean: of all pictures, float32 (256,).
        axes: directions in which they differ most, float32 (256, K).
        variance: share of all pictures' variance along each, descending, float32 (K,).
        confusables: code points, pairs of Unicode's list of which both are here, in both orders, uint16 (P, 2).
    """

    points: NDArray[np.uint16]
    pictures: NDArray[np.uint8]
    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    variance: NDArray[np.float32]
    confusables: NDArray[np.uint16]

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Of each character, length 1, float32 (N, K)."""
        parts = [self.pictures[start : start + _READ] for start in range(0, len(self.pictures), _READ)]
        return np.concatenate([vectors_of(pixels_of(part), self.mean, self.axes) for part in parts])

    def place(self, character: str) -> int | None:
        """Which of the characters it is; None where it has no picture."""
        at = int(np.searchsorted(self.points, min(ord(character), PLANE - 1)))
        return at if at < len(self.points) and int(self.points[at]) == ord(character) else None

    def picture(self, character: str) -> NDArray[np.bool_]:
        """What a character of the map looks like, (16, 16), row after row."""
        at = self.place(character)
        assert at is not None, "asked of those that are here"
        return pixels_of(self.pictures[at : at + 1]).reshape(SIDE, SIDE).astype(np.bool_)

    def look_alikes(self, character: str, most: int) -> list[LookAlike]:
        """The characters most like one of the map, the most alike first, of equally alike ones by code point."""
        at = self.place(character)
        assert at is not None, "asked of those that are here"
        likeness = np.round(self.vectors @ self.vectors[at], _ALIKE)
        likeness[at] = -2
        few = np.flatnonzero(likeness >= np.partition(likeness, -most)[-most])
        found = few[np.lexsort((few, -likeness[few]))][:most]
        return self._beside([character] * len(found), found, likeness[found])

    def _beside(
        self, characters: Sequence[str], places: NDArray[np.intp], likeness: NDArray[np.float32]
    ) -> list[LookAlike]:
        """The character at each place as what stands beside each of these."""
        others, values = self.points[places].tolist(), np.minimum(likeness, 1).tolist()
        return [
            LookAlike(chr(other), value, (ord(character), other) in self._listed)
            for character, other, value in zip(characters, others, values, strict=True)
        ]

    @cached_property
    def _listed(self) -> frozenset[tuple[int, int]]:
        return frozenset(map(tuple, self.confusables.tolist()))

    def nearest(self, characters: Sequence[str]) -> list[LookAlike]:
        """The one most like each of these characters of the map, of equally alike ones the first by code point."""
        at = np.array([self.place(character) for character in characters], np.intp)
        found: list[LookAlike] = []
        for start in range(0, len(at), _BLOCK):
            few = at[start : start + _BLOCK]
            likeness = np.round(self.vectors[few] @ self.vectors.T, _ALIKE)
            likeness[np.arange(len(few)), few] = -2
            found += self._beside(characters[start : start + _BLOCK], likeness.argmax(1), likeness.max(1))
        return found

    def same_picture(self, characters: Sequence[str]) -> list[list[str]]:
        """Characters of the map in groups that have one picture, in the order in which they are given."""
        groups: dict[bytes, list[str]] = {}
        for character in characters:
            at = self.place(character)
            assert at is not None, "asked of those that are here"
            groups.setdefault(self.pictures[at].tobytes(), []).append(character)
        return list(groups.values())

    def placed(self, characters: Sequence[str], among_all: bool = False) -> tuple[NDArray[np.float64], float]:
        """Where characters of the map lie in two dimensions.

        Args:
            among_all: by the two directions in which all characters differ most, the same for every text; else by
                those in which the vectors of these do.

        Returns:
            float64 (M, 2), and the share of the differences between these vectors that is left in it, NaN where all
            lie at one place.
        """
        places = [self.place(character) for character in characters]
        vectors = self.vectors[np.array(places, np.intp)].astype(np.float64)  # (M, K)
        apart = vectors - vectors.mean(0)
        if among_all:
            shown, seen = vectors[:, :2], apart[:, :2]
        else:
            axes = np.linalg.svd(apart, full_matrices=False)[2][:2]
            axes *= np.where(axes[np.arange(len(axes)), np.abs(axes).argmax(1)] < 0, -1, 1)[:, None]
            shown = seen = np.zeros((len(vectors), 2))
            shown[:, : len(axes)] = apart @ axes.T
        total = float((apart**2).sum())
        return shown, float((seen**2).sum()) / total if total > 1e-9 else float("nan")


def pixels_of(packed: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels 0 or 1 of pictures that are packed eight to a byte, (M, 32) to (M, 256)."""
    return np.unpackbits(packed, axis=1)


def vectors_of(pixels: NDArray[np.uint8], mean: NDArray[np.float32], axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is left of pictures (M, 256) on the axes, each at length 1, float32 (M, K).

    Source: Bochkov 2025, arXiv 2507.04886: picture, PCA, then length 1.
    """
    found = (pixels - mean) @ axes
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    unit: NDArray[np.float32] = found / np.maximum(lengths, np.float32(1e-9))
    return unit


def why_outside(character: str) -> str:
    """Why a character has no picture in the map, in a few words.

    >>> why_outside("\\n"), why_outside("🙂"), why_outside("\\u0378")
    ('a control', 'beyond U+FFFF', 'not assigned')
    """
    if ord(character) >= PLANE:
        return "beyond U+FFFF"
    return _OUTSIDE.get(unicodedata.category(character), "drawn with its neighbours, or in a later version of Unicode")


@cache
def glyphs() -> Glyphs:
    """The map that ships.

    Raises:
        UnreadableFile: it is missing or damaged.
    """
    names = ("points", "pictures", "mean", "axes", "variance", "confusables")
    found = Glyphs(*_arrays(names))
    n, k = len(found.points), found.axes.shape[-1]
    shapes = [(n,), (n, SIDE * SIDE // 8), (SIDE * SIDE,), (SIDE * SIDE, k), (k,), (len(found.confusables), 2)]
    if [getattr(found, name).shape for name in names] != shapes:
        raise _damaged()
    return found


@cache
def nearest_likeness() -> NDArray[np.float32]:
    """By code point, how alike the nearest other character of the map is, float32 (65536,); NaN of those outside.

    Raises:
        UnreadableFile: the map is missing or damaged.
    """
    points, likeness = _arrays(("points", "likeness"))
    if points.shape != likeness.shape:
        raise _damaged()
    found = np.full(PLANE, np.nan, np.float32)
    found[points] = likeness / np.float32(1000)
    return found


def _arrays(names: Sequence[str]) -> list[NDArray[Any]]:
    """Arrays of the file by name; the others stay on disk."""
    try:
        with np.load(FILE, allow_pickle=False) as file:
            return [file[name] for name in names]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise _damaged() from None


def _damaged() -> UnreadableFile:
    return UnreadableFile(
        "The map of characters, data/glyphs/glyphs.npz, is missing or damaged. Install this project again, or make it "
        "with data/glyphs/build.py."
    )
