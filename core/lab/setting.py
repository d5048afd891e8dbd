"""What is known of a comparison before any model has read anything, as pages and the command line read it."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.evaluation.results import Table

PARALLEL = "parallel sentences"  # the domain of a corpus beside files
_CODE = re.compile(r"\b[a-z]{2,3}_[A-Z][a-z]{3}\b")


@dataclass(frozen=True)
class Party:
    """A model or tokenizer that takes part.

    Args:
        spec: what opens it.
        label: its name on a page.
        fingerprint: hash of its content.
        n_tokens: of its vocabulary.
        n_rows: of its matrices; 0 for a tokenizer alone.
        width: D; 0 for a tokenizer alone.
        n_parameters: 0 for a tokenizer alone.
        tied: whether its head uses its input rows.
        notes: facts a user of its numbers should know.
    """

    spec: str
    label: str
    fingerprint: str
    n_tokens: int
    n_rows: int = 0
    width: int = 0
    n_parameters: int = 0
    tied: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tokens:
    """The new vocabulary, row by row.

    Args:
        data, ends: bytes of all tokens side by side, uint8, and where each ends, int64 (V_new,).
        classes: names of the classes that occur.
        of_class: index into `classes` per token, int16 (V_new,).
        old: old id per row of the new matrices, -1 where none says the same, int64 (V_rows,).
        rule: name of the matching rule per row as an index into `rules`, uint8 (V_rows,).
        rules: names of the rules.
    """

    data: Annotated[NDArray[np.uint8], APART]
    ends: Annotated[NDArray[np.int64], APART]
    classes: tuple[str, ...]
    of_class: Annotated[NDArray[np.int16], APART]
    old: Annotated[NDArray[np.int64], APART]
    rule: Annotated[NDArray[np.uint8], APART]
    rules: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ends)

    def piece(self, token: int) -> bytes:
        """The bytes that a new id stands for; empty for a row beyond the vocabulary."""
        if token >= len(self.ends):
            return b""
        start = int(self.ends[token - 1]) if token else 0
        return self.data[start : int(self.ends[token])].tobytes()

    def class_of(self, token: int) -> str:
        """The class of a new id."""
        return self.classes[int(self.of_class[token])]


@dataclass(frozen=True, eq=False)
class Setting:
    """What is known before any model has read anything.

    Args:
        model, tokenizer, donor: who takes part.
        n_by_rule: rows of the new matrices under each matching rule.
        n_same_bytes, n_same_strings, n_same_normalised: tokens that both vocabularies have when they are compared on
            bytes, on the strings of their files, and on those with one mark for a word's start; None where a file
            has no strings.
        classes: a row per class of token: n_tokens of the new vocabulary, n_shared of them, n_made by a method.
        tokens: the new vocabulary.
        texts: a row per measured text: language, domain, sentence, n_bytes, old_tokens, new_tokens, lossless.
        compression: a row per language and domain and one for all: bytes, tokens of both tokenizers, and the share of
            tokens saved with its interval, paired over texts.
        remarks: what a user should know, in sentences.
    """

    model: Party
    tokenizer: Party
    donor: Party | None
    n_by_rule: Mapping[str, int]
    n_same_bytes: int
    n_same_strings: int | None
    n_same_normalised: int | None
    classes: Table
    tokens: Tokens
    texts: Table
    compression: Table
    remarks: tuple[str, ...] = ()


def about(languages: Collection[str], notes: Iterable[str]) -> list[str]:
    """The notes without those that are only on other languages than these.

    >>> about(["deu_Latn"], ["Fetched.", "ars_Arab is arb_Arab.", "deu_Latn is short."])
    ['Fetched.', 'deu_Latn is short.']
    """
    named = {note: set(_CODE.findall(note)) for note in notes}
    return [note for note, codes in named.items() if not codes or codes & set(languages)]
