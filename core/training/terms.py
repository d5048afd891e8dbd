"""Terms of a user, which become entries before any other is learned."""

import re
from collections.abc import Mapping, Sequence

from core.common.numbers import count
from core.common.params import Param
from core.training.merges import MergeSymbols, Pair, in_pairs, learn
from core.training.pretokenizers import Cut
from core.training.trainer import NotMakeable, TrainingTask

TERMS = Param(
    key="terms",
    label="Terms",
    default="",
    help="Words that become entries before others are learned, each as behind a space; in lines or with commas.",
    lines=True,
)


def terms_in(task: TrainingTask) -> tuple[str, ...]:
    """The terms asked for, each once, in the order given.

    >>> [one for one in dict.fromkeys(_listed("statin, dose,,statin"))]
    ['statin', 'dose']
    """
    return tuple(dict.fromkeys(_listed(str(task.params.values.get(TERMS.key, "")))))


def _listed(given: str) -> list[str]:
    return [one for part in re.split(r"[,\n]", given) if (one := part.strip())]


def words_of(terms: Sequence[str], cut: Cut) -> list[str]:
    """The words that terms are cut into, each once; several where the pre-tokenizer cuts a term."""
    return list(cut.words(tuple(f" {term}" for term in terms)))


def learn_terms(words: Mapping[str, int], terms: Sequence[str], symbols: MergeSymbols, room: int) -> list[Pair]:
    """Merges that make each of these words one piece.

    Args:
        words: how often each stands in the text; of pairs the one that is most frequent in the terms goes first.
        symbols: grow.
        room: most symbols that there may be.

    Raises:
        NotMakeable: the terms and their parts have no room.
    """
    merges = list[Pair]()
    counts = in_pairs({term: 1 + words.get(term, 0) for term in terms}, symbols)
    learn(counts, symbols, room, 1, merges)
    if counts.best() is not None:
        raise NotMakeable(
            f"{count(room)} entries have no room for {count(len(terms))} words of terms and the parts that they are "
            "built from. Ask for more entries, or give fewer terms."
        )
    return merges
