"""Compression-aware BPE: of the most frequent pairs the one is merged after which a sample compresses best."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.common.params import Param
from core.common.plain_text import beginning
from core.training.merges import MergeSymbols, Pair, in_pairs
from core.training.pretokenizers import normalised
from core.training.text import Chunks
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET, merged, watched

Ids = NDArray[np.int64]


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options, params = task.options, task.params
    symbols = MergeSymbols([*options.specials, *ALPHABET])
    counts = in_pairs(task.cut.words(task.text.chunks), symbols)
    sample = _sample(task, symbols, params.whole("sample") * 1000)
    bytes_of = SERIALISATIONS[params.word("serialisation")]
    look = watched(task, task.cut)
    merges, known, n_first = list[Pair](), set[Pair](), len(symbols.spellings)
    while len(symbols.spellings) < options.vocab:
        pairs = [pair for pair, n in counts.most_frequent(params.whole("candidates")) if n >= options.min_frequency]
        if not pairs:
            break
        new = len(symbols.spellings)
        pair = min(
            pairs, key=lambda one: sample.merged(one, new).compressed(bytes_of)
        )  # the more frequent of equal ones
        new = symbols.joined(pair)
        counts.merge(pair, new)
        sample = sample.merged(pair, new)
        if pair not in known:  # one that came about again goes with its first rank
            known.add(pair)
            merges.append(pair)
        look(len(symbols.spellings) - n_first, options.vocab - n_first, lambda: (symbols, merges))
    return merged(symbols, merges, options.specials, task.cut)


@dataclass(frozen=True, eq=False)
class WrittenSample:
    """A text as ids, int64 (T,), and whether a word begins at each, bool (T,)."""

    ids: Ids
    begins: NDArray[np.bool_]

    def merged(self, pair: Pair, new: int) -> "WrittenSample":
        """With a pair written as one id, from the left, within words.

        >>> WrittenSample(np.array([1, 1, 1, 1]), np.array([True, False, False, True])).merged((1, 1), 2).ids.tolist()
        [2, 1, 1]
        """
        first = np.flatnonzero((self.ids[:-1] == pair[0]) & (self.ids[1:] == pair[1]) & ~self.begins[1:])
        if pair[0] == pair[1]:
            apart, last = list[int](), -2
            for at in first.tolist():
                if at > last + 1:
                    apart.append(at)
                    last = at
            first = np.array(apart, np.int64)
        if not len(first):
            return self
        ids = self.ids.copy()
        ids[first] = new
        return WrittenSample(np.delete(ids, first + 1), np.delete(self.begins, first + 1))

    def compressed(self, bytes_of: Callable[[Ids], bytes]) -> int:
        """Bytes of its ids, compressed by DEFLATE."""
        return len(zlib.compress(bytes_of(self.ids), 6))


def _sample(task: TrainingTask, symbols: MergeSymbols, n_bytes: int) -> WrittenSample:
    """The beginning of each text, so much together, a word a time as it is trained on."""
    ids, begins = list[int](), list[bool]()
    cut, words = task.cut, task.cut.pre_tokenizer()
    texts = [_beginning(part.chunks, n_bytes // len(task.text.parts) + 1) for part in task.text.parts]
    for text in cut.phrases(normalised(texts, cut.normaliser)):
        for word, _ in words.pre_tokenize_str(text):
            ids += [symbols.ids[one] for one in word]
            begins += [n == 0 for n in range(len(word))]
    return WrittenSample(np.array(ids, np.int64), np.array(begins, bool))


def _beginning(chunks: Chunks, n_bytes: int) -> str:
    """Of a text, whole lines, of which no more is read than that takes."""
    there, size = list[bytes](), 0
    for chunk in chunks:
        there.append(chunk.encode())
        size += len(there[-1])
        if size > n_bytes:
            break
    return beginning(b"".join(there), n_bytes).decode()


def _by_frequency(ids: Ids) -> bytes:
    """Each id as its place among the more frequent ones, in as few bytes as it takes.

    >>> list(_by_frequency(np.array([300, 7, 300])))
    [0, 1, 0]
    """
    counts = np.bincount(ids)
    place = np.empty(len(counts), np.int64)
    place[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    return _by_age(place[ids])


def _by_age(ids: Ids) -> bytes:
    """Each id in as few bytes as it takes, seven bits in each.

    >>> list(_by_age(np.array([5, 300])))
    [5, 172, 2]
    """
    parts = [ids & 127 | (ids > 127) << 7, ids >> 7 & 127 | (ids >= 1 << 14) << 7, ids >> 14]
    there = [np.ones(len(ids), bool), ids > 127, ids >= 1 << 14]
    return bytes(np.stack(parts, 1).astype(np.uint8)[np.stack(there, 1)])


def _fixed(ids: Ids) -> bytes:
    """
    >>> list(_fixed(np.array([5, 300])))
    [5, 0, 44, 1]
    """
    return ids.astype("<u2" if ids.max(initial=0) < 1 << 16 else "<u4").tobytes()


SERIALISATIONS: dict[str, Callable[[Ids], bytes]] = {
    "by-frequency": _by_frequency,
    "by-age": _by_age,
    "fixed": _fixed,
}

TRAINER = Trainer(
    key="lz-aware",
    label="LZ-aware BPE",
    order=66,
    about=(
        "BPE that looks at several of the most frequent pairs, and merges the one after which a sample of the text "
        "takes the fewest bytes when its tokens are compressed."
    ),
    source="Erdogan et al. 2026. Our own code, compressed by zlib.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(
        Param(key="candidates", label="Pairs looked at", default=4, help="At 1 it is BPE.", low=1, high=64),
        Param(
            key="serialisation",
            label="Tokens as bytes",
            default="by-frequency",
            help=(
                "In what form tokens are compressed: frequent ones in fewer bytes, older ones in fewer bytes, or all "
                "in two."
            ),
            choices=tuple(SERIALISATIONS),
        ),
        Param(key="sample", label="Sample, kB", default=30, help="Text that is compressed.", low=1, high=1_000),
    ),
    word_bytes=110,
)
