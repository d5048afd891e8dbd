"""The spellings of a text that have few tokens, one by one."""

from collections.abc import Iterable, Iterator

from core.probes.spelling_edges import Edge

Ids = tuple[int, ...]


def short_paths(edges: Iterable[Edge], size: int, most: int) -> Iterator[Ids]:
    """Spellings of at most so many tokens, as ids; longer tokens first.

    Args:
        edges: by where they end.
        size: bytes of the text.

    >>> edges = [(0, 1, (0,)), (1, 2, (1,)), (0, 2, (2,)), (2, 3, (3,)), (1, 3, (4,))]
    >>> [*short_paths(edges, 3, 2)]
    [(2, 3), (0, 4)]
    """
    onward, fewest = dict[int, list[Edge]](), {size: 0}  # fewest: tokens from a place to the end of the text
    for edge in sorted(edges, reverse=True):
        start, end, _ = edge
        if end in fewest:
            fewest[start] = min(fewest.get(start, fewest[end] + 1), fewest[end] + 1)
            onward.setdefault(start, []).append(edge)

    if fewest.get(0, most + 1) > most:
        return
    begun: list[tuple[int, Ids]] = [(0, ())]
    while begun:
        at, ids = begun.pop()
        if at == size:
            yield ids
            continue
        for _, end, entries in reversed(onward[at]):
            if fewest[end] < most - len(ids):
                begun.extend((end, (*ids, one)) for one in reversed(entries))
