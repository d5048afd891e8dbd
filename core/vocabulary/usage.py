"""How often each entry is used on a text in many languages, and which languages use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import Ids
from core.vocabulary.in_parts import cut


@dataclass(frozen=True, eq=False)
class Usage:
    """Counts of ids on the sentences of several languages.

    Args:
        n: size of the vocabulary.
        by_language: for each language code the ids that occur, ascending, and how often each does, int64 (n,) both.
    """

    n: int
    by_language: Mapping[str, tuple[Ids, Ids]]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How often each id occurs in all languages together, int64 (V,)."""
        found = np.zeros(self.n, np.int64)
        for ids, counts in self.by_language.values():
            found[ids] += counts
        return found

    @cached_property
    def n_languages(self) -> NDArray[np.int64]:
        """In how many languages each id occurs, int64 (V,)."""
        found = np.zeros(self.n, np.int64)
        for ids, _ in self.by_language.values():
            found[ids] += 1
        return found

    def languages(self, i: int) -> dict[str, int]:
        """Codes of the languages in which an id occurs, with how often, the most first."""
        found = {code: self._count(ids, counts, i) for code, (ids, counts) in self.by_language.items()}
        return {code: n for code, n in sorted(found.items(), key=lambda pair: -pair[1]) if n}

    @staticmethod
    def _count(ids: Ids, counts: Ids, i: int) -> int:
        place = int(np.searchsorted(ids, i))
        return int(counts[place]) if place < len(ids) and ids[place] == i else 0


def usage(tokenizer: Tokenizer, sentences: Mapping[str, Sequence[str]]) -> Usage:
    """Cuts the sentences of each language and counts ids, special tokens not added.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> found = usage(open_tokenizer("builtin:utf8-bytes"), {"eng_Latn": ["aab"], "deu_Latn": ["b"]})
    >>> found.counts[[100, 101]].tolist(), found.languages(101)
    ([2, 2], {'eng_Latn': 1, 'deu_Latn': 1})
    """
    texts = [one for each in sentences.values() for one in each]
    ids_of_texts = chain.from_iterable(cut(tokenizer, texts))
    found = dict[str, tuple[Ids, Ids]]()
    for code, each in sentences.items():
        ids = [next(ids_of_texts) for _ in each] or [np.empty(0, np.int32)]
        present, counts = np.unique(np.concatenate(ids), return_counts=True)
        found[code] = present.astype(np.int64), counts.astype(np.int64)
    return Usage(tokenizer.info.n_vocabulary or 0, found)
