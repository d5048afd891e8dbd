"""How the tokens of words agree with their morphemes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import nan
from unicodedata import normalize

import numpy as np

from core.common.numbers import so_many
from core.probes.morphemes.gold import GoldWord
from core.stats.bootstrap import MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number
from core.tokenizers.tokenizer import Tokenizer


@dataclass(frozen=True)
class CutWord:
    """A word under a tokenizer.

    Args:
        cuts: bytes inside the word at which a token begins or ends.
        tokens: the text of each token that holds a part of the word, without spaces.
    """

    gold: GoldWord
    cuts: tuple[int, ...]
    tokens: tuple[str, ...]


def cut_word(tokenizer: Tokenizer, gold: GoldWord, space: bool) -> CutWord:
    """A word cut into tokens, behind a space or not.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> cut_word(open_tokenizer("builtin:characters"), GoldWord("undo", ("un", "do")), True).cuts
    (1, 2, 3)
    """
    cut = tokenizer.segment(" " * space + gold.word)
    size = len(cut.text) - space
    cuts = tuple(at - space for at in cut.cuts.tolist() if 0 < at - space < size)
    edges = zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)
    spelled = (cut.text[start:end].decode(errors="replace").strip() for start, end in edges)
    return CutWord(gold, cuts, tuple(text for text in spelled if text))


@dataclass(frozen=True)
class BoundaryScores:
    """Boundaries of all words together, of those whose morphemes stand in them.

    Args:
        n_words: such words.
        n_cuts, n_boundaries, n_shared: places where tokens part, where morphemes do, and where both do.
        n_places: places inside the words where a character ends.
        n_tokens: of these words.
        n_missed: words of several morphemes of which no boundary is a cut.
        n_two: words of two morphemes that have several tokens; and `n_two_right` those cut between the two.
        n_one_token: words of two morphemes that are one token, which MorphScore leaves out.
    """

    n_words: int
    n_cuts: int
    n_boundaries: int
    n_shared: int
    n_places: int
    n_tokens: int
    n_missed: int
    n_several: int
    n_two: int
    n_two_right: int
    n_one_token: int

    @property
    def precision(self) -> float | None:
        """Share of the cuts that are boundaries; None where there are none."""
        return self.n_shared / self.n_cuts if self.n_cuts else None

    @property
    def recall(self) -> float | None:
        """Share of the boundaries that are cuts; None where there are none."""
        return self.n_shared / self.n_boundaries if self.n_boundaries else None

    @property
    def f1(self) -> float | None:
        """Twice what both share, by the sum of both; None where neither has any."""
        both = self.n_cuts + self.n_boundaries
        return 2 * self.n_shared / both if both else None

    @property
    def chance(self) -> float | None:
        """The precision of cuts at random places."""
        return self.n_boundaries / self.n_places if self.n_places else None

    @property
    def morph_score(self) -> float | None:
        """Of words of two morphemes and several tokens, the share that is cut between the two."""
        return self.n_two_right / self.n_two if self.n_two else None

    @property
    def missed(self) -> float | None:
        """Of words of several morphemes, the share of which no boundary is a cut."""
        return self.n_missed / self.n_several if self.n_several else None


@dataclass(frozen=True)
class ScoreIntervals:
    """Scores of boundaries with the intervals that other words of the same kind would leave them.

    Args:
        n: words that were resampled, those whose morphemes stand in them.
    """

    n: int
    precision: Number
    recall: Number
    f1: Number
    tokens_per_word: Number


def score_intervals(words: Sequence[CutWord]) -> ScoreIntervals:
    """The scores with 95 % intervals, by resampling words; those whose morphemes do not stand in them are left out.

    Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap.
    """
    surface = [word for word in words if word.gold.on_surface]
    rows = [
        (len({*w.cuts} & {*w.gold.boundaries}), len(w.cuts), len(w.gold.boundaries), len(w.tokens)) for w in surface
    ]
    counted = np.array(rows, np.float64).reshape(-1, 4).T
    sums = np.column_stack([counted.sum(axis=1), resampled_sums(counted, [np.arange(len(surface))] if surface else [])])
    shared, cuts, boundaries, tokens = sums

    def score(
        over: np.ndarray[tuple[int], np.dtype[np.float64]], under: np.ndarray[tuple[int], np.dtype[np.float64]]
    ) -> Number:
        with np.errstate(invalid="ignore", divide="ignore"):
            found = over / under
        if len(surface) < MIN_ITEMS or not np.isfinite(found).all():
            few = so_many(len(surface), "word is", "words are")
            return Number(float(found[0]), nan, nan, f"{few} too few for an interval")
        low, high = percentiles(found[1:].copy())
        return Number(float(found[0]), float(low), float(high))

    return ScoreIntervals(
        len(surface),
        score(shared, cuts),
        score(shared, boundaries),
        score(2 * shared, cuts + boundaries),
        score(tokens, np.full(len(tokens), float(len(surface)))),
    )


def boundary_scores(words: Sequence[CutWord]) -> BoundaryScores:
    """The boundaries of words; those whose morphemes do not stand in them are left out.

    Source: MorphScore: Arnett & Bergen 2024 (2411.14198); boundaries of compounds: Minixhofer et al. 2023.
    """
    surface = [word for word in words if word.gold.on_surface]
    shared = [len({*word.cuts} & {*word.gold.boundaries}) for word in surface]
    several = [(word, n) for word, n in zip(surface, shared, strict=True) if len(word.gold.morphemes) > 1]
    two = [(word, n) for word, n in several if len(word.gold.morphemes) == 2]
    return BoundaryScores(
        n_words=len(surface),
        n_cuts=sum(len(word.cuts) for word in surface),
        n_boundaries=sum(len(word.gold.boundaries) for word in surface),
        n_shared=sum(shared),
        n_places=sum(len(word.gold.word) - 1 for word in surface),
        n_tokens=sum(len(word.tokens) for word in surface),
        n_missed=sum(n == 0 for _, n in several),
        n_several=len(several),
        n_two=sum(bool(word.cuts) for word, _ in two),
        n_two_right=sum(n for _, n in two),
        n_one_token=sum(not word.cuts for word, _ in two),
    )


@dataclass(frozen=True)
class MorphemeMatches:
    """Tokens of all words against lists of morphemes as they are written in the gold.

    Args:
        n_tokens, n_morphemes, n_shared: added up; shared are those that stand in both lists in the same order.
        n_reachable: morphemes that stand in their words side by side, which is the most that any cutting can share.
    """

    n_tokens: int
    n_morphemes: int
    n_shared: int
    n_reachable: int

    @property
    def f1(self) -> float | None:
        """Twice what is shared, by the sum of both; None where there is nothing."""
        both = self.n_tokens + self.n_morphemes
        return 2 * self.n_shared / both if both else None

    @property
    def recall(self) -> float | None:
        """Morphemes that are tokens, of all; None where there are none."""
        return self.n_shared / self.n_morphemes if self.n_morphemes else None

    @property
    def ceiling(self) -> float | None:
        """The recall that cutting alone can reach; None where there are no morphemes."""
        return self.n_reachable / self.n_morphemes if self.n_morphemes else None


def morpheme_matches(words: Sequence[CutWord]) -> MorphemeMatches:
    """How many tokens are morphemes, in order, in all words.

    Source: the score of the SIGMORPHON shared task on segmentation, 2022.
    """
    return MorphemeMatches(
        sum(len(word.tokens) for word in words),
        sum(len(word.gold.morphemes) for word in words),
        sum(longest_common(word.tokens, word.gold.morphemes) for word in words),
        sum(reachable(word.gold) for word in words),
    )


def longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest list that both hold in order.

    >>> longest_common(("un", "do", "ing"), ("un", "doing", "ing"))
    2
    """
    row = [0] * (len(second) + 1)
    for one in first:
        before = row
        row = [0]
        for n, other in enumerate(second):
            row.append(before[n] + 1 if one == other else max(before[n + 1], row[n]))
    return row[-1]


def reachable(gold: GoldWord) -> int:
    """The most morphemes that stand in a word in order, none over another.

    >>> reachable(GoldWord("nipped", ("nip", "ed"))), reachable(GoldWord("subsidised", ("subside", "y", "ise", "ed")))
    (2, 1)
    """
    ends = [0]  # ends[k]: the earliest place where k of them can have ended
    for morpheme in gold.morphemes:
        for k in range(len(ends) - 1, -1, -1):
            at = gold.word.find(morpheme, ends[k])
            if at >= 0:
                end = at + len(morpheme)
                if k + 1 == len(ends):
                    ends.append(end)
                else:
                    ends[k + 1] = min(ends[k + 1], end)
    return len(ends) - 1


@dataclass(frozen=True)
class KnownTokens:
    """Tokens that are words or morphemes of the gold, by the two denominators that are in use.

    Args:
        n, n_distinct: tokens, and different ones.
        known, known_distinct: of these, words or morphemes.
        pure, pure_distinct: of these, morphemes.
        short: of the known ones, those of a single letter, which are easily one.
    """

    n: int
    n_distinct: int
    known: int
    known_distinct: int
    pure: int
    pure_distinct: int
    short: int

    def document(self) -> dict[str, object]:
        """Shares as a JSON document."""
        return {
            "known_of_tokens": self.known / self.n if self.n else None,
            "known_of_distinct": self.known_distinct / self.n_distinct if self.n_distinct else None,
            "pure_of_tokens": self.pure / self.n if self.n else None,
            "pure_of_distinct": self.pure_distinct / self.n_distinct if self.n_distinct else None,
            "single_letters_of_known": self.short / self.known if self.known else None,
        }


def known_tokens(words: Sequence[CutWord], language: str = "") -> KnownTokens:
    """Tokens against the words and morphemes of the gold, whatever their case.

    Args:
        language: ISO 639-3; in Turkish and Azerbaijani I is the capital of ı.

    Source: %TR and %Pure of Bayram et al. 2025; their code divides by different tokens, their text by all.
    """
    fold = _folding(language)
    morphemes = {fold(morpheme) for word in words for morpheme in word.gold.morphemes}
    lexicon = morphemes | {fold(word.gold.word) for word in words}
    tokens = [fold(token) for word in words for token in word.tokens]
    distinct = {*tokens}
    return KnownTokens(
        len(tokens),
        len(distinct),
        sum(token in lexicon for token in tokens),
        len(distinct & lexicon),
        sum(token in morphemes for token in tokens),
        len(distinct & morphemes),
        sum(token in lexicon and len(token) == 1 for token in tokens),
    )


def _folding(language: str) -> Callable[[str], str]:
    def folded(text: str) -> str:
        if language in ("tur", "aze"):
            text = text.replace("I", "ı").replace("İ", "i")
        return normalize("NFC", text).lower()

    return folded
