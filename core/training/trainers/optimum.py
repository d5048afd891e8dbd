"""The vocabulary with which a text takes the fewest tokens there can be, found exactly; of small texts only.

An integer programme: an entry is in or out, each word is a way from its beginning to its end over entries that are in,
and so many entries may be in. Where these are given, the ways of fewest tokens are whole by themselves.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.params import Param
from core.common.progress import report
from core.training.fewest import fewest_tokens
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET

MOST_STEPS = 10_000  # places in different words where an entry could stand: 6,648 took 20 s, six pages of text
_SECONDS = 120.0


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: as few tokens as these entries allow, which is Unigram with all scores equal."""
    options = task.options
    room = options.vocab - len(options.specials) - len(ALPHABET)
    report(0, 0, "Solving")
    chosen = best_pieces(task.cut.words(task.text.chunks), room, task.params.whole("longest"), options.min_frequency)
    pieces = [*ALPHABET, *sorted(chosen, key=lambda one: (len(one), one))]
    return fewest_tokens(pieces, options.specials, task.cut)


@dataclass(frozen=True, eq=False)
class _Steps:
    """Where an entry of two bytes or more could stand.

    Args:
        pieces: spelling of each such entry.
        word, start, end, piece: of each step: index of its word, span in it, index of its entry, int64 (S,).
    """

    pieces: list[str]
    word: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    piece: NDArray[np.int64]


def best_pieces(words: Mapping[str, int], n: int, longest: int, least: int) -> set[str]:
    """The n pieces of two bytes or more with which words take the fewest tokens, beside all single bytes.

    Args:
        words: how often each stands.
        longest: bytes of a piece at most.
        least: how often a piece must stand.

    Raises:
        NotMakeable: there are not so many pieces, the text is too large, or it was not solved in time.

    >>> sorted(best_pieces({"abcabc": 1, "abc": 2, "xy": 3}, 2, 8, 2))
    ['abc', 'xy']
    """
    several = {word: weight for word, weight in words.items() if len(word) > 1}
    steps = _steps(several, longest, least)
    if len(steps.pieces) < n:
        raise NotMakeable(
            f"The text has {count(len(steps.pieces))} pieces that stand {least} times or more, and {count(n)} are "
            "asked for beside the bytes. Ask for fewer entries."
        )
    if len(steps.word) > MOST_STEPS:
        raise NotMakeable(
            f"An exact optimum is found for small texts: entries could stand in {count(len(steps.word))} places of "
            f"different words, and the most is {count(MOST_STEPS)}. Give a shorter text, such as a page."
        )
    return {steps.pieces[i] for i in _solved(several, steps, n)}


def _steps(words: Mapping[str, int], longest: int, least: int) -> _Steps:
    counts: Counter[str] = Counter()
    spans = [
        (n, i, j, word[i:j])
        for n, word in enumerate(words)
        for i in range(len(word) - 1)
        for j in range(i + 2, min(len(word), i + longest) + 1)
    ]
    weights = list(words.values())
    for n, _, _, piece in spans:
        counts[piece] += weights[n]
    pieces = sorted(piece for piece, times in counts.items() if times >= least)
    index = {piece: i for i, piece in enumerate(pieces)}
    kept = np.array([(n, i, j, index[piece]) for n, i, j, piece in spans if piece in index], np.int64).reshape(-1, 4)
    return _Steps(pieces, *kept.T)


def _solved(words: Mapping[str, int], steps: _Steps, n: int) -> list[int]:
    """Indices of the pieces that are in."""
    from scipy import sparse
    from scipy.optimize import Bounds, LinearConstraint, milp

    lengths = np.array([len(word) for word in words], np.int64)
    begins = np.concatenate([[0], np.cumsum(lengths + 1)])[:-1]  # a node between any two bytes of each word
    word_of_single = np.repeat(np.arange(len(lengths)), lengths)
    at = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    from_node = np.concatenate([begins[steps.word] + steps.start, begins[word_of_single] + at])
    to_node = np.concatenate([begins[steps.word] + steps.end, begins[word_of_single] + at + 1])
    weights = np.array(list(words.values()), np.float64)
    cost = np.concatenate([weights[steps.word], weights[word_of_single]])
    n_pieces, n_ways, n_nodes = len(steps.pieces), len(cost), int((lengths + 1).sum())
    columns = n_pieces + np.arange(n_ways)
    flow = sparse.csr_matrix(
        (np.concatenate([np.ones(n_ways), -np.ones(n_ways)]),
         (np.concatenate([from_node, to_node]), np.concatenate([columns, columns]))),
        (n_nodes, n_pieces + n_ways),
    )  # fmt: skip
    out = np.zeros(n_nodes)
    out[begins], out[begins + lengths] = 1.0, -1.0
    n_steps = len(steps.word)
    rows = np.arange(n_steps)
    only_in = sparse.csr_matrix(
        (np.concatenate([np.ones(n_steps), -np.ones(n_steps)]),
         (np.concatenate([rows, rows]), np.concatenate([n_pieces + rows, steps.piece]))),
        (n_steps, n_pieces + n_ways),
    )  # fmt: skip
    room = sparse.csr_matrix(
        (np.ones(n_pieces), (np.zeros(n_pieces, int), np.arange(n_pieces))), (1, n_pieces + n_ways)
    )
    found = milp(
        np.concatenate([np.zeros(n_pieces), cost]),
        integrality=np.concatenate([np.ones(n_pieces), np.zeros(n_ways)]),
        bounds=Bounds(0.0, 1.0),
        constraints=[
            LinearConstraint(flow, out, out),
            LinearConstraint(only_in, -np.inf, 0),
            LinearConstraint(room, n, n),
        ],
        options={"time_limit": _SECONDS, "mip_rel_gap": 0.0},
    )
    if found.status != 0:
        raise NotMakeable(
            f"The exact optimum was not found within {_SECONDS:.0f} seconds. Give a shorter text, or ask for fewer "
            "entries."
        )
    chosen: list[int] = np.flatnonzero(found.x[:n_pieces] > 0.5).tolist()
    return chosen


TRAINER = Trainer(
    key="optimum",
    label="Exact optimum",
    order=90,
    about=(
        "The entries with which this text takes the fewest tokens there can be: how far from it BPE is. For a page of "
        "text."
    ),
    source="An integer programme solved by HiGHS (Huangfu & Hall 2018) in scipy. Our own formulation.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(Param(key="longest", label="Longest piece", default=16, help="Bytes of a piece.", low=2, high=64),),
    differs="of several cuts with equally few tokens the file may take another",
    small=True,
    word_bytes=20_000,
)
