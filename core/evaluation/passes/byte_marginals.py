"""Exact probabilities of the next byte under a model of tokens, right at every byte and not only between tokens.

The probability that a text begins with the bytes x is a sum over its covers: token sequences whose bytes begin with x
and whose last token holds the last byte of x. Two sums are offered, which are different quantities:

* canonical: only sequences that the tokenizer itself would write. Exact for a model that gives others no probability;
  what it gives them is lost on the way, so the mass left beside each answer says how far to trust it. One call of the
  model per byte at most.
* all: every sequence of tokens that spells x. Always adds up, but the number of sequences doubles with each byte.

Inside a character, where the tokenizer cannot be asked, the canonical sum keeps every cover.

Source: Phan et al. 2024, Exact Byte-Level Probabilities from Tokenized Language Models (the lemma); Vieira et al. 2024,
From Language Models over Tokens to Language Models over Characters (the sum over all). The code is our own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.tokenizer import LocalTokenizer

Floats = NDArray[np.float64]
Ids = tuple[int, ...]
NextTokens = Callable[[Sequence[Ids]], Floats]  # log-probabilities of the next token for C contexts, (C, V)
Canonical = Callable[[bytes], Ids]  # how the tokenizer writes a text of whole characters

SPECIAL = 256  # the bin of everything that is no byte of text: end of text, other special tokens, unused rows
MOST_CONTEXTS = 4_096


@dataclass(frozen=True, eq=False)
class ByteTable:
    """The tokens of a vocabulary in order of their bytes, so that those with a common beginning are neighbours.

    Args:
        ids: of tokens that spell text, sorted by their bytes, (S,).
        columns: byte d of each, uint8 (longest, S); 0 past its end.
        lengths: bytes of each, (S,).
        others: ids that spell nothing, and rows without a token.
    """

    ids: NDArray[np.int64]
    columns: NDArray[np.uint8]
    lengths: NDArray[np.int32]
    others: NDArray[np.int64]

    @cached_property
    def first(self) -> NDArray[np.int16]:
        """First byte per row of the model, `SPECIAL` for others, (V,)."""
        first = np.full(len(self.ids) + len(self.others), SPECIAL, np.int16)
        first[self.ids] = self.columns[0]
        return first


def byte_table(tokenizer: LocalTokenizer, n_rows: int) -> ByteTable:
    """The table of a tokenizer for a model with `n_rows` rows."""
    vocabulary, special = vocabulary_of(tokenizer), special_ids(tokenizer)
    ids = [i for i, piece in enumerate(vocabulary.pieces[:n_rows]) if piece and i not in special]
    ids.sort(key=vocabulary.pieces.__getitem__)
    pieces = [vocabulary.pieces[i] for i in ids]
    longest = max(map(len, pieces), default=1)
    padded = b"".join(piece.ljust(longest, b"\0") for piece in pieces)
    columns = np.frombuffer(padded, np.uint8).reshape(len(ids), longest).T.copy()
    found = np.array(ids, np.int64)
    others = np.setdiff1d(np.arange(n_rows), found)
    return ByteTable(found, columns, np.fromiter(map(len, pieces), np.int32, len(pieces)), others)


@dataclass(eq=False)
class Marginals:
    """Byte probabilities along one text of n bytes, in nats.

    Args:
        next: log-probability of each byte and of `SPECIAL` after the first i bytes, (n + 1, 257); of the row after
            the last byte only if it was asked for.
        mass: log of the summed probability of the covers of the first i bytes, (n + 1,): what is left after losses.
        complete: log-probability of each token sequence that spells the whole text and was followed to its end.
        n_calls: contexts for which the model was asked.
    """

    next: Floats
    mass: Floats
    complete: dict[Ids, float] = field(default_factory=dict)
    n_calls: int = 0

    def nats(self, text: bytes) -> Floats:
        """Cost of each byte of the text, (n,)."""
        return np.asarray(-self.next[np.arange(len(text)), np.frombuffer(text, np.uint8)])

    @property
    def log_complete(self) -> float:
        """Log-probability of all sequences in `complete` together."""
        return float(np.logaddexp.reduce(list(self.complete.values()), initial=-np.inf))


@dataclass(eq=False)
class OpenContext:
    """A context with the tokens that may follow it and agree with the text so far: a range of the table.

    Args:
        ids: the context.
        weight: log-probability of the context.
        after: log-probabilities of these tokens, (high - low,).
        special: log-probability that what follows spells nothing.
        depth: bytes of the next token that the text has already.
    """

    ids: Ids
    weight: float
    after: Floats
    special: float
    low: int
    high: int
    depth: int = 0


def byte_marginals(
    texts: Sequence[bytes],
    table: ByteTable,
    next_tokens: NextTokens,
    canonical: Sequence[Canonical] | None = None,
    contexts: Sequence[Ids] | None = None,
    beyond: bool = True,
) -> list[Marginals]:
    """Next-byte probabilities at every byte of each text.

    Args:
        texts: walked through side by side, so that one call of the model serves all of them.
        canonical: for the canonical sum, of each text; None sums over all segmentations.
        contexts: tokens before each text; none by default.
        beyond: also ask what follows the whole text.

    Raises:
        UserError: there are more than `MOST_CONTEXTS` segmentations to follow; says what to do.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> table = byte_table(open_tokenizer("builtin:utf8-bytes"), 259)
    >>> uniform = lambda contexts: np.full((len(contexts), 259), -np.log(259))
    >>> round(float(np.exp(byte_marginals([b"ab"], table, uniform)[0].next[1, 97]) * 259), 6)
    1.0
    """
    before = contexts if contexts is not None else [()] * len(texts)
    shape = max(map(len, texts), default=0) + 1
    found = [Marginals(np.full((len(t) + 1, 257), np.nan), np.full(len(t) + 1, np.nan)) for t in texts]
    opened: list[list[OpenContext]] = [[] for _ in texts]
    arrived: list[dict[Ids, float]] = [{tuple(ids): 0.0} for ids in before]
    for at in range(shape):
        _ask(table, next_tokens, opened, arrived, found)
        for n, text in enumerate(texts):
            if at > len(text) or (at == len(text) and not beyond):
                arrived[n] = {}
                continue
            bins = byte_bins(table, opened[n])
            found[n].mass[at] = np.logaddexp.reduce(bins)
            found[n].next[at] = bins - found[n].mass[at]
            if at == len(text):
                arrived[n], opened[n] = {}, []
                continue
            opened[n], reached = go_on(table, opened[n], text[at])
            arrived[n] = _kept(reached, text[: at + 1], before[n], canonical[n] if canonical else None)
            if at + 1 == len(text):
                found[n].complete = arrived[n]
                if not beyond:
                    arrived[n] = {}
    return found


def _ask(
    table: ByteTable,
    next_tokens: NextTokens,
    opened: list[list[OpenContext]],
    arrived: list[dict[Ids, float]],
    found: list[Marginals],
) -> None:
    """Ask the model what follows the contexts that have just been arrived at, all in one call."""
    wanted = [(n, ids, weight) for n, there in enumerate(arrived) for ids, weight in there.items()]
    if not wanted:
        return
    if len(wanted) > MOST_CONTEXTS:
        raise UserError(
            f"Summing over all segmentations would follow {count(len(wanted))} of them, more than "
            f"{count(MOST_CONTEXTS)}. Take shorter or fewer windows."
        )
    after = next_tokens([ids for _, ids, _ in wanted])  # (C, V)
    special = np.logaddexp.reduce(after[:, table.others], axis=1, initial=-np.inf)
    ordered = after[:, table.ids]
    for row, (n, ids, weight) in enumerate(wanted):
        opened[n].append(OpenContext(ids, weight, ordered[row], float(special[row]), 0, len(table.ids)))
        found[n].n_calls += 1


def byte_bins(table: ByteTable, opened: list[OpenContext]) -> Floats:
    """Log-probability of each byte, and of `SPECIAL`, to come next, float64 (257,); together the mass that is left."""
    parts = []
    for one in opened:
        top = one.after.max(initial=-np.inf)
        if np.isfinite(top):
            column = table.columns[one.depth, one.low : one.high]
            sums = np.bincount(column, np.exp(one.after - top), 256)
            with np.errstate(divide="ignore"):
                parts.append(np.append(np.log(sums) + (top + one.weight), -np.inf))
    specials = [one.weight + one.special for one in opened if not one.depth]
    bins = np.logaddexp.reduce(parts, axis=0) if parts else np.full(257, -np.inf)
    bins[SPECIAL] = np.logaddexp.reduce(specials, initial=-np.inf)
    return np.asarray(bins)


def go_on(table: ByteTable, opened: list[OpenContext], byte: int) -> tuple[list[OpenContext], dict[Ids, float]]:
    """Go on by one byte: what is still open, and the token sequences that end exactly here."""
    still, reached = [], dict[Ids, float]()
    for one in opened:
        column = table.columns[one.depth, one.low : one.high]
        low = one.low + int(np.searchsorted(column, byte, "left"))
        high = one.low + int(np.searchsorted(column, byte, "right"))
        depth = one.depth + 1
        ended = low
        while ended < high and table.lengths[ended] == depth:  # the shortest of a common beginning come first
            ids = (*one.ids, int(table.ids[ended]))
            reached[ids] = one.weight + float(one.after[ended - one.low])
            ended += 1
        if ended < high:
            after = one.after[ended - one.low : high - one.low].copy()  # lets go of the rest
            still.append(OpenContext(one.ids, one.weight, after, one.special, ended, high, depth))
    return still, reached


def _kept(reached: dict[Ids, float], text: bytes, before: Ids, canonical: Canonical | None) -> dict[Ids, float]:
    """Those of the sequences that have any probability and, for the canonical sum, that the tokenizer would write."""
    possible = {ids: weight for ids, weight in reached.items() if weight > -np.inf}
    if canonical is None or not possible or not is_whole(text):
        return possible
    wanted = (*before, *canonical(text))
    return {wanted: possible[wanted]} if wanted in possible else {}


def is_whole(text: bytes) -> bool:
    """Whether bytes are a text of whole characters."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
