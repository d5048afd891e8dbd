"""Tokenizers made of a list of tokens, and matrices for them."""

import hashlib
from collections.abc import Sequence

import numpy as np
import torch

from core.models.matrices import Matrices
from core.tokenizers.backends.longest_match import LongestMatchTokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Info
from core.tokenizers.vocabulary import Vocabulary

BYTES = [bytes([b]) for b in range(256)]


def lexicon(
    tokens: Sequence[bytes], specials: Sequence[str] = ("<s>", "</s>"), order: Sequence[int] | None = None
) -> LongestMatchTokenizer:
    """A greedy tokenizer with these special tokens, the 256 bytes, and these tokens; `order` permutes its ids."""
    pieces = [s.encode() for s in specials] + BYTES + list(tokens)
    kinds = np.array([Kind.SPECIAL] * len(specials) + [Kind.ORDINARY] * (256 + len(tokens)), np.uint8)
    if order is not None:
        pieces, kinds = [pieces[i] for i in order], kinds[list(order)]
    listed = tuple((p.decode(), i) for i, p in enumerate(pieces) if kinds[i] == Kind.SPECIAL)
    info = Info(
        spec="test:lexicon",
        label="lexicon",
        source="test",
        fingerprint=hashlib.sha256(repr(pieces).encode()).hexdigest()[:16],
        n_vocabulary=len(pieces),
        algorithm="greedy longest match",
        reference="none",
        specials=listed,
    )
    known = {p: i for i, p in enumerate(pieces) if kinds[i] == Kind.ORDINARY}
    return LongestMatchTokenizer(known, info, Vocabulary(pieces, kinds))


def random_matrices(n_rows: int, width: int, seed: int, tied: bool = False, bias: bool = False) -> Matrices:
    """Rows from a normal distribution."""
    draw = torch.Generator().manual_seed(seed)
    return Matrices(
        torch.randn(n_rows, width, generator=draw),
        None if tied else torch.randn(n_rows, width, generator=draw),
        torch.randn(n_rows, generator=draw) if bias else None,
    )
