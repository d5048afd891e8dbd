"""One pass of a model over texts, and everything that cheap measures need of it.

While the logits of some positions exist, they are reduced to a few numbers each: the probability that went to each
group of rows, whether the token came first, and the distribution of the next byte. Nothing of positions × vocabulary
is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluation.passes.byte_marginals import SPECIAL, byte_table
from core.models.language_model import LanguageModel
from core.models.score import Scores, Slice, score

BINS = SPECIAL + 1


class Group(IntEnum):
    """What a row of the matrices is to the old vocabulary."""

    SHARED = 0  # stands for text, and the old vocabulary has a token for the same bytes
    NEW = 1  # stands for text, and its row had to be made
    SPECIAL = 2  # a special token
    UNUSED = 3  # stands for nothing: unused ids and padding

    @property
    def word(self) -> str:
        """
        >>> Group.NEW.word
        'new'
        """
        return self.name.lower()


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model said of N texts, P tokens in all, one text behind the other.

    Args:
        scores: of each text.
        groups: `Group` of each row of the model, uint8 (V,).
        first: whether the token was the most probable, bool (P,).
        mass: probability predicted for each group at each token, float32 (P, 4); NaN where nothing was predicted.
        next_bytes: probability of each byte and of no byte to come at each token, float32 (P, 257); only where
            `has_next_bytes`.
        has_next_bytes: which texts have them, bool (N,).
        mean_probability, mean_logit: of each row over all predicted positions, float64 (V,).
    """

    scores: Scores
    groups: NDArray[np.uint8]
    first: NDArray[np.bool_]
    mass: NDArray[np.float32]
    next_bytes: NDArray[np.float32]
    has_next_bytes: NDArray[np.bool_]
    mean_probability: NDArray[np.float64]
    mean_logit: NDArray[np.float64]

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        """Where the tokens of each text begin, and where the last end, (N + 1,)."""
        return _offsets(self.scores)

    @cached_property
    def text(self) -> NDArray[np.int64]:
        """Text of each token, (P,)."""
        numbers = np.arange(len(self.scores.texts), dtype=np.int64)
        return np.asarray(np.repeat(numbers, np.diff(self.offsets)))

    @cached_property
    def ids(self) -> NDArray[np.int64]:
        """(P,)."""
        return np.concatenate([np.empty(0, np.int64), *(t.ids for t in self.scores.texts)]).astype(np.int64)

    @cached_property
    def nats(self) -> NDArray[np.float64]:
        """(P,); NaN where a token was not scored."""
        return np.concatenate([np.empty(0), *(t.nats for t in self.scores.texts)])

    @cached_property
    def n_bytes(self) -> NDArray[np.int64]:
        """Bytes of text that each token stands for, (P,)."""
        widths = [t.ends - t.starts for t in self.scores.texts]
        return np.asarray(np.concatenate([np.empty(0, np.int64), *widths]), np.int64)

    @cached_property
    def predicted(self) -> NDArray[np.bool_]:
        """Which tokens were scored, (P,): all but the first of a text where the model has no BOS."""
        return ~np.isnan(self.nats)

    def next_bytes_of(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Distributions of the next byte where these tokens are predicted; of texts that have them only, (M, 257)."""
        return self.next_bytes[self._row_of[tokens]]

    @cached_property
    def _row_of(self) -> NDArray[np.int64]:
        return np.asarray(np.cumsum(self.has_next_bytes[self.text]) - 1)

    @cached_property
    def text_nats(self) -> NDArray[np.float64]:
        """Of each text, over scored tokens, (N,)."""
        return np.asarray(np.bincount(self.text, np.nan_to_num(self.nats), len(self.scores.texts)), np.float64)

    @cached_property
    def text_bytes(self) -> NDArray[np.int64]:
        """Scored bytes of each text, (N,)."""
        counted = np.bincount(self.text, self.n_bytes * self.predicted, len(self.scores.texts))
        return counted.astype(np.int64)

    @cached_property
    def text_tokens(self) -> NDArray[np.int64]:
        """Tokens of each text, (N,)."""
        return np.diff(self.offsets)

    @cached_property
    def sound(self) -> NDArray[np.bool_]:
        """Texts that the tokens say back exactly and to all of whose tokens the model gives a number, (N,)."""
        return np.array([t.lossless and not np.isnan(t.nats[1:]).any() for t in self.scores.texts], np.bool_)


def read(
    model: LanguageModel,
    texts: Sequence[str],
    groups: NDArray[np.uint8],
    with_next_bytes: NDArray[np.bool_] | None = None,
    window_bytes: int = 0,
    stride_bytes: int = 0,
) -> Reading:
    """Read texts once.

    Args:
        groups: `Group` of each row of the model, (V,).
        with_next_bytes: for which texts to keep distributions of the next byte, one kilobyte per token; none if None.
        window_bytes, stride_bytes: as for `core.models.score`.
    """
    wanted = np.zeros(len(texts), np.bool_) if with_next_bytes is None else with_next_bytes
    watch = _Watch(model, groups, wanted)
    scores = score(model, texts, window_bytes=window_bytes, stride_bytes=stride_bytes, observers=[watch])
    return watch.reading(scores)


class _Watch:
    """Reduces slices of logits as they come. Tokens are numbered later, when the length of all texts is known."""

    def __init__(self, model: LanguageModel, groups: NDArray[np.uint8], wanted: NDArray[np.bool_]) -> None:
        first_byte = byte_table(model.tokenizer, model.n_rows).first.astype(np.int64)
        self.groups, self.wanted = groups, wanted
        self.bins = torch.from_numpy(groups.astype(np.int64) * BINS + first_byte).to(model.device)  # (V,)
        self.probability = torch.zeros(model.n_rows, dtype=torch.float64, device=model.device)
        self.logit = torch.zeros_like(self.probability)
        self.n = 0
        self.kept: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_], NDArray[np.float32]]] = []
        self.kept_bytes: list[NDArray[np.float32]] = []

    def __call__(self, seen: Slice) -> None:
        logits = seen.logits
        first = logits.gather(1, seen.targets[:, None])[:, 0] >= logits.amax(1)
        probability = torch.exp(logits - seen.log_partition[:, None])
        self.probability += probability.sum(0)
        self.logit += logits.sum(0)
        self.n += len(logits)
        sums = logits.new_zeros(len(logits), len(Group) * BINS).index_add_(1, self.bins, probability)
        sums = sums.reshape(-1, len(Group), BINS)
        self.kept.append((seen.texts, seen.tokens, first.cpu().numpy(), sums.sum(2).cpu().numpy()))
        self.kept_bytes.append(sums.sum(1)[torch.from_numpy(self.wanted[seen.texts])].cpu().numpy())

    def reading(self, scores: Scores) -> Reading:
        offsets = _offsets(scores)
        n_tokens = int(offsets[-1])
        first, mass = np.zeros(n_tokens, np.bool_), np.full((n_tokens, len(Group)), np.nan, np.float32)
        keeps = np.repeat(self.wanted, np.diff(offsets))
        row_of = np.cumsum(keeps) - 1  # rows of `next_bytes`, of the texts that have them
        next_bytes = np.full((int(keeps.sum()), BINS), np.nan, np.float32)
        for (texts, tokens, hits, sums), rows in zip(self.kept, self.kept_bytes, strict=True):
            at = offsets[texts] + tokens
            first[at], mass[at] = hits, sums
            next_bytes[row_of[at[keeps[at]]]] = rows
        n = max(self.n, 1)
        means = (self.probability / n).cpu().numpy(), (self.logit / n).cpu().numpy()
        return Reading(scores, self.groups, first, mass, next_bytes, self.wanted, *means)


def _offsets(scores: Scores) -> NDArray[np.int64]:
    return np.cumsum([0, *(len(t.ids) for t in scores.texts)]).astype(np.int64)
