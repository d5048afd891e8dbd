"""The merges of a byte-pair tokenizer.json, and what is built from what."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Pair = tuple[str, str]


class MergeList:
    """The merges of a model, in order, and what is built from what."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        given = model["merges"]
        self.as_text = bool(given) and isinstance(given[0], str)
        self.pairs: list[Pair] = [_pair(merge) for merge in given]
        self.prefix = model.get("continuing_subword_prefix") or ""
        self.suffix = model.get("end_of_word_suffix") or ""
        self.products = [left + right.removeprefix(self.prefix) for left, right in self.pairs]
        self._by_part: dict[str, set[str]] = defaultdict(set)
        self.parts: dict[str, list[str]] = defaultdict(list)
        for pair, product in zip(self.pairs, self.products, strict=True):
            self.parts[product] += pair
            for part in pair:
                self._by_part[part].add(product)

    def bare(self, token: str) -> str:
        """Without what marks its place in a word."""
        text = token.removeprefix(self.prefix) if token != self.prefix else token
        return text.removesuffix(self.suffix) if text != self.suffix else text

    def direct(self, token: str) -> set[str]:
        """What one merge makes of it."""
        return self._by_part.get(token, set())

    def built_on(self, tokens: Iterable[str]) -> set[str]:
        """All that merges make of these, of what they make, and so on."""
        found, open_ends = set[str](), list(tokens)
        while open_ends:
            new = self.direct(open_ends.pop()) - found
            found |= new
            open_ends += new
        return found

    def closed(self, chosen: set[str]) -> set[str]:
        """Those of the chosen from which nothing is built but others of them."""
        gone = set(chosen)
        needed = [part for product, parts in self.parts.items() if product not in gone for part in parts]
        while needed:
            token = needed.pop()
            if token in gone:
                gone.remove(token)
                needed += self.parts.get(token, ())
        return gone

    def left(self, gone: set[str]) -> list[Pair]:
        """The merges that make none of these."""
        return [pair for pair, product in zip(self.pairs, self.products, strict=True) if product not in gone]

    def written(self, pairs: Sequence[Pair]) -> list[str] | list[list[str]]:
        """As the file has them."""
        return [" ".join(pair) for pair in pairs] if self.as_text else [list(pair) for pair in pairs]


def _pair(merge: str | Sequence[str]) -> Pair:
    """A merge as either form of the file has it."""
    left, right = merge.split(" ", 1) if isinstance(merge, str) else merge
    return left, right
