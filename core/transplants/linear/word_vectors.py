"""Vectors of words: read from a file, or made from text; and of tokens, by the words that they occur in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UnreadableFile, UserError, shown
from core.text.words_of_text import words_of
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.spelling import spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.linear.cooccurrence import token_vectors

MAX_WORDS = 200_000  # more are rare, and fastText's files have two million


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


def read_vectors(path: Path, most: int = MAX_WORDS) -> WordVectors:
    """The first words of a text file of word vectors: a line of a word and its numbers, perhaps a line of sizes first.

    Raises:
        UnreadableFile: a line has another number of numbers, or something that is none; says which line.
    """
    words, rows = list[str](), list[NDArray[np.float32]]()
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            word, *cells = line.rstrip("\n ").split(" ")
            if number == 1 and len(cells) == 1:
                continue
            row = np.fromstring(" ".join(cells), np.float32, sep=" ") if cells else np.empty(0, np.float32)
            if not len(row) or len(row) != len(cells) or (rows and len(row) != len(rows[0])):
                raise UnreadableFile(
                    f"Line {number:,} of {shown(path.name)} is not a word and "
                    f"{len(rows[0]) if rows else 'its'} numbers. "
                    "Give word vectors in text form (.vec)."
                )
            words.append(word)
            rows.append(row)
            if len(words) == most:
                break
    if not words:
        raise UnreadableFile(f"{shown(path.name)} holds no word vectors. Give a text file of them (.vec).")
    first = {word: n for n, word in reversed(list(enumerate(words)))}
    kept = sorted(first.values())
    return WordVectors([words[n] for n in kept], torch.from_numpy(np.stack([rows[n] for n in kept])))


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


def read_dictionary(path: Path) -> list[tuple[str, str]]:
    """Pairs of words from lines of a word, a tab (or a space) and its translation.

    Raises:
        UnreadableFile: no line is such a pair.
    """
    pairs = list[tuple[str, str]]()
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        left, _, right = line.strip().partition("\t" if "\t" in line else " ")
        if left and right.strip():
            pairs.append((left.strip(), right.strip()))
    if not pairs:
        raise UnreadableFile(
            f"{shown(path.name)} holds no pairs of words. Give a line of two words with a tab between."
        )
    return pairs
