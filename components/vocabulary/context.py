"""What every view of the vocabulary page is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.vocabulary.rows import VocabularyRow


@dataclass(frozen=True, eq=False)
class VocabularyContext:
    """The tokenizers that have a vocabulary, at least one, and whether the theme is dark."""

    rows: Sequence[VocabularyRow]
    dark: bool
