"""Vectors of words, given or made from text; and of tokens, by the words that they occur in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.text.words_of_text import words_of
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.spelling import spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.linear.cooccurrence import token_vectors


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words with their vectors, frequent words first.

    Args:
        words: W of them, all different.
        vectors: float32 (W, d).
    """

    words: Sequence[str]
    vectors: Tensor

    @cached_property
    def row_by_word(self) -> dict[str, int]:
        """Row of each word."""
        return {word: row for row, word in enumerate(self.words)}

    def of_tokens(self, tokenizer: LocalTokenizer) -> Tensor:
        """A vector per token, float32 (V, d): the mean over the words that it is a piece of, weighted by how frequent
        they are; NaN for tokens in no word.

        Frequencies follow from the order of the words, as one over the rank (Zipf 1935). Words are spelled as in the
        middle of a text, behind a space, so that ` the` and `the` are different tokens with different words.
        """
        size, width = len(vocabulary_of(tokenizer)), self.vectors.shape[1]
        spelled = spell(tokenizer, [b" " + word.encode() for word in self.words])
        lengths = np.fromiter(map(len, spelled), np.int64, len(spelled))
        rows = torch.from_numpy(np.repeat(np.arange(len(spelled)), lengths))
        tokens = torch.tensor([i for ids in spelled for i in ids], dtype=torch.int64)
        weights = 1 / (rows + 1.0)
        total, worth = torch.zeros(size, width), torch.zeros(size)
        worth.index_add_(0, tokens, weights)
        for at in range(0, len(tokens), 65_536):  # the gathered vectors, not all at once
            part = slice(at, at + 65_536)
            total.index_add_(0, tokens[part], self.vectors[rows[part]] * weights[part, None])
        return total / torch.where(worth == 0, torch.nan, worth)[:, None]

    def by_spelling(self, tokenizer: LocalTokenizer) -> Tensor:
        """The vector of each token among the words, as the tokenizer's file spells it, float32 (V, d); NaN for others.

        Raises:
            UserError: no token is among them.
        """
        words = vocabulary_of(tokenizer)
        spellings = words.spellings or [piece.decode(errors="replace") for piece in words.pieces]
        rows = torch.tensor([self.row_by_word.get(spelling, -1) for spelling in spellings])
        if not (rows >= 0).any():
            raise UserError(
                f"None of the {count(len(self.words))} vectors is of a token of {tokenizer.info.label}. Give vectors "
                f"of its tokens as its file spells them, such as {shown(spellings[-1])}."
            )
        return torch.where(rows[:, None] >= 0, self.vectors[rows.clamp(min=0)], torch.nan)


def vectors_from_text(texts: Sequence[str], width: int = 100, min_count: int = 3, seed: int = 0) -> WordVectors:
    """Vectors of the words of texts, by the company they keep.

    Raises:
        UserError: no word occurs often enough.
    """
    cut = [words_of(text) for text in texts]
    counts = Counter(word for words in cut for word in words)
    ranked = [word for word, n in counts.most_common() if n >= min_count]
    if len(ranked) < 2:
        raise UserError(
            f"The text has fewer than two words that occur {min_count} times, too little to learn vectors from. "
            "Give more text, or word vectors in a file."
        )
    row_by_word = {word: row for row, word in enumerate(ranked)}
    texts_ids = [np.array([row_by_word[w] for w in words if w in row_by_word], np.int32) for words in cut]
    return WordVectors(ranked, token_vectors(texts_ids, len(ranked), min(width, len(ranked)), min_count=1, seed=seed))
