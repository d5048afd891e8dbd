"""Which entries of a tokenizer.json a text needs least.

In a byte-pair vocabulary only an entry that no other one is built from can go without changing how others come about.
Of those the one that stands least often goes first; its two parts then stand wherever it stood. So each step is the one
that lengthens the text least, and what is left is closed: all that an entry is built from is there.
"""

from collections.abc import Collection, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.repair.merge_list import MergeList
from core.vocabulary.repair.removal import Spared


def least_used(document: Mapping[str, Any], counts: NDArray[np.int64], n_out: int, spared: Spared) -> list[int]:
    """Ids of the entries that a text needs least, those that go first in front; fewer where no more can go.

    Args:
        document: the content of a tokenizer.json, parsed.
        counts: how often each id stands in the text, int64 (V,).
        n_out: entries to name.
        spared: tokens that are never named.
    """
    model = document["model"]
    if "merges" in model:
        return _last_merged(model, counts, n_out, spared)
    if isinstance(model.get("vocab"), list):
        spelling = {i: piece for i, (piece, _) in enumerate(model["vocab"]) if i != model.get("unk_id")}
    else:
        spelling = {i: token for token, i in model["vocab"].items() if token != model.get("unk_token")}
    prefix = str(model.get("continuing_subword_prefix") or "")
    free = [
        i
        for i, token in spelling.items()
        if len(token.removeprefix(prefix)) > 1 and i not in spared.ids and token not in spared.contents
    ]
    return sorted(free, key=lambda i: (_count(counts, i), -i))[:n_out]


def _last_merged(model: Mapping[str, Any], counts: NDArray[np.int64], n_out: int, spared: Spared) -> list[int]:
    merges, id_by_token = MergeList(model), dict[str, int](model["vocab"])
    stays = spared.contents | {token for token, i in id_by_token.items() if i in spared.ids}
    stays |= {str(model.get("unk_token"))}
    count = {token: _count(counts, i) for token, i in id_by_token.items()}
    n_built = {token: len(merges.direct(token) - {token}) for token in merges.parts}
    leaves = [(count[t], -id_by_token[t]) for t, n in n_built.items() if not n and t in id_by_token and t not in stays]
    token_by_id = {i: token for token, i in id_by_token.items()}
    heapify(leaves)
    gone = list[int]()
    while leaves and len(gone) < n_out:
        n, minus = heappop(leaves)
        gone.append(-minus)
        parts = merges.parts[token_by_id[-minus]]
        for part in parts[:2]:  # of the merge that comes first
            count[part] = count.get(part, 0) + n
        for part in _freed(set(parts), n_built, stays):
            heappush(leaves, (count[part], -id_by_token[part]))
    return gone


def _freed(parts: Collection[str], n_built: dict[str, int], stays: Collection[str]) -> list[str]:
    """Those of an entry's parts from which nothing is built now that it is gone."""
    for part in parts & n_built.keys():
        n_built[part] -= 1
    return [part for part in parts if n_built.get(part) == 0 and part not in stays]


def _count(counts: NDArray[np.int64], i: int) -> int:
    return int(counts[i]) if i < len(counts) else 0
