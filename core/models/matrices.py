"""The two matrices by which a language model knows its vocabulary."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Matrices:
    """Input and output embeddings, row for row those of the model; V may exceed the tokenizer's vocabulary.

    Args:
        input: (V, D).
        output: (V, D_out), D_out being D in all but a few architectures; None where the head is tied to the input.
        bias: of the head, (V,); None where it has none.
    """

    input: Tensor
    output: Tensor | None = None
    bias: Tensor | None = None

    @property
    def n_rows(self) -> int:
        """V."""
        return len(self.input)

    @property
    def tied(self) -> bool:
        """Whether the head uses the input rows."""
        return self.output is None

    @property
    def head(self) -> Tensor:
        """The rows that the head multiplies with: its own, or the input's where it is tied."""
        return self.input if self.output is None else self.output
