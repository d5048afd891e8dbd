"""What a hypernetwork is trained with, beside its shape, its model and the text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Course:
    """A training.

    Args:
        steps: in all.
        rows_first: of those, the first that read no text and learn rows of the model's own alone.
        steps_each: with one drawn tokenizer.
        batch_bytes: of text in a step, about.
        rate: of learning, at its highest.
        seed: of the weights, of the texts and of the tokenizers that are drawn.
    """

    steps: int = 600
    rows_first: int = 0
    steps_each: int = 20
    batch_bytes: int = 3_000
    rate: float = 2e-3
    seed: int = 0

    @property
    def n_tokenizers(self) -> int:
        """That are drawn."""
        return -(-(self.steps - self.rows_first) // self.steps_each)
