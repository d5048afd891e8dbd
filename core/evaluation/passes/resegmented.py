"""A tokenizer made to cut a text where another one does: the same model reads the same bytes otherwise cut."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.common.errors import UserError
from core.evaluation.base import Subject
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.segmentation import Encoded
from core.tokenizers.spelling import Spelling, spell
from core.tokenizers.tokenizer import LocalTokenizer, Specials


class Resegmented(LocalTokenizer):
    """`own`'s tokens, with a boundary wherever `other` has one: each token of `other` is spelled in tokens of `own`.

    Raises:
        UserError: on encoding, if `own` cannot spell a token of `other`.
    """

    def __init__(self, own: LocalTokenizer, other: LocalTokenizer, texts: Sequence[str]) -> None:
        self.vocabulary = vocabulary_of(own)
        self._other = other
        pieces = sorted({piece for text in texts for piece in other.segment(text).pieces if piece})
        self._spelling: dict[bytes, Spelling] = dict(zip(pieces, spell(own, pieces), strict=True))
        unspelled = next((p for p, ids in self._spelling.items() if not ids), None)
        if unspelled is not None:
            raise UserError(f"{own.info.label} has no tokens that spell the bytes {unspelled.hex()}.")
        self.info = replace(own.info, label=f"{own.info.label} cut as {other.info.label}")

    def encode(self, text: str, specials: Specials) -> Encoded:
        """Only of the texts that were given before; special tokens are never added."""
        ids = [i for piece in self._other.segment(text).pieces for i in self._spelling.get(piece, ())]
        return Encoded(np.array(ids, np.int32))


def cut_otherwise(subject: Subject, texts: Sequence[str]) -> LanguageModel:
    """The original model, made to read these texts cut where the new tokenizer cuts them.

    Raises:
        UserError: its vocabulary cannot spell a token of the new tokenizer.
    """
    tokenizer = Resegmented(subject.original.tokenizer, subject.model.tokenizer, texts)
    return replace(subject.original, tokenizer=tokenizer)
