"""In how many ways can the tokens of a vocabulary spell one text?"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import log2, prod

from core.common.errors import TooLarge, UnknownName, UserError, shown
from core.common.numbers import count, so_many
from core.probes.probe import Asked, Probe
from core.probes.spelling_counts import Paths, by_length, count_paths, digits, sample
from core.probes.spelling_edges import Edge, Spellers, keeping_to, spellers_of
from core.probes.spelling_posterior import Posterior, posterior
from core.text.utf8 import utf8
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Tokenizer

MOST_BYTES = 1_000_000
MOST_BYTES_BY_LENGTH = 2_000
MOST_BYTES_SAMPLED = 20_000
MOST_SAMPLES = 1_000
DRAWS = ("all", "pre_tokens", "unigram")
_SHOWN_DIGITS = 15


@dataclass(frozen=True)
class Spellings:
    """The token sequences that spell a text.

    Args:
        data: the bytes that are spelled: the text's, or what the tokenizer makes of it.
        canonical: tokens of the one that the tokenizer cuts.
        paths: all of them.
        within: those in which no token reaches over a place where the pre-tokenizer cuts; None where that is not known.
        lengths: how many of each number of tokens; None for a text that is too long.
        drawn: some of them, as ids.
        own_share: of the tokenizer's own spelling, of the probability of all under its Unigram scores; None without.
        notes: what the reader should know, one sentence each.
    """

    data: bytes
    canonical: int
    paths: Paths
    within: Paths | None
    lengths: Mapping[int, int] | None = None
    drawn: list[list[int]] = field(default_factory=list)
    own_share: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def bits_per_byte(self) -> float | None:
        """How much a spelling chosen evenly says besides the text; None where there is none."""
        return log2(self.paths.n) / len(self.data) if self.paths.n and self.data else None

    def document(self) -> dict[str, object]:
        """It as a JSON document; numbers of spellings are decimal strings."""
        return {
            "spellings": digits(self.paths.n),
            "shortest": self.paths.shortest,
            "longest": self.paths.longest,
            "canonical": self.canonical,
            "within_pre_tokens": None if self.within is None else digits(self.within.n),
            "bytes": len(self.data),
            "bits_per_byte": self.bits_per_byte,
            "by_length": None if self.lengths is None else {str(k): digits(n) for k, n in self.lengths.items()},
            "samples": self.drawn,
            "own_share": self.own_share,
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        spell = "token sequence spells" if self.paths.n == 1 else "token sequences spell"
        of = so_many(len(self.data), "byte", "bytes")
        said = [f"{in_figures(self.paths.n)} {spell} this text of {of}."]
        if self.paths.n:
            said.append(
                f"The shortest has {so_many(self.paths.shortest or 0, 'token', 'tokens')}, the longest "
                f"{count(self.paths.longest or 0)}; the tokenizer cuts {count(self.canonical)}."
            )
        if self.within is not None:
            keep = "keeps" if self.within.n == 1 else "keep"
            said.append(f"{in_figures(self.within.n)} of them {keep} to the cuts of the pre-tokenizer.")
        if self.bits_per_byte is not None:
            said.append(f"That is {self.bits_per_byte:.3f} bits a byte that a sequence could say besides the text.")
        if self.own_share is not None:
            said.append(
                f"By the scores of its entries the tokenizer's own has {self.own_share:.2%} of the probability."
            )
        return [*said, *(" ".join(map(str, ids)) for ids in self.drawn), *self.notes]


def in_figures(n: int) -> str:
    """A number of spellings for people: exact, or in scientific notation where it is long.

    >>> in_figures(660), in_figures(38 * 10**40)
    ('660', '3.800 × 10^41')
    """
    written = digits(n)
    if len(written) <= _SHOWN_DIGITS:
        return count(n)
    return f"{written[0]}.{written[1:4]} × 10^{len(written) - 1}"


def spellings(tokenizer: str, text: str, samples: int = 0, seed: int = 0, draws: str = "all") -> Spellings:
    """The spellings of a text.

    Args:
        tokenizer: its spec.
        samples: how many of them to draw.
        seed: of the draws.
        draws: of `DRAWS`: from all, or from those that keep to the cuts of the pre-tokenizer, each as likely as every
            other; or from all by the scores of a Unigram vocabulary.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or the tokenizer has no vocabulary.
        TooLarge: the text is too long to count, or to draw from.
    """
    if draws not in DRAWS:
        raise UnknownName("way to draw spellings", draws, DRAWS)
    return spellings_of(open_tokenizer(tokenizer), text, samples, seed, draws)


def spellings_of(tokenizer: Tokenizer, text: str, samples: int = 0, seed: int = 0, draws: str = "all") -> Spellings:
    """The same, for a tokenizer that is open."""
    if not text:
        raise UserError("The text is empty: there is nothing to spell. Give at least one character.")
    if samples > MOST_SAMPLES:
        raise TooLarge(f"{count(samples)} spellings are too many to draw; up to {count(MOST_SAMPLES)} are.")
    spellers, typed = spellers_of(tokenizer), utf8(text)
    _bounded(len(typed), MOST_BYTES, "counted")
    if samples:
        _bounded(len(typed), MOST_BYTES_SAMPLED, "drawn from")
    cut = tokenizer.segment(text)
    ids: list[int] = cut.ids.tolist()
    data = b"".join(spellers.entries.pieces[i] for i in ids)
    if not data:
        why = f"{tokenizer.info.label} leaves nothing of this text, so there is nothing to spell."
        return Spellings(typed, len(ids), Paths(0, None, None), None, notes=(why,))
    if (cut.kinds == Kind.UNKNOWN).any():
        why = f"{tokenizer.info.label} does not know all of these characters, so no sequence of its tokens spells them."
        return Spellings(typed, len(ids), Paths(0, None, None), None, notes=(why,))
    words, pre_tokens = _word_starts(spellers, ids), _pre_token_starts(tokenizer, text, data)
    paths = count_paths(spellers.edges(data, words), len(data), spellers.longest)
    within = None if pre_tokens is None else _within(spellers, data, words, pre_tokens)
    lengths = None
    if len(data) <= MOST_BYTES_BY_LENGTH:
        lengths = by_length(spellers.edges(data, words), len(data), paths.n)
    notes = _notes(tokenizer, typed, data, pre_tokens)
    if draws == "unigram":
        by_scores = _by_scores(spellers, data, ids, samples, seed)
        return Spellings(data, len(ids), paths, within, lengths, by_scores.drawn, by_scores.own, notes)
    drawn = _evenly(spellers.edges(data, words), data, pre_tokens if draws == "pre_tokens" else (), samples, seed)
    return Spellings(data, len(ids), paths, within, lengths, drawn, notes=notes)


def _evenly(
    edges: Iterable[Edge], data: bytes, walls: Collection[int] | None, samples: int, seed: int
) -> list[list[int]]:
    """Spellings in which no token reaches over a wall, each as likely as every other."""
    if not samples:
        return []
    if walls is None:
        raise UserError(
            "Where the pre-tokenizer cuts cannot be told in these bytes. Draw from all spellings, or give another text."
        )
    return sample(keeping_to(edges, walls), len(data), samples, seed)


def _by_scores(spellers: Spellers, data: bytes, ids: list[int], samples: int, seed: int) -> Posterior:
    """Spellings drawn by the scores of a Unigram vocabulary."""
    entries = spellers.entries
    label, algorithm = entries.tokenizer.info.label, entries.tokenizer.info.algorithm
    if algorithm != "Unigram":
        raise UserError(
            f"{label} has no probabilities for its entries: it is made by {algorithm}, not by Unigram. Draw evenly, or "
            "choose a Unigram tokenizer."
        )
    _bounded(len(data), MOST_BYTES_SAMPLED, "drawn from")
    ordinary = (one for one in entries.details if one.kind == Kind.ORDINARY and one.number is not None)
    scores = {one.id: one.number for one in ordinary if one.number is not None}
    found = posterior(spellers.edges(data), len(data), scores, ids, samples, seed)
    if found is None:
        raise UserError(
            f"Some characters stand in no entry of {label} that has a score. Draw evenly from all spellings."
        )
    return found


def _bounded(size: int, most: int, done: str) -> None:
    if size > most:
        raise TooLarge(
            f"The text has {count(size)} bytes; spellings of up to {count(most)} are {done}. Give a part of it."
        )


def _within(spellers: Spellers, data: bytes, words: frozenset[int], pre_tokens: frozenset[int]) -> Paths:
    """The paths through stretches that no token leaves: as many as those through each, multiplied."""
    cuts = [0, *sorted(pre_tokens | words), len(data)]
    seen = Counter((data[a:b], a in words or a == 0) for a, b in pairwise(cuts))
    each = [(_through(spellers, *stretch), times) for stretch, times in seen.items()]
    if not all(paths.n for paths, _ in each):
        return Paths(0, None, None)
    return Paths(
        prod(paths.n**times for paths, times in each),
        sum((paths.shortest or 0) * times for paths, times in each),
        sum((paths.longest or 0) * times for paths, times in each),
    )


def _through(spellers: Spellers, data: bytes, begins_word: bool) -> Paths:
    edges = spellers.edges(data) if begins_word else spellers.edges(data, goes_on=True)
    return count_paths(edges, len(data), spellers.longest)


def _word_starts(spellers: Spellers, ids: list[int]) -> frozenset[int]:
    """Where words begin, for a vocabulary that writes its entries otherwise within words."""
    if not spellers.marks_words:
        return frozenset()
    entries = spellers.entries
    starts = accumulate((len(entries.pieces[i]) for i in ids), initial=0)
    return frozenset(at for i, at in zip(ids, starts, strict=False) if at and not entries.within_words(i))


def _pre_token_starts(tokenizer: Tokenizer, text: str, data: bytes) -> frozenset[int] | None:
    """Where the pre-tokenizer cuts; None where what it gives does not spell the same bytes."""
    pieces = next((stage.pieces for stage in tokenizer.stages(text) if stage.name == "Pre-tokenizer"), None)
    if pieces is None:
        return None
    spelled = [piece.replace("▁", " ").encode(errors="replace") for piece in pieces]
    if b"".join(spelled) != data:
        return None
    return frozenset(accumulate(map(len, spelled[:-1])))


def _notes(tokenizer: Tokenizer, typed: bytes, data: bytes, pre_tokens: frozenset[int] | None) -> tuple[str, ...]:
    notes = []
    if data == b" " + typed:
        notes.append("The tokenizer puts a space before the text, which is spelled too.")
    elif data != typed:
        notes.append(
            "The tokenizer changes the text before it cuts it. What is spelled, "
            f"{count(len(data))} bytes in place of {count(len(typed))}: {shown(data.decode(errors='replace'), 60)}."
        )
    if pre_tokens is None:
        notes.append("Where the pre-tokenizer cuts could not be told in these bytes.")
    return tuple(notes)


PROBE = Probe(
    key="spellings",
    order=30,
    question="In how many ways can a vocabulary's tokens spell one text?",
    caution=(
        "Counted are sequences of ids whose bytes are the text; special tokens take no part. Most of them no tokenizer "
        "ever makes: it has one spelling for a text. A model has hardly seen the others, so what it says on them is "
        "another question. Where a vocabulary writes the same bytes twice, both ids count."
    ),
    source=(
        "Number of paths through a graph by dynamic programming; cf. Cao & Rimell 2021 and Geh et al. 2024; by scores: "
        "Kudo 2018, Subword Regularization (1804.10959)"
    ),
    asked=(
        Asked(key="tokenizer", kind="tokenizer", text="the tokenizer whose tokens spell"),
        Asked(key="text", kind="text", text="the text that is spelled"),
        Asked(
            key="samples",
            kind="whole number",
            text="how many spellings to draw",
            default=0,
            least=0,
        ),
        Asked(key="seed", kind="whole number", text="of the draws", default=0),
        Asked(
            key="draws",
            kind="text",
            text="what they are drawn from: all, those that keep to pre_tokens, or all by their unigram scores",
            default="all",
            among=DRAWS,
        ),
    ),
    find=spellings,
)
