"""In how many ways can the tokens of a vocabulary spell one text?"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import log2, prod

from core.common.errors import TooLarge, UserError
from core.common.numbers import count
from core.probes.probe import Asked, Probe
from core.probes.spelling_counts import Paths, by_length, count_paths, digits, sample
from core.probes.spelling_edges import Spellers, spellers_of
from core.text.utf8 import utf8
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Tokenizer

MOST_BYTES = 1_000_000
MOST_BYTES_BY_LENGTH = 2_000
MOST_BYTES_SAMPLED = 20_000
MOST_SAMPLES = 1_000
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
        drawn: some of them, as ids, each as likely as every other.
        notes: what the reader should know, one sentence each.
    """

    data: bytes
    canonical: int
    paths: Paths
    within: Paths | None
    lengths: Mapping[int, int] | None = None
    drawn: list[list[int]] = field(default_factory=list)
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
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [f"{in_figures(self.paths.n)} token sequences spell these {count(len(self.data))} bytes."]
        if self.paths.n:
            said.append(
                f"The shortest has {count(self.paths.shortest or 0)} tokens, the longest "
                f"{count(self.paths.longest or 0)}; the tokenizer cuts {count(self.canonical)}."
            )
        if self.within is not None:
            said.append(f"{in_figures(self.within.n)} of them keep to the cuts of the pre-tokenizer.")
        if self.bits_per_byte is not None:
            said.append(f"That is {self.bits_per_byte:.3f} bits a byte that a sequence could say besides the text.")
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


def spellings(tokenizer: str, text: str, samples: int = 0, seed: int = 0) -> Spellings:
    """The spellings of a text.

    Args:
        tokenizer: its spec.
        samples: how many of them to draw.
        seed: of the draws.

    Raises:
        UserError: the text is empty or has no UTF-8 form, or the tokenizer has no vocabulary.
        TooLarge: the text is too long to count, or to draw from.
    """
    return spellings_of(open_tokenizer(tokenizer), text, samples, seed)


def spellings_of(tokenizer: Tokenizer, text: str, samples: int = 0, seed: int = 0) -> Spellings:
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
    if (cut.kinds == Kind.UNKNOWN).any():
        why = f"{tokenizer.info.label} does not know all of these characters, so no sequence of its tokens spells them."
        return Spellings(typed, len(ids), Paths(0, None, None), None, notes=(why,))
    words, pre_tokens = _word_starts(spellers, ids), _pre_token_starts(tokenizer, text, data)
    paths = count_paths(spellers.edges(data, words), len(data), spellers.longest)
    within = None if pre_tokens is None else _within(spellers, data, words, pre_tokens)
    lengths = None
    if len(data) <= MOST_BYTES_BY_LENGTH:
        lengths = by_length(spellers.edges(data, words), len(data), paths.n)
    drawn = sample(spellers.edges(data, words), len(data), samples, seed) if samples else []
    return Spellings(data, len(ids), paths, within, lengths, drawn, _notes(tokenizer, typed, data, pre_tokens))


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
            "The tokenizer changes the text before it cuts it; what is spelled is the changed text, "
            f"{count(len(data))} bytes instead of {count(len(typed))}."
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
    source="Number of paths through a graph by dynamic programming; cf. Cao & Rimell 2021 and Geh et al. 2024",
    asked=(
        Asked(key="tokenizer", kind="tokenizer", text="the tokenizer whose tokens spell"),
        Asked(key="text", kind="text", text="the text that is spelled"),
        Asked(
            key="samples",
            kind="whole number",
            text="how many spellings to draw, each as likely as every other",
            default=0,
            least=0,
        ),
        Asked(key="seed", kind="whole number", text="of the draws", default=0),
    ),
    find=spellings,
)
