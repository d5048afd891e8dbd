"""How many paths lead through the places of entries in a text, exactly.

Whole numbers of any size: a text of a hundred kilobytes has more spellings than there are atoms.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.probes.spelling_edges import Edge


@dataclass(frozen=True)
class Paths:
    """What was counted.

    Args:
        n: spellings of the whole text.
        shortest, longest: tokens of the shortest and of the longest; None where there is none.
    """

    n: int
    shortest: int | None
    longest: int | None


def count_paths(edges: Iterable[Edge], size: int, longest_entry: int) -> Paths:
    """Count them, keeping the numbers of no more places than an entry can reach back over.

    Args:
        edges: by where they end.
        size: bytes of the text.
        longest_entry: bytes of the longest entry.

    >>> edges = [(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,))]
    >>> count_paths(edges, 2, 2)
    Paths(n=2, shortest=1, longest=2)
    """
    ways, fewest, most = {0: 1}, {0: 0}, {0: 0}
    last = 0
    for start, end, ids in edges:
        before = ways.get(start)
        if before is None:
            continue
        if len(ids) > 1:
            before *= len(ids)
        if end > last:  # the first way to get here
            last = end
            ways[end], fewest[end], most[end] = before, fewest[start] + 1, most[start] + 1
            if len(ways) > 2 * longest_entry + 2:
                ways, fewest, most = (_recent(one, end - longest_entry) for one in (ways, fewest, most))
            continue
        ways[end] += before
        if fewest[start] < fewest[end]:
            fewest[end] = fewest[start] + 1
        if most[start] >= most[end]:
            most[end] = most[start] + 1
    return Paths(ways[size], fewest[size], most[size]) if size in ways else Paths(0, None, None)


def _recent(numbers: dict[int, int], first: int) -> dict[int, int]:
    return {place: number for place, number in numbers.items() if place >= first}


def by_length(edges: Iterable[Edge], size: int, n: int) -> Mapping[int, int]:
    """Spellings by number of tokens, ascending, without those of which there are none.

    The numbers of all lengths at one place are the digits of one big number, so that one addition adds them all.

    Args:
        n: how many spellings there are.

    >>> edges = [(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,)), (2, 3, (3,)), (1, 3, (4,))]
    >>> by_length(edges, 3, 3)
    {2: 2, 3: 1}
    """
    width = max(n.bit_length(), 1)  # no place has more spellings of a length than the text has, if it leads anywhere
    ways = {0: 1}
    for start, end, ids in _leading_on(edges, size):
        if start in ways:
            ways[end] = ways.get(end, 0) + (ways[start] << width) * len(ids)
    digits, mask = ways.get(size, 0), (1 << width) - 1
    found = ((k, digits >> k * width & mask) for k in range(digits.bit_length() // width + 1))
    return {k: number for k, number in found if number}


def _leading_on(edges: Iterable[Edge], size: int) -> list[Edge]:
    """The edges from which the end of the text can be reached, in their order."""
    kept, reaching = list[Edge](), {size}
    for edge in reversed([*edges]):
        if edge[1] in reaching:
            reaching.add(edge[0])
            kept.append(edge)
    return kept[::-1]


def sample(edges: Iterable[Edge], size: int, k: int, seed: int) -> list[list[int]]:
    """Spellings drawn uniformly and independently, as ids; none where there is none.

    Args:
        k: how many.

    >>> edges = [(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,))]
    >>> sample(edges, 2, 3, seed=1)
    [[0, 1], [2], [0, 1]]
    """
    ways, into = {0: 1}, dict[int, list[Edge]]()
    for start, end, ids in edges:
        if start in ways:
            ways[end] = ways.get(end, 0) + ways[start] * len(ids)
            into.setdefault(end, []).append((start, end, ids))
    dice = random.Random(seed)
    return [_drawn(ways, into, size, dice) for _ in range(k)] if ways.get(size) else []


def _drawn(ways: Mapping[int, int], into: Mapping[int, list[Edge]], size: int, dice: random.Random) -> list[int]:
    """One spelling: from the end back, each last entry as often as spellings end in it."""
    ids, at = list[int](), size
    while at:
        left = dice.randrange(ways[at])
        for start, _, entries in into[at]:
            share = ways[start] * len(entries)
            if left < share:
                ids.append(entries[left // ways[start]])
                at = start
                break
            left -= share
    return ids[::-1]


def digits(n: int) -> str:
    """A whole number in decimal, however long.

    >>> digits(10**5000)[:3], len(digits(10**5000))
    ('100', 5001)
    """
    return f"{Decimal(n):f}"  # str() of an int refuses thousands of digits
