"""A text as blocks of equal bytes, none of which cuts a character."""

from itertools import count, pairwise


def equal_blocks(text: str, most_bytes: int) -> list[str]:
    """Blocks that spell the text, as few as may be of at most so many bytes; their sizes differ by a few bytes.

    Args:
        most_bytes: at least four, the longest character.

    >>> equal_blocks("abcdefghi", 4), equal_blocks("ääää", 5), equal_blocks("", 5)
    (['abc', 'def', 'ghi'], ['ää', 'ää'], [])
    """
    data = text.encode()
    cuts = (_cut(data, n) for n in count(-(-len(data) // most_bytes)))
    return next([b.decode() for b in blocks] for blocks in cuts if max(map(len, blocks), default=0) <= most_bytes)


def _cut(data: bytes, n: int) -> list[bytes]:
    """So many blocks, or fewer where characters are longer than blocks."""
    edges = [_character_start(data, len(data) * k // n) for k in range(n)]
    return [data[a:b] for a, b in pairwise([*edges, len(data)]) if b > a]


def _character_start(data: bytes, at: int) -> int:
    """The first byte of the character that this byte is of."""
    while at and data[at] & 0xC0 == 0x80:
        at -= 1
    return at
