"""How many bytes of a text a token stands for, with an interval over lines."""

from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from core.stats.bootstrap import MIN_ITEMS
from core.stats.ratio_t_test import ratio_against_zero
from core.training.recipe import MeasuredPart
from core.training.text import TrainingPart


def measured(tokenizer: Tokenizer, parts: Sequence[TrainingPart]) -> tuple[MeasuredPart, list[MeasuredPart]]:
    """All of a text together, and each part of it, by what was kept apart; by all of it where nothing was."""
    apart = any(part.held_out for part in parts)
    texts = [part.held_out if apart else part.chunks for part in parts]
    each = [_part(tokenizer, part.name, part.n_bytes, some, apart) for part, some in zip(parts, texts, strict=True)]
    together = [text for some in texts for text in some]
    return _part(tokenizer, "", sum(part.n_bytes for part in parts), together, apart), each


def _part(tokenizer: Tokenizer, name: str, n_bytes: int, texts: Sequence[str], apart: bool) -> MeasuredPart:
    sizes = np.array([len(text.encode()) for text in texts], np.float64)
    cut = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    tokens = np.array([len(one.ids) for one in cut], np.float64)
    value = low = high = float("nan")
    if tokens.sum():
        value = float(sizes.sum() / tokens.sum())
        if apart and len(texts) >= MIN_ITEMS:
            found = ratio_against_zero(sizes, tokens, np.zeros(len(texts), np.intp))
            low, high = found.low, found.high
    return MeasuredPart(name, n_bytes, int(sizes.sum()), value, low, high)
