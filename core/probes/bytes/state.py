"""Where a text of bytes stands under a model of tokens, and what comes next, byte by byte.

The probability that a text begins with the bytes x is the sum over its covers: sequences of tokens that begin with x
and whose last token holds the last byte of x. A state holds them in bundles: a context, and the tokens that may follow
it and agree with the bytes beyond it. Going on by a byte narrows each bundle and asks the model about the one context
that now ends where the text does, so there is one call per byte at most.

Source: Phan et al. 2024, Exact Byte-Level Probabilities from Tokenized Language Models (2410.09303); the code is our
own, on the sums of `core.evaluation.passes.byte_marginals`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.common.errors import UserError, shown
from core.common.progress import report
from core.evaluation.passes.byte_marginals import (
    ByteTable,
    Floats,
    Ids,
    NextTokens,
    OpenContext,
    byte_bins,
    go_on,
    is_whole,
)
from core.probes.bytes.spellings import CountedSpellings

_BACK = 16  # bytes further back that a walk may begin, where fewer tokens are under way


@dataclass(frozen=True, eq=False)
class ByteSource:
    """A model of tokens as a source of bytes.

    Args:
        ask: the model.
        table: its tokens by their bytes.
        spellings: the token sequences that count.
        end: the id that ends a text; None where there is none.
    """

    ask: NextTokens
    table: ByteTable
    spellings: CountedSpellings
    end: int | None

    def after(self, ids: Ids) -> tuple[Floats, float]:
        """Log-probabilities behind a context of each token of the table, (S,), and of the end.

        Given that none of the other tokens without bytes comes, since no text goes on with them.

        Raises:
            UserError: the model gives no numbers.
        """
        row = self.ask([ids])[0]
        end = -np.inf if self.end is None else float(row[self.end])
        ordered = row[self.table.ids]
        total = float(np.logaddexp(np.logaddexp.reduce(ordered), end))
        if not np.isfinite(total):
            raise UserError("The model gives no number for what comes next: its weights are damaged, or too large.")
        return ordered - total, end - total

    def silent(self, ids: Ids) -> float:
        """Probability behind a context of tokens that spell nothing and end nothing."""
        row = np.exp(self.ask([ids])[0])
        ends = 0.0 if self.end is None else row[self.end]
        return float(row[self.table.others].sum() - ends)

    def fresh(self, ids: Ids, weight: float) -> OpenContext:
        """A context with all that may follow it."""
        after, end = self.after(ids)
        allowed = self.spellings.may_follow(ids, after)
        kept = after if allowed is None else np.where(allowed, after, -np.inf)
        return OpenContext(ids, weight, kept, end, 0, len(self.table.ids))

    def open_all(self, ids: Ids, weight: float = 0.0) -> OpenContext:
        """A context with all tokens there are."""
        after, end = self.after(ids)
        return OpenContext(ids, weight, after, end, 0, len(self.table.ids))

    def narrowed(self, one: OpenContext, tail: bytes) -> list[OpenContext]:
        """The context with those tokens only that begin with `tail` and go on."""
        opened = [one]
        for byte in tail:
            opened, _ = go_on(self.table, opened, byte)
        return opened

    def weight(self, ids: Ids, begun: int) -> float:
        """Log-probability of a context behind the first `begun` of its tokens."""
        return sum(self._probability(ids[:n], ids[n]) for n in range(begun, len(ids)))

    def begin(self, data: bytes = b"") -> "ByteState":
        """The state after these bytes, found from the contexts of the tokens that may be under way, not byte by byte.

        Args:
            data: whole characters, the front of the spellings included; where tokens under way may have begun inside a
                character, `entry` finds a better place.

        Raises:
            UserError: the model has no tokens for it.
        """
        places = [*openers(self.table, self._keys, data), len(data)]
        found = [(at, ids) for at in places for ids in self.spellings.contexts(data, at)]
        trunk = n_common([ids for _, ids in found])
        opened, undisturbed = list[OpenContext](), list[OpenContext]()
        for at, ids in found:
            weight = self.weight(ids, trunk)
            opened += self.narrowed(self.fresh(ids, weight), data[at:])
            undisturbed += self.narrowed(self.open_all(ids, weight), data[at:])
        state = ByteState(self, data, tuple(opened))
        if not np.isfinite(state.log_mass):
            raise _no_tokens(data)
        return replace(state, log_kept=min(0.0, state.log_mass - ByteState(self, data, tuple(undisturbed)).log_mass))

    def walk(self, data: bytes, n_walked: int) -> list["ByteState"]:
        """States after the last bytes of `data`, the last of them after all; at least so many steps where there are.

        The whole of `data` is behind the front of the spellings.
        """
        at = entry(self.table, self._keys, data, max(0, len(data) - n_walked), len(self.spellings.front))
        if not self.spellings.contexts(data, at):
            at = 0
        states = [self.begin(data[:at])]
        for n, byte in enumerate(data[at:]):
            report(n, len(data) - at, "Going through the prompt")
            states.append(states[-1].advance(byte))
        return states

    def _probability(self, ids: Ids, token: int) -> float:
        places = np.flatnonzero(self.table.ids == token)
        return float(self.after(ids)[0][places[0]]) if len(places) else -np.inf

    @cached_property
    def _keys(self) -> list[bytes]:
        """The bytes of the table's tokens, in its order."""
        flat = self.table.columns.T
        return [row[:n].tobytes() for row, n in zip(flat, self.table.lengths.tolist(), strict=True)]


@dataclass(frozen=True, eq=False)
class ByteState:
    """The covers of a text, and what they say of its next byte.

    Args:
        data: the text's bytes, the tokenizer's front included.
        opened: contexts, each with the tokens that go on from it and agree with the text.
        log_kept: log of the share of probability that was not lost to other spellings on the way here.
        n_anew: how often no spelling was left that the tokenizer writes, and it was begun anew.
    """

    source: ByteSource
    data: bytes
    opened: tuple[OpenContext, ...]
    log_kept: float = 0.0
    n_anew: int = 0

    @cached_property
    def bins(self) -> Floats:
        """Log of the covers' mass that each byte, or the end, continues, float64 (257,); relative to the beginning of
        the walk, and to the tokens before it."""
        return byte_bins(self.source.table, list(self.opened))

    @cached_property
    def log_mass(self) -> float:
        """Log of the mass of all covers."""
        return float(np.logaddexp.reduce(self.bins))

    @property
    def next(self) -> Floats:
        """Probability of each byte, and of the end at 256, to come next, float64 (257,); its sum is 1."""
        return np.asarray(np.exp(self.bins - self.log_mass))

    @property
    def left_over(self) -> float:
        """Share of probability, over the bytes walked, that went to spellings which are not counted."""
        return max(0.0, -float(np.expm1(self.log_kept)))

    def advance(self, byte: int) -> "ByteState":
        """The state one byte further on; this one stays as it is. One call of the model at most, mostly.

        Raises:
            UserError: the model has no tokens for the text with this byte, or looks back no further.
        """
        source, data = self.source, self.data + bytes([byte])
        opened, reached = go_on(source.table, list(self.opened), byte)
        kept = source.spellings.kept(data, reached)
        opened += [source.fresh(ids, weight) for ids, weight in kept.items()]
        found = replace(self, data=data, opened=tuple(opened))
        if not np.isfinite(found.log_mass):
            return self._anew(data)
        return replace(found, log_kept=self.log_kept + min(0.0, found.log_mass - float(self.bins[byte])))

    def _anew(self, data: bytes) -> "ByteState":
        """Where the way here is not how the tokenizer writes it: it is asked how it does."""
        if len(data) < len(self.source.spellings.front) or not is_whole(data):
            raise _no_tokens(data)
        begun = self.source.begin(data)
        return replace(begun, log_kept=self.log_kept + begun.log_kept, n_anew=self.n_anew + 1)


def openers(table: ByteTable, keys: Sequence[bytes], data: bytes) -> list[int]:
    """Where tokens may have begun that are still under way at the end of the data, ascending.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.evaluation.passes.byte_marginals import byte_table
    >>> openers(byte_table(open_tokenizer("builtin:utf8-bytes"), 259), [b"a", b"ab", b"bcd"], b"xab")
    []
    """
    longest = len(table.columns)
    return [at for at in range(max(0, len(data) - longest + 1), len(data)) if _goes_on(keys, data[at:])]


def _goes_on(keys: Sequence[bytes], tail: bytes) -> bool:
    """Whether some token begins with `tail` and is longer."""
    after = bisect_right(keys, tail)
    return after < len(keys) and keys[after].startswith(tail)


def entry(table: ByteTable, keys: Sequence[bytes], data: bytes, most: int, least: int) -> int:
    """Where to begin a walk to the end of `data`: at the end of a character, where no token is under way that began
    inside one; of the last such places up to `most` the one with the fewest tokens under way."""
    found = list[tuple[int, int]]()
    at = most
    while at > least and (at > most - _BACK or not found):
        begun = openers(table, keys, data[:at])
        if all(is_whole(data[:place]) for place in (at, *begun)):
            found.append((len(begun), -at))
        at -= 1
    return -min(found)[1] if found else 0


def n_common(several: Sequence[Ids]) -> int:
    """How many tokens all begin with.

    >>> n_common([(1, 2, 3), (1, 2), (1, 2, 4)])
    2
    """
    n = 0
    for column in zip(*several, strict=False):
        if len(set(column)) > 1:
            break
        n += 1
    return n


def _no_tokens(data: bytes) -> UserError:
    text = data[-24:].decode(errors="replace")
    return UserError(
        f"No tokens that the model expects spell the prompt as far as {shown(text)}, so nothing can be said of what "
        "follows. Give another prompt."
    )
