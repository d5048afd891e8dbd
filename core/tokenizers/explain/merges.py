"""Byte-pair encoding replayed: one step per merge."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import inf

from core.common.numbers import count
from core.tokenizers.explain.limit import check_length
from core.tokenizers.tokenizer import Step

Rank = Callable[[bytes, bytes], tuple[float, str] | None]


def replay(symbols: Sequence[bytes], rank: Rank) -> tuple[Step, ...]:
    """The merges that BPE applies to a piece, in order, after its starting state.

    Args:
        symbols: the piece as the model first sees it: bytes, or characters.
        rank: for two neighbours, the rank of their merge and the rule in words; None if they never merge. The lowest
            rank merges first, the leftmost of equals. Models that score merges, where high is good, negate the score.

    Returns:
        Steps, the first with `at` -1, then one per merge.

    Raises:
        TooLarge: over 2,000 symbols.

    Source: Sennrich et al. 2016, Neural Machine Translation of Rare Words with Subword Units.

    >>> order = {(b"a", b"b"): 0, (b"ab", b"c"): 1}
    >>> def rank(left, right):
    ...     r = order.get((left, right))
    ...     return None if r is None else (r, f"merge rank {r}")
    >>> for step in replay([b"a", b"b", b"c"], rank):
    ...     print(step.symbols, step.at, step.why)
    (b'a', b'b', b'c') -1 starting symbols
    (b'ab', b'c') 0 merge rank 0
    (b'abc',) 0 merge rank 1
    """
    check_length(len(symbols))
    now = list(symbols)
    rules = [rank(left, right) for left, right in pairwise(now)]
    ranks = [inf if rule is None else rule[0] for rule in rules]
    steps = [Step(tuple(now), -1, "starting symbols")]
    while ranks and (lowest := min(ranks)) < inf:
        at = ranks.index(lowest)
        rule = rules[at]
        assert rule is not None
        now[at : at + 2] = [now[at] + now[at + 1]]
        del rules[at], ranks[at]
        for pair in (at - 1, at):  # the merged symbol has new neighbours on both sides
            if 0 <= pair < len(rules):
                new = rank(now[pair], now[pair + 1])
                rules[pair], ranks[pair] = new, inf if new is None else new[0]
        steps.append(Step(tuple(now), at, rule[1]))
    return tuple(steps)


def replaced(before: Sequence[bytes], after: Sequence[bytes], at: int) -> tuple[int, int]:
    """How many symbols from `at` on a step replaced by how many others of the same bytes.

    >>> replaced([b"a", b"b", b"c"], [b"a", b"bc"], 1), replaced([b"ab"], [b"a", b"b"], 0)
    ((2, 1), (1, 2))
    """
    old, new = 1, 1
    while (a := sum(map(len, before[at : at + old]))) != (b := sum(map(len, after[at : at + new]))):
        old, new = (old + 1, new) if a < b else (old, new + 1)
    return old, new


def taken_at_once(who: str, steps: Sequence[Step]) -> str:
    """The note on a piece that is an entry of the vocabulary as a whole: what is replayed is not what happens.

    >>> taken_at_once("tiktoken", [Step((b"a", b"b"), -1, ""), Step((b"ab",), 0, "")])[-37:]
    ' Its merges, replayed, end there too.'
    """
    said = f"The whole piece is an entry of the vocabulary: {who} takes it at once and asks no merges."
    left = len(steps[-1].symbols)
    return f"{said} Its merges, replayed, end {'there too' if left == 1 else f'in {count(left)} tokens'}."
