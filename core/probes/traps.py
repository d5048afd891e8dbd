"""Which words lose their boundary when no space stands between them?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from random import Random
from typing import TYPE_CHECKING

from core.common.errors import TooLarge, UserError
from core.common.numbers import count, so_many
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.shipped_words import words
from core.probes.written_tokens import written_tokens
from core.text.scripts import WITHOUT_SPACES, script_shares
from core.text.utf8 import utf8
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Tokenizer

if TYPE_CHECKING:
    from core.probes.bytes.read_by_model import ModelReader

MOST_BYTES = 200_000
MOST_PAIRS = 20_000
ASKED_OF_MODEL = 50  # pairs of each sort
_SHOWN = 8

Pair = tuple[str, str]


@dataclass(frozen=True)
class Joint:
    """Two words without a space between them.

    Args:
        pair: the words.
        tokens: what they are cut into.
        trap: the token that reaches over the boundary; None where a cut stands there.
        cuts: bytes of the two words, side by side, at which tokens part.
    """

    pair: Pair
    tokens: tuple[bytes, ...]
    trap: bytes | None
    cuts: tuple[int, ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        trap = None if self.trap is None else self.trap.hex()
        return {"words": list(self.pair), "tokens_hex": [piece.hex() for piece in self.tokens], "trap_hex": trap}


@dataclass(frozen=True)
class SwallowedWords:
    """What one tokenizer swallows.

    Args:
        n_pairs: pairs that were tried by themselves.
        swallowed: those whose boundary no token keeps.
        in_lines: boundaries of the text's words in its lines without spaces, and how many are swallowed there; None
            where no text was given.
    """

    label: str
    n_pairs: int
    swallowed: tuple[Joint, ...]
    in_lines: tuple[int, int] | None

    @property
    def share(self) -> float:
        """Of the pairs, those that are swallowed."""
        return len(self.swallowed) / self.n_pairs

    @property
    def ranked(self) -> list[tuple[bytes, int, Joint]]:
        """Tokens that reach over a boundary, with how many pairs and the first of them; the most frequent first."""
        counts = Counter(joint.trap for joint in self.swallowed if joint.trap is not None)
        first = {joint.trap: joint for joint in reversed(self.swallowed)}
        return [(trap, n, first[trap]) for trap, n in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        ranked = [{"token_hex": trap.hex(), "pairs": n, "example": one.document()} for trap, n, one in self.ranked]
        lines = None if self.in_lines is None else {"boundaries": self.in_lines[0], "swallowed": self.in_lines[1]}
        return {
            "label": self.label,
            "pairs": self.n_pairs,
            "swallowed": len(self.swallowed),
            "share": self.share,
            "tokens": ranked[:1_000],
            "lines_without_spaces": lines,
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [
            f"{self.label} keeps no cut between {count(len(self.swallowed))} of "
            f"{so_many(self.n_pairs, 'pair', 'pairs')} of words "
            f"({self.share:.1%}) when the space is gone."
        ]
        if self.in_lines is not None and self.in_lines[0]:
            n, lost = self.in_lines
            boundaries = so_many(n, "boundary", "boundaries")
            said.append(f"In whole lines without spaces it loses {count(lost)} of {boundaries}.")
        return said + [
            f"  {written_tokens([trap])} swallows {count(n)}: {written_tokens(one.pair)} is cut "
            f"{written_tokens(one.tokens)}"
            for trap, n, one in self.ranked[:_SHOWN]
        ]


@dataclass(frozen=True)
class ModelOnTraps:
    """Bits that a model needs more without the space, on average, for pairs that its tokenizer swallows and others.

    Args:
        n_swallowed, n_kept: pairs that were read.
        swallowed, kept: bits; None where there are no such pairs, or a number is missing.
    """

    model: str
    n_swallowed: int
    n_kept: int
    swallowed: float | None
    kept: float | None

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "model": self.model,
            "swallowed_pairs": self.n_swallowed,
            "kept_pairs": self.n_kept,
            "more_bits_swallowed": self.swallowed,
            "more_bits_kept": self.kept,
        }

    def sentences(self) -> list[str]:
        """It in words, one line."""
        known = [
            f"{bits:+.1f} bits for each of {so_many(n, 'pair', 'pairs')} that it {verb}"
            for bits, n, verb in (
                (self.swallowed, self.n_swallowed, "swallows"),
                (self.kept, self.n_kept, "keeps apart"),
            )
            if bits is not None
        ]
        return [f"Without the space {self.model} needs {' and '.join(known)}."] if known else []


@dataclass(frozen=True)
class Traps:
    """Boundaries of words that tokenizers swallow, by spec."""

    found: Mapping[str, SwallowedWords]
    by_model: ModelOnTraps | None = None

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = [{"tokenizer": spec, **one.document()} for spec, one in self.found.items()]
        return {"tokenizers": rows, "by_model": self.by_model and self.by_model.document()}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [line for one in self.found.values() for line in one.sentences()]
        return said + (self.by_model.sentences() if self.by_model else [])


def traps(
    tokenizers: Sequence[str], text: str = "", pairs: int = 2_000, seed: int = 0, model: str | None = None
) -> Traps:
    """Pairs of words whose boundary is no cut once the space is gone.

    Args:
        tokenizers: their specs.
        text: words divided by white space, of which neighbours in a line are pairs; empty draws pairs from a shipped
            list.
        pairs: how many to draw, or to take of the text at most.
        seed: of the draw.
        model: what opens a language model that reads them with and without the space.

    Raises:
        UserError: the text has no two words in a line, or no UTF-8 form.
        TooLarge: the text is too long.
    """
    found = traps_of(open_tokenizers(tokenizers), text, pairs, seed)
    if model is None:
        return found
    from core.probes.bytes.read_by_model import reader_of  # torch takes seconds to import

    return replace(found, by_model=model_on_traps(reader_of(model), pairs_of(text, pairs, seed)))


def traps_of(tokenizers: Sequence[Tokenizer], text: str, pairs: int, seed: int) -> Traps:
    """The same of tokenizers that are open, without a model."""
    lines, wanted = _lines(text), pairs_of(text, pairs, seed)
    return Traps({one.info.spec: _swallowed(one, wanted, lines) for one in tokenizers})


def pairs_of(text: str, most: int, seed: int) -> list[Pair]:
    """The pairs that are tried: neighbours in a line of the text, or drawn where there is none.

    >>> pairs_of("to be or", 9, 0)
    [('to', 'be'), ('be', 'or')]
    """
    lines = _lines(text)
    return _pairs(lines, most) if lines else _drawn(most, seed)


def _lines(text: str) -> list[list[str]]:
    size = len(utf8(text))
    if size > MOST_BYTES:
        raise TooLarge(f"The text has {count(size)} bytes; up to {count(MOST_BYTES)} are read. Give a part of it.")
    lines = [words for line in text.split("\n") if len(words := line.split()) > 1]
    if text.strip() and not lines:
        raise UserError("No line has two words. Put spaces between the words, also in a script that writes none.")
    return lines


def _pairs(lines: Sequence[Sequence[str]], most: int) -> list[Pair]:
    return [*dict.fromkeys(pair for line in lines for pair in pairwise(line))][:most]


def _drawn(n: int, seed: int) -> list[Pair]:
    source, known = Random(seed), words("words")
    return [(source.choice(known), source.choice(known)) for _ in range(n)]


def _swallowed(tokenizer: Tokenizer, pairs: Sequence[Pair], lines: Sequence[Sequence[str]]) -> SwallowedWords:
    joints = (joint_of(tokenizer, pair) for pair in pairs)
    in_lines = [_in_line(tokenizer, line) for line in lines]
    sums = (sum(n for n, _ in in_lines), sum(lost for _, lost in in_lines))
    swallowed = tuple(joint for joint in joints if joint.trap is not None)
    return SwallowedWords(tokenizer.info.label, len(pairs), swallowed, sums if lines else None)


def joint_of(tokenizer: Tokenizer, pair: Pair) -> Joint:
    """Two words without the space between them, behind one where their script writes spaces.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> joint_of(open_tokenizer("builtin:words"), ("costs", "how"))
    Joint(pair=('costs', 'how'), tokens=(b' ', b'costshow'), trap=b'costshow', cuts=())
    """
    before = "" if script_shares(pair[0]).keys() & WITHOUT_SPACES else " "
    cut = tokenizer.segment(before + "".join(pair))
    edges = [*zip(cut.starts.tolist(), cut.ends.tolist(), strict=True)]
    tokens = tuple(cut.text[start:end] for start, end in edges if start < end)
    cuts = tuple(at - len(before) for at in cut.cuts.tolist() if at > len(before))
    return Joint(pair, tokens, _over(cut, len((before + pair[0]).encode())), cuts)


def _over(cut: Segmentation, boundary: int) -> bytes | None:
    """The token that reaches over a place; None where a cut stands there, or no token does."""
    over = (cut.starts < boundary) & (cut.ends > boundary)
    return next((cut.text[cut.starts[i] : cut.ends[i]] for i in over.nonzero()[0].tolist()), None)


def _in_line(tokenizer: Tokenizer, line: Sequence[str]) -> tuple[int, int]:
    """Boundaries between the words of a line, and how many are no cut when they stand side by side."""
    boundaries = [*accumulate(len(word.encode()) for word in line[:-1])]
    cuts = set(tokenizer.segment("".join(line)).cuts.tolist())
    return len(boundaries), sum(boundary not in cuts for boundary in boundaries)


def model_on_traps(reader: "ModelReader", pairs: Sequence[Pair]) -> ModelOnTraps:
    """What a model that is open needs more for such pairs without the space.

    Raises:
        UserError: it cannot read them.
    """
    joints = [joint_of(reader.tokenizer, pair) for pair in dict.fromkeys(pairs)]
    sorts = [[one.pair for one in joints if (one.trap is not None) == lost][:ASKED_OF_MODEL] for lost in (True, False)]
    texts = [joined for some in sorts for pair in some for joined in (" ".join(pair), "".join(pair))]
    bits = reader.bits(texts) if texts else []
    more = [None if a is None or b is None else b - a for a, b in zip(bits[::2], bits[1::2], strict=True)]
    n = len(sorts[0])
    return ModelOnTraps(reader.name, n, len(sorts[1]), _mean(more[:n]), _mean(more[n:]))


def _mean(numbers: Sequence[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) / len(known) if known and len(known) == len(numbers) else None


PROBE = Probe(
    key="traps",
    order=60,
    question="Which words lose their boundary when no space stands between them?",
    caution=(
        "How many pairs are swallowed depends on the words: frequent short ones meet in a token far more often than "
        "rare ones, so a share is that of a list and not of a language. Languages that write spaces need none of this; "
        "for those that write none, the words of the text have to be divided by spaces first, and who divided them "
        "counts."
    ),
    source="Adversarial Dataset for Tokenizer (2405.17067); pairs, lines and the ranking are our own",
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(
            key="text",
            kind="text",
            text="words divided by spaces, in every script; empty draws pairs of frequent English words",
            default="",
        ),
        Asked(key="pairs", kind="whole number", text="pairs, at most", default=2_000, least=1, most=MOST_PAIRS),
        Asked(key="seed", kind="whole number", text="of the draw of pairs", default=0),
        Asked(key="model", kind="model", text="a language model that reads the pairs too", optional=True),
    ),
    find=traps,
)
