"""llama2.c's tokenizer.bin against its own rule: merge the best-scored pair until none is left."""

import struct
from collections.abc import Callable
from functools import partial
from heapq import heapify, heappop, heappush
from pathlib import Path

from tests.datafolder import DATA, TOKENIZERS
from tests.fidelity.case import Case


def _load(path: Path) -> Callable[[str], list[int]]:
    data = path.read_bytes()
    pieces: list[bytes] = []
    scores: list[float] = []
    at = 4
    while at < len(data):
        score, length = struct.unpack_from("<fi", data, at)
        pieces.append(data[at + 8 : at + 8 + length])
        scores.append(score)
        at += 8 + length
    id_by_piece = {piece: i for i, piece in enumerate(pieces)}

    def encode(text: str) -> list[int]:
        """run.c's loop with a heap in place of its scan for the best pair; the leftmost of equals."""
        ids: list[int] = []
        for character in (" " + text) if text else "":
            known = id_by_piece.get(character.encode())
            ids += [known] if known is not None else [byte + 3 for byte in character.encode()]
        after = list(range(1, len(ids) + 1))
        before = list(range(-1, len(ids) - 1))

        def candidate(left: int) -> tuple[float, int, int, int, int] | None:
            right = after[left] if left >= 0 else len(ids)
            if left < 0 or right >= len(ids):
                return None
            merged = id_by_piece.get(pieces[ids[left]] + pieces[ids[right]])
            return None if merged is None else (-scores[merged], left, ids[left], ids[right], merged)

        heap = [c for c in map(candidate, range(len(ids))) if c]
        heapify(heap)
        while heap:
            _, left, first, second, merged = heappop(heap)
            right = after[left]
            if ids[left] != first or right >= len(ids) or ids[right] != second:
                continue
            ids[left], ids[right] = merged, -1
            after[left] = after[right]
            if after[left] < len(ids):
                before[after[left]] = left
            for place in (before[left], left):
                if new := candidate(place):
                    heappush(heap, new)
        return [i for i in ids if i >= 0]

    return encode


_PATHS = [DATA / "models" / "stories260K" / "tok512.bin", TOKENIZERS / "llama2c" / "llama2_tokenizer.bin"]

CASES = [
    Case("llama2c", path.stem, f"file:{path}", "run.c, restated", partial(_load, path))
    for path in _PATHS
    if path.is_file()
]
