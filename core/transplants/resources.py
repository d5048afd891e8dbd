"""What some methods need beyond matrices and vocabularies."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import Tensor

from core.models.language_model import LanguageModel
from core.transplants.hypernetworks.opening import Hypernetwork
from core.transplants.linear.rotary import RotaryShape
from core.transplants.linear.word_vectors import WordVectors

Encoder = Callable[[Sequence[str]], Tensor]


@dataclass(frozen=True, eq=False)
class Resources:
    """What some methods need beyond matrices and vocabularies.

    Args:
        target_text: text in the languages that the new tokenizer is for.
        old_text: text in the language that the model knows.
        token_vectors: auxiliary vectors of the new tokens, float (V_new, d), NaN rows where there is none; they take
            the place of vectors trained on `target_text`.
        old_vectors, new_vectors: word vectors of the old and of the new language; None makes them from the texts.
        dictionary: (word of the old language, its translation); none makes one from `parallel`.
        parallel: (sentence in the old language, the same in the new language).
        encoder: turns texts into vectors, (n, d); None takes the built-in one, which sees spelling only.
        helper: input embeddings of a model with the new tokenizer, (V_new, d); None takes the donor's.
        hypernetwork: that predicts rows for the model; None where there is none.
        rotary: how the model and the donor turn by positions; None where one of them does not.
        model: the whole model whose tokenizer is replaced; None where only its matrices were read, or its layers are
            fetched.
    """

    target_text: Sequence[str] = ()
    old_text: Sequence[str] = ()
    token_vectors: Tensor | None = None
    old_vectors: WordVectors | None = None
    new_vectors: WordVectors | None = None
    dictionary: Sequence[tuple[str, str]] = ()
    parallel: Sequence[tuple[str, str]] = ()
    encoder: Encoder | None = None
    helper: Tensor | None = None
    hypernetwork: Hypernetwork | None = None
    rotary: tuple[RotaryShape, RotaryShape] | None = None
    model: LanguageModel | None = None

    @property
    def all_text(self) -> list[str]:
        """Text in all languages, each text once."""
        return list(dict.fromkeys(filter(None, (*self.old_text, *self.target_text))))

    @property
    def has_old_words(self) -> bool:
        """Whether there are word vectors of the old language, or text to make them from."""
        return self.old_vectors is not None or bool(self.old_text)

    @property
    def has_new_words(self) -> bool:
        """Whether there are word vectors of the new language, or text to make them from."""
        return self.new_vectors is not None or bool(self.target_text)
