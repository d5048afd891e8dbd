"""RWKV World against a plain restatement of its rule: at each place the longest entry that fits."""

import ast
from collections.abc import Callable

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

_PATH = TOKENIZERS / "rwkv" / "rwkv_vocab_v20230424.txt"


def _reference() -> Callable[[str], list[int]]:
    id_by_bytes = {}
    for line in _PATH.read_text(encoding="utf-8").splitlines():
        value = ast.literal_eval(line[line.index(" ") : line.rindex(" ")].strip())
        id_by_bytes[value.encode() if isinstance(value, str) else value] = int(line[: line.index(" ")])
    longest: dict[bytes, int] = {}
    for piece in id_by_bytes:
        longest[piece[:2]] = max(longest.get(piece[:2], 1), len(piece))

    def encode(text: str) -> list[int]:
        data, ids, at = text.encode(), [], 0
        while at < len(data):
            reach = min(longest.get(data[at : at + 2], 1), len(data) - at)
            size = next(n for n in range(reach, 0, -1) if data[at : at + n] in id_by_bytes)
            ids.append(id_by_bytes[data[at : at + size]])
            at += size
        return ids

    return encode


CASES = [Case("rwkv", "RWKV World", f"file:{_PATH}", "its rule, restated", _reference)]
