"""What every view of the premium page is drawn from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from components.premium.controlled import unseen
from components.premium.scale import sentence
from core.premium.chunks import chunk_index
from core.premium.premium import Per
from core.premium.workbench import Workbench
from core.text.languages import language


@dataclass(frozen=True, eq=False, kw_only=True)
class PremiumContext(Workbench):
    """The numbers of the page, and the choices made in the row of controls.

    Args:
        rows: tokenizers chosen.
        columns: languages that fit the search, sorted.
        sort: by what.
        part: of the corpus, empty for all of it.
        colours: of the chosen tokenizers.
        dark: whether the theme is dark.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    sort: str
    part: str
    colours: tuple[str, ...]
    dark: bool

    @property
    def text(self) -> str:
        """Spec string that opens the sentences counted."""
        spec = self.corpus or "flores200"
        return f"{spec}#{self.part}" if self.part else spec

    @property
    def base(self) -> str:
        """Code of the base language."""
        return self.found.base

    @property
    def base_label(self) -> str:
        """Its name."""
        return language(self.base).label

    @property
    def per(self) -> Per:
        """What tokens are counted for."""
        return self.found.per

    @property
    def axis(self) -> str:
        """Title of an axis of premiums."""
        per = {"line": "tokens", "byte": "tokens per byte", "character": "tokens per character"}[self.per]
        return f"{per}, × {self.base_label}"

    def label(self, row: int) -> str:
        """A tokenizer's name."""
        return self.table.tokenizers[row].label

    def colour(self, row: int) -> str:
        """That of a chosen tokenizer."""
        return self.colours[self.rows.index(row)]

    def language(self, column: int) -> str:
        """A language's name."""
        return language(self.table.languages[column]).label

    def unread(self, row: int, column: int) -> bool:
        """Whether a row is a segmenter that learnt from text, and from none in this language."""
        return chunk_index().unread(self.keys[row], self.table.languages[column])

    def sentence(self, row: int, column: int) -> str:
        """A cell in words: its premium, or why it has none."""
        return self.sentences([row], [column])[0]

    def why_none(self, row: int, column: int) -> str:
        """A cell that has no premium in words: masked, or only not counted yet."""
        masked = self.done[row, column] and self.done[row, self.table.language(self.base)]
        return f"{'Masked: ' if masked else ''}{self.sentence(row, column)}"

    def sentences(self, rows: Sequence[int], columns: Sequence[int]) -> list[str]:
        """The same of every cell of these rows and columns, row after row."""
        found, base = self.found, self.base_label
        names = [self.language(column) for column in columns]
        said: list[str] = []
        cells = np.stack([found.value, found.low, found.high], axis=-1)[np.ix_(rows, columns)]  # (rows, columns, 3)
        for row, numbers in zip(rows, cells.tolist(), strict=True):
            label, of = self.label(row), self.table.tokenizers[row]
            for column, name, cell in zip(columns, names, numbers, strict=True):
                reason = found.reasons.get((row, column))
                words = f"{name} with {label}: {reason}" if reason else sentence(name, label, base, self.per, *cell)
                said.append(words + unseen(of, self.table.languages[column]))
        return said
