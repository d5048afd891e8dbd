"""Unigram on the constituents of compounds, which are found by the other words of the text."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer

from core.common.params import Param
from core.training.alphabet import COVERAGE
from core.training.pretokenizers import SPACE
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers import unigram

_LONGEST_WORD = 64  # characters; what is longer is no compound
_MOST_PARTS = 4


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: in use it cuts whole words, as CompoundPiece does."""
    links = [one for part in task.params.word("links").split(",") if (one := part.strip())]
    words = task.cut.words(task.text.chunks)
    return unigram.of_words(in_constituents(words, task.params.whole("least"), links), task)


def in_constituents(words: Mapping[str, int], least: int, links: Sequence[str] = ()) -> Counter[str]:
    """How often each word stands when compounds are cut into other words of the text.

    A word is cut where the geometric mean of its parts' frequencies is greater than its own frequency, in the way in
    which it is greatest; small and capital letters are the same.

    Args:
        words: how often each stands, with a mark for the space before it.
        least: letters of a part.
        links: what may stand between two parts; it stays with the first.

    Source: Koehn & Knight 2003.

    >>> sorted(in_constituents({"▁Fuß": 4, "▁Ball": 9, "▁Fußball": 2}, 3).items())
    [('ball', 2), ('▁Ball', 9), ('▁Fuß', 6)]
    """
    often = Counter[str]()
    for word, n in words.items():
        often[word.removeprefix(SPACE).lower()] += n
    found = Counter[str]()
    for word, n in words.items():
        bare = word.removeprefix(SPACE)
        begin, at = len(word) - len(bare), 0
        for end in _ends(bare, often, least, links):
            found[word[at : begin + end]] += n
            at = begin + end
    return found


def _ends(word: str, often: Mapping[str, int], least: int, links: Sequence[str]) -> tuple[int, ...]:
    """Where the parts of a word end; the word's end alone where it is no compound."""
    low, n = word.lower(), len(word)
    if not low.isalpha() or len(low) != n or not 2 * least <= n <= _LONGEST_WORD:
        return (n,)
    best: list[dict[int, tuple[float, tuple[int, ...]]]] = [{0: (0.0, ())}]  # by parts so far, by where they end
    for _ in range(_MOST_PARTS):
        longer: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (worth, ends) in best[-1].items():
            for end in range(start + least, n + 1):
                times = _times(low[start:end], often, least, links if end < n else ())
                if times and end - start < n:
                    one = (worth + math.log(times), (*ends, end))
                    longer[end] = max(longer.get(end, one), one)
        best.append(longer)
    whole: list[tuple[float, tuple[int, ...]]] = [(math.log(often[low]), (n,))]
    whole += [(worth / len(ends), ends) for by_end in best[1:] for end, (worth, ends) in by_end.items() if end == n]
    return max(whole, key=lambda one: (one[0], -len(one[1])))[1]


def _times(part: str, often: Mapping[str, int], least: int, links: Sequence[str]) -> int:
    """How often a part stands as a word, with or without what links it to the next."""
    bare = [part.removesuffix(link) for link in links if part.endswith(link)]
    return max(often.get(one, 0) for one in [part, *(one for one in bare if len(one) >= least)])


TRAINER = Trainer(
    key="constituents",
    label="Unigram on constituents",
    order=32,
    about=(
        "Unigram that learns from compounds cut into their parts, such as foot and ball, so that pieces do not go over "
        "where these meet; in use it cuts whole words."
    ),
    source=(
        "After CompoundPiece, Minixhofer et al. 2023, whose model cuts the compounds; here the other words of the text "
        "do, as in Koehn & Knight 2003. Trained by SentencePiece."
    ),
    train=train,
    level="characters",
    n_least=258,
    pre="o200k",
    params=(
        COVERAGE,
        unigram.LONGEST,
        Param(key="least", label="Shortest part", default=4, help="Letters of a part.", low=2, high=20),
        Param(
            key="links", label="Between parts", default="",
            help="What may link two parts, as s and es in German; with commas between.",
        ),
    ),
    unknown=unigram.UNKNOWN,
    word_bytes=180,
)  # fmt: skip
