"""Do tokens end where morphemes do?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan

from core.common.errors import UnknownName, UserError
from core.common.numbers import count, so_many
from core.probes.morphemes.gold import LAYOUTS, GoldWord, read_gold, shipped_gold, shipped_languages
from core.probes.morphemes.hybrid import HybridTrips, in_capitals, round_trips
from core.probes.morphemes.scores import (
    BoundaryScores,
    KnownTokens,
    MorphemeMatches,
    ScoreIntervals,
    boundary_scores,
    cut_word,
    known_tokens,
    morpheme_matches,
    score_intervals,
)
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.written_tokens import written_tokens
from core.stats.number import Number
from core.tokenizers.tokenizer import Tokenizer

BEFORE = ("space", "nothing")
_EXAMPLES = 6


@dataclass(frozen=True)
class MorphologyScores:
    """One tokenizer on words whose morphemes are known.

    Args:
        boundaries: of words whose morphemes stand in them; and `intervals` of their scores.
        matches, known: of all words.
        examples: words that are cut at a boundary nowhere, with their tokens.
    """

    label: str
    boundaries: BoundaryScores
    intervals: ScoreIntervals
    matches: MorphemeMatches
    known: KnownTokens
    examples: tuple[tuple[GoldWord, tuple[str, ...]], ...]

    @property
    def tokens_per_word(self) -> float | None:
        """Of words whose morphemes stand in them; None where there are none."""
        return self.boundaries.n_tokens / self.boundaries.n_words if self.boundaries.n_words else None

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        found = self.boundaries
        return {
            "label": self.label,
            "words_scored": found.n_words,
            "precision": found.precision,
            "recall": found.recall,
            "f1": found.f1,
            "chance_precision": found.chance,
            "tokens_per_word": self.tokens_per_word,
            "intervals": {name: _ends(one) for name, one in self._scores.items()},
            "morph_score": found.morph_score,
            "morph_score_words": found.n_two,
            "morph_score_left_out": found.n_one_token,
            "missed": found.missed,
            "morpheme_f1": self.matches.f1,
            "morpheme_recall": self.matches.recall,
            "morpheme_recall_ceiling": self.matches.ceiling,
            **self.known.document(),
            "missed_words": [{"morphemes": list(gold.morphemes), "tokens": list(row)} for gold, row in self.examples],
        }

    @property
    def _scores(self) -> dict[str, Number]:
        found = self.intervals
        return {
            "precision": found.precision,
            "recall": found.recall,
            "f1": found.f1,
            "tokens_per_word": found.tokens_per_word,
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        found = self.boundaries
        precision, recall, f1, tokens = map(_with_interval, self._scores.values())
        said = [
            f"{self.label}: precision {precision}, recall {recall}, F1 {f1} of boundaries at {tokens} tokens a word, "
            f"over {so_many(self.intervals.n, 'word', 'words')}; cuts at random would have a precision of "
            f"{_share(found.chance)}.",
            f"  MorphScore {_share(found.morph_score)} over {so_many(found.n_two, 'word', 'words')} of two morphemes, "
            "and "
            f"{so_many(found.n_one_token, 'that is', 'that are')} one token left out; {_share(found.missed)} of the "
            "words are cut at "
            "no boundary.",
        ]
        return said + [
            f"  {written_tokens(gold.morphemes)} is cut {written_tokens(tokens)}" for gold, tokens in self.examples
        ]


def _ends(one: Number) -> list[float] | None:
    return None if isnan(one.low) else [one.low, one.high]


def _with_interval(one: Number) -> str:
    """
    >>> _with_interval(Number(0.5, 0.4, 0.625)), _with_interval(Number(float("nan")))
    ('0.50 [0.40, 0.62]', '–')
    """
    if isnan(one.value):
        return "–"
    return f"{one.value:.2f}" + ("" if isnan(one.low) else f" [{one.low:.2f}, {one.high:.2f}]")


def _share(number: float | None) -> str:
    return "–" if number is None else f"{number:.2f}"


@dataclass(frozen=True)
class Morphology:
    """Tokenizers on the same words, by spec.

    Args:
        hybrid: of Turkish, what a small tokenizer that knows morphemes says back of the words, and of them in capitals.
    """

    n_words: int
    n_on_surface: int
    found: Mapping[str, MorphologyScores]
    hybrid: tuple[HybridTrips, HybridTrips] | None = None

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "words": self.n_words,
            "words_on_surface": self.n_on_surface,
            "tokenizers": [{"tokenizer": spec, **one.document()} for spec, one in self.found.items()],
            "hybrid": None if self.hybrid is None else [one.document() for one in self.hybrid],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [
            f"The morphemes of {count(self.n_on_surface)} of {so_many(self.n_words, 'word', 'words')} stand in them as "
            "they are "
            "written; boundaries are those of these words."
        ]
        said += [line for one in self.found.values() for line in one.sentences()]
        if self.hybrid is not None:
            plainly, big = (f"{count(len(one.failed))} of {count(one.n)}" for one in self.hybrid)
            said.append(f"A small tokenizer that knows morphemes does not say back {plainly} words, in capitals {big}.")
        return said


def morphology(
    tokenizers: Sequence[str],
    language: str = "eng",
    text: str = "",
    layout: str = "plain",
    before: str = "space",
) -> Morphology:
    """How tokens agree with morphemes.

    Args:
        tokenizers: their specs.
        language: of the shipped list; of a text of one's own it decides what the capital of ı is.
        text: words of one's own, in `layout`; empty takes the shipped list.
        before: of `BEFORE`, what stands before each word.

    Raises:
        UserError: a name is unknown, or the text has no words.
        UnreadableFile: the text is in another layout; names the line.
        TooLarge: it has too many words.
    """
    return morphology_of(open_tokenizers(tokenizers), language, text, layout, before)


def morphology_of(tokenizers: Sequence[Tokenizer], language: str, text: str, layout: str, before: str) -> Morphology:
    """The same of tokenizers that are open."""
    gold = gold_of(language, text, layout)
    if before not in BEFORE:
        raise UnknownName("thing before a word", before, BEFORE)
    found = {one.info.spec: _scored(one, gold, language, before == "space") for one in tokenizers}
    return Morphology(len(gold), sum(word.on_surface for word in gold), found, _hybrid(gold, language))


def _hybrid(gold: Sequence[GoldWord], language: str) -> tuple[HybridTrips, HybridTrips] | None:
    words = [one.word for one in gold]
    return (round_trips(words), round_trips(map(in_capitals, words))) if language == "tur" else None


def gold_of(language: str, text: str, layout: str) -> tuple[GoldWord, ...]:
    """The words that are looked at: those of the text, or the shipped list.

    >>> gold_of("eng", "un|do", "plain")
    (GoldWord(word='undo', morphemes=('un', 'do')),)
    """
    if language not in shipped_languages():
        raise UnknownName("language with a list of morphemes", language, shipped_languages())
    if layout not in LAYOUTS:
        raise UnknownName("layout of morphemes", layout, LAYOUTS)
    gold = read_gold(text, layout) if text.strip() else shipped_gold(language)
    if not gold:
        raise UserError("There are no words with morphemes. Write some such as un|do, one a line.")
    return gold


def _scored(tokenizer: Tokenizer, gold: Sequence[GoldWord], language: str, space: bool) -> MorphologyScores:
    words = [cut_word(tokenizer, one, space) for one in gold]
    several = (word for word in words if len(word.gold.morphemes) > 1 and word.gold.on_surface)
    missed = [(word.gold, word.tokens) for word in several if not {*word.cuts} & {*word.gold.boundaries}]
    return MorphologyScores(
        tokenizer.info.label,
        boundary_scores(words),
        score_intervals(words),
        morpheme_matches(words),
        known_tokens(words, language),
        tuple(missed[:_EXAMPLES]),
    )


PROBE = Probe(
    key="morphology",
    order=90,
    question="Do tokens end where morphemes do?",
    caution=(
        "A tokenizer that cuts everywhere meets every boundary: recall and MorphScore reward it, so read them beside "
        "precision and tokens a word. Scores of lists with different words do not compare. Better agreement with "
        "morphemes has not been shown to make better models."
    ),
    source=(
        "MorphScore: Arnett & Bergen 2024 (2411.14198); SIGMORPHON 2022 shared task; CompoundPiece: Minixhofer et al. "
        "2023 (2305.14214); %TR and %Pure, and the tokenizer that knows morphemes: Bayram et al. 2025; the "
        "shipped lists are our own"
    ),
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(key="language", kind="text", text="a shipped list", default="eng", among=shipped_languages()),
        Asked(key="text", kind="text", text="words of your own, such as un|do, one a line", default=""),
        Asked(key="layout", kind="text", text="how these are written", default="plain", among=tuple(LAYOUTS)),
        Asked(key="before", kind="text", text="what stands before each word", default="space", among=BEFORE),
    ),
    find=morphology,
)
