"""What is found about the next byte, as a document and in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.errors import shown
from core.common.numbers import so_many
from core.evaluation.passes.byte_marginals import SPECIAL

_NAMED = 5
Distribution = Annotated[NDArray[np.float64], APART]  # of bytes and the end, (257,)


@dataclass(frozen=True)
class Token:
    """An id and its bytes."""

    id: int
    piece: bytes

    def document(self) -> dict[str, object]:
        """It as a JSON document; bytes that are no text are U+FFFD there, and in hexadecimal beside it."""
        return {"id": self.id, "text": self.piece.decode(errors="replace"), "hex": self.piece.hex()}


@dataclass(frozen=True)
class CoverBundle:
    """Covers of the prompt with one context.

    Args:
        context: its last tokens, behind those that all bundles have.
        begun: bytes of the prompt that the token behind the context holds.
        mass: share of the mass of all covers.
        next: the most probable tokens behind the context, with their shares of that mass; None is the end.
    """

    context: tuple[Token, ...]
    begun: bytes
    mass: float
    next: tuple[tuple[Token | None, float], ...]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "context": [token.document() for token in self.context],
            "begun": self.begun.decode(errors="replace"),
            "mass": self.mass,
            "next": [{"token": token and token.document(), "mass": mass} for token, mass in self.next],
        }


@dataclass(frozen=True, eq=False)
class NextByte:
    """Three answers to what comes next.

    Args:
        model: its name.
        tokens: of the prompt.
        naive, healed: probability of each byte, and of the end, float64 (257,); None where the prompt has no tokens.
        exact: likewise.
        left_over: share of probability that went to spellings which are not counted, over the bytes walked.
        n_walked: the last bytes of the prompt, that were gone through one by one.
        silent: probability behind the prompt's tokens of tokens that spell nothing and end nothing, left out.
        covers: the weightiest first.
        n_calls: contexts that the model was asked about.
        notes: what a user of the numbers should know.
    """

    model: str
    tokens: tuple[Token, ...]
    naive: Distribution | None
    healed: Distribution | None
    exact: Distribution
    left_over: float
    n_walked: int
    silent: float
    covers: tuple[CoverBundle, ...]
    n_calls: int
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """It as a JSON document; index 256 is the end of the text."""
        return {
            "model": self.model,
            "tokens": [token.document() for token in self.tokens],
            "naive": None if self.naive is None else self.naive.tolist(),
            "healed": None if self.healed is None else self.healed.tolist(),
            "exact": self.exact.tolist(),
            "left_over": self.left_over,
            "walked_bytes": self.n_walked,
            "silent": self.silent,
            "covers": [cover.document() for cover in self.covers],
            "model_calls": self.n_calls,
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        cut = " ".join(shown(token.piece.decode(errors="replace")) for token in self.tokens[-12:])
        ways = (("naive", self.naive), ("healed", self.healed), ("exact", self.exact))
        return [
            f"The prompt is cut into {so_many(len(self.tokens), 'token', 'tokens')}"
            + (f", at the end {cut}." if cut else "."),
            *(f"{name:6}  {_top(p)}" for name, p in ways if p is not None),
            f"Left over: {self.left_over:.2%} of the probability of the last "
            f"{so_many(self.n_walked, 'byte', 'bytes')} went to "
            "other spellings.",
            f"The model was asked {so_many(self.n_calls, 'time', 'times')}.",
            *self.notes,
        ]


@dataclass(frozen=True, eq=False)
class EndAnswer:
    """What comes after one end of a prompt, or why that cannot be said."""

    found: NextByte | None
    why: str = ""


@dataclass(frozen=True, eq=False)
class NextByteEnds:
    """The answer for a prompt, then that for one byte less each."""

    answers: tuple[EndAnswer, ...]


def _top(p: NDArray[np.float64]) -> str:
    """The most probable bytes."""
    order: Sequence[int] = np.argsort(-p, kind="stable")[:_NAMED].tolist()
    return ", ".join(f"{byte_name(byte)} {p[byte]:.4f}" for byte in order)


def byte_name(byte: int) -> str:
    """A byte, or the end, for people.

    >>> byte_name(97), byte_name(32), byte_name(0xE4), byte_name(256)
    ("'a'", "' '", '0xE4', 'the end')
    """
    if byte == SPECIAL:
        return "the end"
    return repr(chr(byte)) if byte < 0x80 else f"0x{byte:02X}"
