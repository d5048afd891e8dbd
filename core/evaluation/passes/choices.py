"""Which continuation of an item of multiple choice a model finds likeliest per byte."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.passes.choice_items import ChoiceItem
from core.models.language_model import LanguageModel
from core.models.score import TextScores, score


@dataclass(frozen=True, eq=False)
class ChoicesMade:
    """What a model finds of N items.

    Args:
        at: the likeliest choice of each, 0 being the right one, int64 (N,).
        right: whether that is the right one, and no other is as likely, bool (N,).
        usable: whether all its texts are read exactly and have a probability, bool (N,).
    """

    at: NDArray[np.int64]
    right: NDArray[np.bool_]
    usable: NDArray[np.bool_]


def chosen(model: LanguageModel, items: Sequence[ChoiceItem], window_bytes: int = 0) -> ChoicesMade:
    """What a model chooses: the continuation of the fewest bits per byte after the prompt.

    Its bits are those of prompt and continuation less those of the prompt alone, each cut as the tokenizer cuts it, so
    that a token across the border counts for neither tokenizer.
    """
    texts = [text for item in items for text in (item.prompt, *(item.prompt + choice for choice in item.choices))]
    scores, at = score(model, texts, window_bytes=window_bytes).texts, 0
    found = list[tuple[int, bool, bool]]()
    for item in items:
        mine = scores[at : at + 1 + len(item.choices)]
        at += len(mine)
        bits = np.array([_nats(text) - _nats(mine[0]) for text in mine[1:]])
        bits /= [len(choice.encode()) for choice in item.choices]
        usable = all(text.lossless for text in mine) and bool(np.isfinite(bits).all())
        found.append((int(bits.argmin()) if usable else 0, usable and bool((bits[0] < bits[1:]).all()), usable))
    columns = np.array(found, np.int64).reshape(-1, 3).T
    return ChoicesMade(columns[0], columns[1].astype(np.bool_), columns[2].astype(np.bool_))


def _nats(text: TextScores) -> float:
    """Of a text but for a first token that the model cannot predict."""
    return float(text.nats[1:].sum() + np.nan_to_num(text.nats[:1]).sum())
