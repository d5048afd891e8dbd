"""What a language model needs for texts; reading this file loads torch."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, log

from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.score import score
from core.tokenizers.tokenizer import Tokenizer


@dataclass(frozen=True)
class ModelReader:
    """A language model that reads texts, each by itself."""

    model: LanguageModel

    @property
    def name(self) -> str:
        """For people."""
        return self.model.name

    @property
    def tokenizer(self) -> Tokenizer:
        """That of the model."""
        return self.model.tokenizer

    def bits(self, texts: Sequence[str]) -> list[float | None]:
        """Bits that it needs for each text; None where it gives no number, or none for all of it.

        Raises:
            UserError: it cannot read the texts.
        """
        found = score(self.model, texts).texts
        nats = (one.total_nats if one.lossless and isfinite(one.total_nats) else None for one in found)
        return [None if n is None else n / log(2) for n in nats]


def reader_of(model: str) -> ModelReader:
    """The reader that a model's spec names.

    Raises:
        UserError: it does not open.
    """
    return ModelReader(open_model(model))
