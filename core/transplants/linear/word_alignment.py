"""Which words of a sentence translate which words of its translation, learnt from many such pairs.

A word may translate any word of the other sentence or none; places near the diagonal are likelier. That is IBM model 2
in the form of fast_align, restated: one parameter says how much likelier. The first rounds know nothing of places
(model 1), or else languages of another word order are bent to the diagonal before a word is learnt. A Dirichlet prior
on each word's translations keeps rare words from collecting everything around them. What comes out are expected counts
and not single alignments, so that a doubtful link counts as much as it is believed.

Source: Brown et al. 1993; Dyer, Chahuneau and Smith 2013 (diagonal and prior); own restatement.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROUNDS = 7  # as trans-tokenization runs fast_align
_P_NONE = 0.08  # share of words that translate none
_TENSION = 4.0  # how quickly likelihood falls with distance from the diagonal
_PRIOR = 0.01
_WITHOUT_PLACES = 3  # rounds
_CHUNK = 2_000_000  # pairs of places at a time


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs of words and how often one is expected to translate the other.

    Args:
        old, new: word ids, int64 (m,) each.
        counts: float64 (m,).
    """

    old: Ints
    new: Ints
    counts: Floats


def align_both_ways(old: Sequence[Ints], new: Sequence[Ints], rounds: int = ROUNDS) -> Links:
    """Counts of word pairs on which both directions agree: the geometric mean of theirs.

    From one direction alone, frequent words of the old language collect rare words of the new one: of a thousand
    sentences of English and German, `Beispiel` went to the full stop.

    Args:
        old, new: word ids of each sentence, of the one and of the other language.
    """
    forth, back = align(old, new, rounds), align(new, old, rounds)
    size = 1 + max((int(ids.max()) for ids in (forth.new, back.old) if len(ids)), default=0)
    keys, places, others = np.intersect1d(
        forth.old * size + forth.new, back.new * size + back.old, assume_unique=True, return_indices=True
    )
    return Links(keys // size, keys % size, np.sqrt(forth.counts[places] * back.counts[others]))


def align(old: Sequence[Ints], new: Sequence[Ints], rounds: int = ROUNDS) -> Links:
    """Expected counts of word pairs over all sentence pairs, each new word being explained by an old one.

    Args:
        old, new: word ids of each sentence, of the one and of the other language.

    >>> texts = [np.array(ids) for ids in ([0, 1], [0, 2], [3, 1])]
    >>> links = align(texts, [ids[::-1] for ids in texts], rounds=20)
    >>> [(int(a), int(b)) for a, b, n in zip(links.old, links.new, links.counts) if n > 0.5]
    [(0, 0), (1, 1), (2, 2), (3, 3)]
    """
    pairs = [(a + 1, b) for a, b in zip(old, new, strict=True) if len(a) and len(b)]  # 0 is the word that is none
    size = 1 + max((int(b.max()) for _, b in pairs), default=0)
    keys = np.empty(0, np.int64)
    for chunk in _chunks(pairs, size):
        keys = np.union1d(keys, chunk.keys)
    chance = np.ones(len(keys))  # of the new word, given the old one; the first round sees none likelier
    counts = np.zeros(len(keys))
    for n in range(rounds):
        counts = np.zeros(len(keys))
        for chunk in _chunks(pairs, size):
            at = np.searchsorted(keys, chunk.keys)
            joint = chance[at] * (chunk.prior if n >= _WITHOUT_PLACES else 1.0)
            joint /= np.bincount(chunk.word, joint)[chunk.word]
            counts += np.bincount(at, joint, len(keys))
        chance = _expected(counts, keys // size)
    real = keys >= size
    return Links(keys[real] // size - 1, keys[real] % size, counts[real])


def _expected(counts: Floats, old: Ints) -> Floats:
    """Chance of each new word given the old one, under the prior: exp ψ(count + α) / exp ψ(total), and ψ in short."""
    raised = counts + _PRIOR
    totals: Floats = np.bincount(old, raised).astype(np.float64)[old]
    chance: Floats = np.exp(digamma(raised) - digamma(totals))
    return chance


@dataclass(frozen=True, eq=False)
class _PairedPlaces:
    """Every pair of places in some sentence pairs: its key, the new word that it belongs to, and how likely it is."""

    keys: Ints
    word: Ints
    prior: Floats


def _chunks(pairs: Sequence[tuple[Ints, Ints]], size: int) -> Iterator[_PairedPlaces]:
    keys, words, priors = list[Ints](), list[Ints](), list[Floats]()
    n_pairs = n_words = 0
    for old, new in pairs:
        with_none = np.concatenate([[0], old])
        keys.append((with_none[None] * size + new[:, None]).ravel())
        words.append(n_words + np.repeat(np.arange(len(new)), len(with_none)))
        priors.append(_places(len(old), len(new)).ravel())
        n_pairs, n_words = n_pairs + len(keys[-1]), n_words + len(new)
        if n_pairs >= _CHUNK:
            yield _PairedPlaces(np.concatenate(keys), np.concatenate(words), np.concatenate(priors))
            keys, words, priors, n_pairs, n_words = [], [], [], 0, 0
    if keys:
        yield _PairedPlaces(np.concatenate(keys), np.concatenate(words), np.concatenate(priors))


def _places(n_old: int, n_new: int) -> Floats:
    """How likely each new place is to translate none and each old place, float64 (n_new, 1 + n_old)."""
    middle_old, middle_new = (np.arange(n_old) + 0.5) / n_old, (np.arange(n_new) + 0.5) / n_new
    near = np.exp(-_TENSION * np.abs(middle_new[:, None] - middle_old[None]))
    near *= (1 - _P_NONE) / near.sum(1, keepdims=True)
    return np.concatenate([np.full((n_new, 1), _P_NONE), near], 1)
