"""Pieces of a text in the tokens of merges that were learned, whatever words they go over."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise

import numpy as np
import tiktoken
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, pre_tokenizers

from core.tokenizers.vocabulary import byte_of_character, bytes_of_alphabet
from core.training.merges import MergeSymbols, Pair
from core.training.pair_places import NONE
from core.training.stretches import Stretches

_BETWEEN = "\0"
_AT_ONCE, _BYTES_AT_ONCE = 10_000, 2**16  # words, and what lies in a processor's own memory
_INSIDE = slice(0x80, 0xC0)  # bytes of a character behind its first
Ids = NDArray[np.int32]


def as_tokens(pieces: Stretches, symbols: MergeSymbols, merges: Sequence[Pair]) -> Ids:
    """Ids of all pieces, `NONE` behind each.

    A piece is cut wherever two bytes meet that meet in no token: no merge goes over such a place. What lies between are
    words, more or less, and each is written in tokens once.

    Args:
        pieces: as they stand in the text, in UTF-8.
        symbols: the alphabet of bytes among them.
        merges: in their order.
    """
    made = [symbols.ids[symbols.spelling(pair)] for pair in merges]
    tokens = [bytes_of_alphabet(symbols.spellings[i]) or b"" for i in made]
    edges = _edges(pieces, tokens)
    distinct, which = Stretches(pieces.data, edges).distinct()
    words = distinct.texts()
    if any(later <= one for one, later in pairwise(made)) or any(_BETWEEN in word for word in words):
        ids = _by_pairs(words, symbols, merges)
    else:
        ranks = {bytes([value]): symbols.ids[character] for character, value in byte_of_character().items()}
        ids = _by_ranks(words, ranks | dict(zip(tokens, made, strict=True)))
    ends = np.flatnonzero(ids == NONE)
    starts = np.concatenate(([0], ends + 1))[:-1]
    sizes = (ends - starts)[which]
    behind = np.concatenate(([0], np.cumsum(sizes)))  # of the tokens of each word in its place
    found = ids[np.repeat(starts[which] - behind[:-1], sizes) + np.arange(behind[-1])]
    return np.insert(found, behind[np.searchsorted(edges, pieces.edges[1:])], NONE)


def _edges(pieces: Stretches, tokens: Sequence[bytes]) -> NDArray[np.int64]:
    """Where pieces begin and end, and where in them no token goes on."""
    meet, ends = np.zeros(2**16, np.bool_), np.cumsum([0, *map(len, tokens)])
    some = np.frombuffer(b"".join(tokens), np.uint8)
    inside = np.ones(len(some) + 1, np.bool_)
    inside[ends] = False
    meet[_meetings(some)[inside[1:-1]]] = True
    meet.reshape(256, 256)[:, _INSIDE] = True  # what is handed to a library is text
    edge = np.zeros(len(pieces.data) + 1, np.bool_)
    edge[pieces.edges] = True
    for start in range(0, len(pieces.data), _BYTES_AT_ONCE):
        some = pieces.data[start : start + _BYTES_AT_ONCE + 1]
        edge[start + 1 : start + len(some)] |= ~meet.take(_meetings(some))
    return np.flatnonzero(edge)


def _meetings(data: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Each two bytes that stand next to each other, as one number."""
    return (data[:-1].astype(np.uint16) * np.uint16(256)) | data[1:]


def _by_ranks(words: Sequence[str], ranks: dict[bytes, int]) -> Ids:
    """By tiktoken, in less than half the time, where it cuts as tokenizers does.

    It goes by the ranks of what pairs make: where no two make the same, and what later ones make has greater ids, that
    is by the ranks of the pairs.
    """
    library = tiktoken.Encoding("merges", pat_str=r"[^\x00]+|\x00", mergeable_ranks=ranks, special_tokens={})
    some = map(
        library.encode_ordinary, _joined(words)
    )  # by encode_to_numpy, which looks for special tokens, half longer
    found: Ids = np.fromiter(chain.from_iterable(some), np.int32)
    found[found == ranks[_BETWEEN.encode()]] = NONE
    return found


def _joined(words: Iterable[str]) -> Iterator[str]:
    left = iter(words)
    while some := list(islice(left, _AT_ONCE)):
        yield _BETWEEN.join([*some, ""])


def _by_pairs(words: Sequence[str], symbols: MergeSymbols, merges: Sequence[Pair]) -> Ids:
    pairs = [(symbols.spellings[a], symbols.spellings[b]) for a, b in merges]
    library = Tokenizer(models.BPE(dict(symbols.ids), pairs))
    library.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    found = library.encode_batch_fast(list(words), add_special_tokens=False)
    return np.fromiter(chain.from_iterable((*one.ids, NONE) for one in found), np.int32)
