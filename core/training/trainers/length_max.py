"""Length-MAX: again and again the piece that covers most of what no piece covers yet."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush

from tokenizers import Tokenizer

from core.common.params import Param
from core.common.progress import report
from core.training.longest_match import bounded, longest_match
from core.training.trainer import Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: a word is cut by the longest entry from its beginning, and so on."""
    options, longest, cut = task.options, task.params.whole("longest"), bounded(task.cut)
    room = options.vocab - len(options.specials) - len(ALPHABET)
    pieces = covering(cut.words(task.text.chunks), room, longest, options.min_frequency)
    return longest_match([*ALPHABET, *pieces], options.specials, cut)


def covering(words: Mapping[str, int], n: int, longest: int, least: int) -> list[str]:
    """So many pieces of two bytes or more, or fewer where no more stand often enough; in the order of their choice.

    Args:
        words: how often each stands.
        longest: bytes of a piece at most.
        least: how often a piece must stand in what is not covered yet.

    The score of a piece is how often it stands there times its length; of equal ones the shorter goes first, then by
    spelling. Once no piece is left, all counts as not covered again, and other pieces are chosen.

    >>> covering({"abcabc": 2, "bcd": 3}, 3, 8, 2), covering({"abcd": 3, "abe": 2}, 2, 8, 2)
    (['bc', 'abc', 'bcd'], ['abcd', 'abe'])
    """
    spellings, weights = list(words), list(words.values())
    holding = _holding(spellings, weights, longest, least)
    chosen = list[str]()
    while len(chosen) < n:
        before = len(chosen)
        for piece in _once_over(spellings, weights, holding, least):
            chosen.append(piece)
            del holding[piece]
            report(len(chosen), n, "Covering")
            if len(chosen) == n:
                break
        if len(chosen) == before:
            break
    return chosen


def _once_over(words: list[str], weights: list[int], holding: Mapping[str, list[int]], least: int) -> Iterator[str]:
    """Pieces until none stands often enough in what those before leave."""
    left = [[word] for word in words]  # the parts of each word that no piece covers yet
    where = dict(holding)
    heap = [
        (-sum(weights[i] * words[i].count(piece) for i in at) * len(piece), len(piece), piece)
        for piece, at in where.items()
    ]
    heapify(heap)
    while heap:
        score, length, piece = heappop(heap)
        at = [i for i in where[piece] if any(piece in part for part in left[i])]
        now = sum(weights[i] * sum(part.count(piece) for part in left[i]) for i in at)
        where[piece] = at
        if now < least:
            continue
        if now * length < -score:  # some of it has been covered since
            heappush(heap, (-now * length, length, piece))
            continue
        for i in at:
            left[i] = [rest for part in left[i] for rest in part.split(piece) if len(rest) > 1]
        yield piece


def _holding(words: list[str], weights: list[int], longest: int, least: int) -> dict[str, list[int]]:
    """The words that hold each piece, of those that stand often enough."""
    counts: Counter[str] = Counter()
    for word, weight in zip(words, weights, strict=True):
        for piece in _pieces(word, longest):
            counts[piece] += weight
    frequent = {piece for piece, n in counts.items() if n >= least}
    counts.clear()
    found = defaultdict[str, list[int]](list)
    for i, word in enumerate(words):
        for piece in _pieces(word, longest) & frequent:
            found[piece].append(i)
    return found


def _pieces(word: str, longest: int) -> set[str]:
    """
    >>> sorted(_pieces("abc", 8))
    ['ab', 'abc', 'bc']
    """
    n = len(word)
    return {word[i:j] for i in range(n - 1) for j in range(i + 2, min(n, i + longest) + 1)}


TRAINER = Trainer(
    key="length-max",
    label="Length-MAX",
    order=80,
    about=(
        "Chooses again and again the piece whose frequency times its length is greatest in what no piece covers yet; a "
        "word is cut by the longest entry from its beginning."
    ),
    source="Dong & Su 2025 for the objective; greedy, by our own code.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    params=(Param(key="longest", label="Longest piece", default=16, help="Bytes of a piece.", low=2, high=64),),
    word_bytes=160,
)
