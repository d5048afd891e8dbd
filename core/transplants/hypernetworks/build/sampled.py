"""Tokenizers drawn at random, so that a hypernetwork learns from spellings of tokens that no one tokenizer has."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from core.models.build.mix import documents
from core.models.build.texts import Part
from core.models.build.vocabularies import bpe
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.spelling import Spelling, fewest, shortest_vocabulary, spell
from core.tokenizers.tokenizer import LocalTokenizer
from core.tokenizers.vocabulary import bytes_of_alphabet

_DOCUMENTS = (300, 1_500)  # that a tokenizer is made from
_ENTRIES = (2_500, 8_000)
_ENGLISH = (0.05, 0.9)  # share of English among them


@dataclass(frozen=True, eq=False)
class Sampled:
    """A tokenizer that was drawn, beside the model's own.

    Args:
        tokenizer: of the library of that name.
        old: the model's row of each token, -1 for tokens that it has not, int64 (V,).
        fresh: tokens that it has not, int64 (n,).
        spelled: old tokens that spell each of those, none empty.
    """

    tokenizer: Tokenizer
    old: Tensor
    fresh: Tensor
    spelled: Sequence[Spelling]


def sampled(mine: LocalTokenizer, parts: Sequence[Part], seed: int, begin: int = 0) -> Iterator[Sampled]:
    """Tokenizers without end, each from other documents, of another size and with another share of English.

    Args:
        mine: the model's own.
        begin: how many of the first are left out, which are not made.
    """
    rng = random.Random(seed)
    words = vocabulary_of(mine)
    id_by_piece = {piece: i for i, piece in enumerate(words.pieces) if piece}
    for number in count():
        english, n = rng.uniform(*_ENGLISH), rng.randint(*_DOCUMENTS)
        of_texts, n_entries = rng.randrange(2**32), rng.randint(*_ENTRIES)
        if number < begin:
            continue
        tokenizer = bpe(list(islice(documents(parts, of_texts, english), n)), n_entries, [])
        spellings = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
        pieces = [bytes_of_alphabet(word) or b"" for word, _ in spellings]
        old = np.array([id_by_piece.get(piece, -1) for piece in pieces], np.int64)
        fresh = np.flatnonzero(old < 0)
        yield Sampled(
            tokenizer,
            torch.from_numpy(old),
            torch.from_numpy(fresh),
            spell(mine, [pieces[i] for i in fresh.tolist()]),
        )


def spelled_otherwise(tokenizer: LocalTokenizer) -> dict[int, Spelling]:
    """The fewest other tokens that spell each token of more than a byte, by its id; special ones as their text is."""
    known = shortest_vocabulary(tokenizer, special_ids(tokenizer))
    longest, found = max(map(len, known)), dict[int, Spelling]()
    for i, piece in enumerate(vocabulary_of(tokenizer).pieces):
        if len(piece) > 1:
            own = known.pop(piece, None)
            found[i] = spell(tokenizer, [piece])[0] if own is None else fewest(piece, known, longest)
            known |= {} if own is None else {piece: own}
    return {i: ids for i, ids in found.items() if ids}
