"""A tokenizer made to cut a text where another one does: the same model reads the same bytes otherwise cut."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.common.errors import UserError
from core.evaluation.base import Subject
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.segmentation import Encoded
from core.tokenizers.spelling import Spelling, spell
from core.tokenizers.tokenizer import LocalTokenizer, Specials


class Resegmented(LocalTokenizer):
    """`own`'s tokens, with a boundary wherever `other` has one: what lies between is spelled in tokens of `own`.

    Whatever `other` makes of a text, these tokens say it back: a space that `other` puts in front has no bytes in the
    text, and a stretch that it loses lies between the boundaries beside it.

    Raises:
        UserError: `own` cannot spell what lies between two boundaries.
    """

    def __init__(self, own: LocalTokenizer, other: LocalTokenizer, texts: Sequence[str]) -> None:
        self.vocabulary = vocabulary_of(own)
        self._other = other
        stretches = sorted({stretch for text in texts for stretch in self._stretches(text)})
        self._spelling: dict[bytes, Spelling] = dict(zip(stretches, spell(own, stretches), strict=True))
        unspelled = next((stretch for stretch, ids in self._spelling.items() if not ids), None)
        if unspelled is not None:
            raise UserError(f"{own.info.label} has no tokens that spell the bytes {unspelled[:32].hex()}.")
        self.info = replace(own.info, label=f"{own.info.label} cut as {other.info.label}")

    def encode(self, text: str, specials: Specials) -> Encoded:
        """Only of the texts that were given before; special tokens are never added."""
        return Encoded(np.array([i for stretch in self._stretches(text) for i in self._spelling[stretch]], np.int32))

    def _stretches(self, text: str) -> list[bytes]:
        """What lies between neighbouring boundaries of `other`; none are empty."""
        cut = self._other.segment(text)
        places = np.unique(np.concatenate([[0, len(cut.text)], cut.starts, cut.ends])).tolist()
        return [cut.text[start:end] for start, end in pairwise(places)]


def cut_otherwise(subject: Subject, texts: Sequence[str]) -> LanguageModel:
    """The original model, made to read these texts cut where the new tokenizer cuts them.

    Raises:
        UserError: its vocabulary cannot spell a token of the new tokenizer.
    """
    tokenizer = Resegmented(subject.original.tokenizer, subject.model.tokenizer, texts)
    return replace(subject.original, tokenizer=tokenizer)
