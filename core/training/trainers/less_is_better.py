"""Less is Better: a lexicon learned by reading, in which a piece rises or falls by whether it makes fewer tokens."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.params import Param
from core.common.progress import report
from core.training.longest_match import bounded, longest_match
from core.training.pretokenizers import NORMALISERS, Cut
from core.training.trainer import NotMakeable, Trainer, TrainingTask
from core.training.trainers.bpe import ALPHABET

# As in the authors' code.
_JOINED = 0.25  # chance that two neighbours are noticed
_STEP = 0.2  # share of its place by which a piece rises or falls
_LIFE = 10  # documents that a piece at the end of the lexicon has to be of use again
_LAST = 1e-4  # share of the lexicon that counts as its end
_DOCUMENT = 20_000  # bytes; theirs are of up to two hundred sentences


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer: the first pieces of the lexicon, of which a word takes the longest each time."""
    options, cut, params = task.options, bounded(task.cut), task.params
    room, passes = options.vocab - len(options.specials) - len(ALPHABET), params.whole("passes")
    learned = _learned(cut, task.text.chunks, params.whole("longest"), passes, params.seed)
    if len(learned) < room:
        raise NotMakeable(
            f"The lexicon has {count(options.vocab - room + len(learned))} entries after {passes} passes, not "
            f"{count(options.vocab)}. Ask for fewer entries, let it read more often (passes), or give more text."
        )
    return longest_match([*ALPHABET, *learned[:room]], options.specials, cut)


@lru_cache(maxsize=1)  # the same for all sizes that one process makes
def _learned(cut: Cut, chunks: tuple[str, ...], longest: int, passes: int, seed: int) -> Sequence[str]:
    documents = list(_documents(chunks, cut))
    chance, lexicon = np.random.default_rng(seed), Lexicon(ALPHABET, longest)
    for n in range(passes):
        for k, place in enumerate(chance.permutation(len(documents)).tolist()):
            lexicon.read(documents[place], chance)
            report(n * len(documents) + k, passes * len(documents), "Reading")
    return tuple(lexicon.learned())


class Lexicon:
    """Pieces in the order of their worth, the best first.

    Args:
        singles: pieces that are always there.
        longest: characters of a piece.
    """

    def __init__(self, singles: Sequence[str], longest: int) -> None:
        self._singles, self._longest = frozenset(singles), longest
        self.rank: dict[str, int] = {}
        self._lives: dict[str, int] = {}  # of pieces that go if they are of no use soon
        self._reach: dict[str, int] = {}  # how long pieces are at most that begin with these three characters
        for piece in singles:
            self._add(piece)

    def learned(self) -> list[str]:
        """All pieces but the singles, the best first."""
        return [piece for piece in sorted(self.rank, key=self.rank.__getitem__) if piece not in self._singles]

    def read(self, document: Sequence[str], chance: np.random.Generator) -> None:
        """Cut each of some texts, notice what stands together twice, and weigh each piece that is met."""
        noticed, rewards = set[str](), list[tuple[str, int]]()
        drawn, start = (chance.random(sum(map(len, document))) < _JOINED).tolist(), 0
        for text in document:
            at, before = 0, ""
            noticing, start = iter(drawn[start : start + len(text)]), start + len(text)
            while at < len(text):
                piece, shorter = self._two_longest(text, at)
                if next(noticing) and before and len(before) + len(piece) <= self._longest:
                    self._notice(before + piece, noticed)
                if shorter:
                    self._weigh(text, at, piece, shorter, rewards)
                at, before = at + len(piece), piece
        self._move(rewards)

    def _notice(self, joint: str, noticed: set[str]) -> None:
        """It becomes a piece when it is noticed for the second time in a document."""
        if joint in noticed and joint not in self.rank:
            self._add(joint)
        noticed.add(joint)

    def _add(self, piece: str) -> None:
        self.rank[piece] = len(self.rank)
        self._reach[piece[:3]] = max(len(piece), self._reach.get(piece[:3], 0))

    def _weigh(self, text: str, at: int, piece: str, shorter: str, rewards: list[tuple[str, int]]) -> None:
        """Read on behind a piece and behind the next shorter one until both are at the same place again.

        The one with more tokens falls, of equally many the one whose tokens are worth less.
        """
        end, other_end = at + len(piece), at + len(shorter)
        n_more, worth = 0, self.rank[piece] - self.rank[shorter]
        while end != other_end:
            if end < other_end:
                then, _ = self._two_longest(text, end)
                end, n_more, worth = end + len(then), n_more + 1, worth + self.rank[then]
            else:
                then, _ = self._two_longest(text, other_end)
                other_end, n_more, worth = other_end + len(then), n_more - 1, worth - self.rank[then]
        if (n_more, worth) > (0, 0):
            rewards += [(piece, 1), (shorter, -1)]
        else:
            rewards.append((piece, -1))
            self._lives.pop(piece, None)

    def _two_longest(self, text: str, at: int) -> tuple[str, str]:
        """The longest piece that stands there and the next shorter one, which may be none.

        >>> Lexicon(["a", "b", "ab", "abab"], 4)._two_longest("ababb", 0)
        ('abab', 'ab')
        """
        found, rank = "", self.rank
        for end in range(min(at + self._reach.get(text[at : at + 3], 2), len(text)), at, -1):
            piece = text[at:end]
            if piece in rank:
                if found:
                    return found, piece
                found = piece
        return found, ""

    def _move(self, rewards: Sequence[tuple[str, int]]) -> None:
        """Let pieces rise and fall; what falls off the end goes, and what was of no use there for too long."""
        places = dict[str, float](self.rank)
        for piece, step in rewards:
            places[piece] = max(0.0, places[piece] + step * (int(_STEP * places[piece]) + 1))
        gone = {piece for piece, lives in self._lives.items() if lives <= 1}
        self._lives = {piece: lives - 1 for piece, lives in self._lives.items() if lives > 1}
        end = len(places)
        order = [
            piece
            for piece, place in sorted(places.items(), key=lambda one: one[1])
            if piece in self._singles or (place < end and piece not in gone)
        ]
        self.rank = {piece: n for n, piece in enumerate(order)}
        for piece in order[int((1 - _LAST) * len(order)) :]:
            if piece not in self._singles:
                self._lives.setdefault(piece, _LIFE)


def _documents(chunks: Sequence[str], cut: Cut) -> Iterator[list[str]]:
    """The words of the text, as bytes are written, some at a time."""
    words, normaliser = cut.pre_tokenizer(), NORMALISERS[cut.normaliser]
    gathered, size = list[str](), 0
    for chunk in chunks:
        text = normaliser.normalize_str(chunk) if normaliser else chunk
        for word, _ in words.pre_tokenize_str(text):
            gathered.append(word)
            size += len(word)
            if size >= _DOCUMENT:
                yield gathered
                gathered, size = [], 0
    if gathered:
        yield gathered


TRAINER = Trainer(
    key="lib",
    label="Less is Better",
    order=78,
    about=(
        "Reads the text again and again with a lexicon: two pieces that stand together become one, and a piece rises "
        "or falls by whether the text takes fewer tokens with it; a word is cut by the longest entry."
    ),
    source="Yang et al. 2020 and Yang 2024 (LiB), and their code (ray306/LiB). Our own code, on bytes.",
    train=train,
    level="bytes",
    n_least=256,
    pre="superwords",
    params=(
        Param(key="longest", label="Longest piece", default=16, help="Bytes of a piece.", low=2, high=64),
        Param(key="passes", label="Passes", default=20, help="How often the text is read.", low=1, high=100),
    ),
    bytes_per_byte=60,
)
