"""Greedy longest match replayed: WordPiece over characters, and byte tries such as RWKV's."""

from collections.abc import Container, Iterable, Sequence
from typing import TypeVar

from core.common.numbers import count
from core.tokenizers.explain.limit import check_length
from core.tokenizers.tokenizer import Step

Text = TypeVar("Text", str, bytes)


def longest_matches(piece: bytes, known: Container[bytes], longest: int | None = None) -> tuple[Step, ...]:
    """The matches of a greedy byte tokenizer, left to right; the rest of the piece is the last symbol until done.

    A byte that begins no entry is a symbol of its own.

    Args:
        piece: the bytes to cut.
        known: the vocabulary's byte strings.
        longest: bytes in the longest entry, where the caller knows it.

    Raises:
        TooLarge: over 2,000 bytes.

    >>> for step in longest_matches(b"abcd", {b"ab", b"abc", b"d"}):
    ...     print(step.symbols, step.at, step.why)
    (b'abcd',) -1 the piece
    (b'abc', b'd') 0 longest match of 3 bytes, 1 longer tried
    (b'abc', b'd') 1 longest match of 1 byte
    """
    check_length(len(piece))
    done: list[bytes] = []
    steps = [Step((piece,), -1, "the piece")]
    start = 0
    while start < len(piece):
        reach = len(piece) if longest is None else min(start + longest, len(piece))
        end, tried = _longest(range(reach, start, -1), (piece[start:e] for e in range(reach, start, -1)), known)
        why = f"no entry begins with byte 0x{piece[start]:02X}" if end is None else _why(end - start, "byte", tried)
        end = start + 1 if end is None else end
        done.append(piece[start:end])
        steps.append(Step((*done, *_rest(piece[end:])), len(done) - 1, why))
        start = end
    return tuple(steps)


def wordpiece_matches(
    piece: str, known: Container[str], continuation: str = "##", unknown: str = "[UNK]", max_characters: int = 100
) -> tuple[Step, ...]:
    """The matches of WordPiece in one word, left to right; the rest of the word is the last symbol until done.

    A word with a place where nothing matches is unknown as a whole, and so is one over `max_characters`: the last step
    then has the whole word as its one symbol.

    Args:
        piece: one pre-token.
        known: the vocabulary's spellings, with `continuation` in front of those that do not begin a word.
        unknown: the spelling of the unknown token, for the explanation.

    Raises:
        TooLarge: over 2,000 characters.

    Source: Wu et al. 2016, Google's Neural Machine Translation System; the greedy search is BERT's.

    >>> for step in wordpiece_matches("taped", {"tap", "##ed", "##e"}):
    ...     print(step.symbols, step.at, step.why)
    (b'taped',) -1 the word
    (b'tap', b'ed') 0 'tap': longest match of 3 characters, 2 longer tried
    (b'tap', b'ed') 1 '##ed': longest match of 2 characters
    """
    check_length(len(piece))
    steps = [Step((piece.encode(),), -1, "the word")]
    if len(piece) > max_characters:
        why = f"{count(len(piece))} characters, over the limit of {max_characters}: the word becomes {unknown}"
        return (*steps, Step((piece.encode(),), 0, why))
    done: list[bytes] = []
    start = 0
    while start < len(piece):
        mark = continuation if start else ""
        ends = range(len(piece), start, -1)
        end, tried = _longest(ends, (mark + piece[start:e] for e in ends), known)
        if end is None:
            why = (
                f"nothing matches from character {count(start)}, {count(tried)} tried: the whole word becomes {unknown}"
            )
            return (*steps, Step((piece.encode(),), 0, why))
        done.append(piece[start:end].encode())
        why = f"{mark + piece[start:end]!r}: {_why(end - start, 'character', tried)}"
        steps.append(Step((*done, *_rest(piece[end:].encode())), len(done) - 1, why))
        start = end
    return tuple(steps)


def _longest(ends: Sequence[int], candidates: Iterable[Text], known: Container[Text]) -> tuple[int | None, int]:
    """(end of the first candidate that is known or None, how many were tried before it)."""
    for tried, (end, candidate) in enumerate(zip(ends, candidates, strict=True)):
        if candidate in known:
            return end, tried
    return None, len(ends)


def _rest(piece: bytes) -> tuple[bytes, ...]:
    return (piece,) if piece else ()


def _why(length: int, unit: str, tried: int) -> str:
    matched = f"longest match of {count(length)} {unit}{'' if length == 1 else 's'}"
    return f"{matched}, {count(tried)} longer tried" if tried else matched
