"""A trained tokenizer as everything else opens tokenizers, before it is kept; and as it stood when it was smaller."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tokenizers import Tokenizer

from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.tokenizer import Info, LocalTokenizer
from core.tokenizers.trained import SCHEME
from core.training.recipe import Trained
from core.training.runs import run_label
from core.training.trainer import TRAINERS


def opened(one: Trained) -> LocalTokenizer:
    """It as it will be when it is kept."""
    return _opened(one, one.data.tobytes(), one.n_vocabulary)


@dataclass(frozen=True)
class Growth:
    """How a tokenizer that is a list of merges grew: its ids are in the order in which entries were made.

    Args:
        least: entries before the first merge: special tokens, and what every text can be written in.
        most: all of them.
        parts: of each entry that a merge made, by id, the two that were merged.
    """

    least: int
    most: int
    parts: Mapping[int, tuple[int, int]]

    def history(self, i: int, depth: int = 0) -> list[tuple[int, int]]:
        """Depth and id of an entry and of all that it was made from, each before its parts, left before right.

        >>> Growth(3, 5, {3: (0, 1), 4: (3, 2)}).history(4)
        [(0, 4), (1, 3), (2, 0), (2, 1), (1, 2)]
        """
        parts = self.parts.get(i, ())
        return [(depth, i), *(step for part in parts for step in self.history(part, depth + 1))]


def growth(one: Trained) -> Growth | None:
    """How it grew; None for what is no list of merges, or whose ids are in another order.

    Every beginning of it is then the tokenizer of the same training, stopped there.
    """
    model = _document(one)["model"]
    if model["type"] != "BPE" or not model["merges"]:
        return None
    ids = model["vocab"]
    parts: dict[int, tuple[int, int]] = {}
    for left, right in model["merges"]:
        parts.setdefault(ids.get(left + right, -1), (ids.get(left, -1), ids.get(right, -1)))
    least = len(ids) - len(parts)
    in_order = list(parts) == list(range(least, len(ids)))
    return Growth(least, len(ids), parts) if in_order and all(max(two) < i for i, two in parts.items()) else None


def as_it_stood(one: Trained, n: int) -> LocalTokenizer:
    """It with only the first n entries, special tokens included.

    Raises:
        UserError: it has no such beginning.
    """
    found = growth(one)
    if found is None or not found.least <= n <= found.most:
        raise UserError(
            f"{TRAINERS.get(one.recipe.trainer).label} with {count(one.n_vocabulary)} entries has no beginning of "
            f"{count(n)}. Choose a trainer that merges, and a size that it went through."
        )
    document = _document(one)
    model = document["model"]
    model["vocab"] = {piece: i for piece, i in model["vocab"].items() if i < n}
    model["merges"] = [pair for pair in model["merges"] if "".join(pair) in model["vocab"]]
    return _opened(one, json.dumps(document).encode(), n)


def _document(one: Trained) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(one.data.tobytes())
    return found


def _opened(one: Trained, data: bytes, n: int) -> LocalTokenizer:
    name = f"{one.content[:16]}-{n}"
    label = f"{run_label(one.recipe)}, {count(n)}"
    return HuggingFaceTokenizer(
        Tokenizer.from_buffer(data), Info(f"{SCHEME}:{name}", label, SCHEME, name, None, "", "")
    )
