"""Byte-pair encoding replayed: one step per merge, and the tree that the merges grow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

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


@dataclass(frozen=True, eq=False)
class MergeNode:
    """A symbol and the two that made it.

    Args:
        piece: its bytes.
        step: number of the step that made it, 0 for a starting symbol.
        why: the rule that made it, empty for a starting symbol.
        children: the two symbols merged, or none.
    """

    piece: bytes
    step: int
    why: str
    children: tuple["MergeNode", ...] = ()


def merge_tree(steps: Sequence[Step]) -> tuple[MergeNode, ...]:
    """The trees that a replay grows, one per symbol left at the end, in order of the text.

    >>> steps = [Step((b"a", b"b", b"c"), -1, ""), Step((b"ab", b"c"), 0, "merge rank 0")]
    >>> for root in merge_tree(steps):
    ...     print(root.piece, root.step, [child.piece for child in root.children])
    b'ab' 1 [b'a', b'b']
    b'c' 0 []
    """
    roots = [MergeNode(symbol, 0, "") for symbol in steps[0].symbols] if steps else []
    for number, step in enumerate(steps[1:], 1):
        left, right = roots[step.at : step.at + 2]
        roots[step.at : step.at + 2] = [MergeNode(left.piece + right.piece, number, step.why, (left, right))]
    return tuple(roots)
