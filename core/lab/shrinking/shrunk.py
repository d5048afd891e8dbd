"""A tokenizer with fewer entries, each an entry of the one that it is made from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.common.errors import UserError
from core.common.numbers import count
from core.lab.tokenizer_folder import write_tokenizer
from core.models.loadable_tokenizer import loadable
from core.tokenizers.tokenizer import LocalTokenizer
from core.vocabulary.entries import Ids
from core.vocabulary.repair.removal import Spared, spared_in
from core.vocabulary.repair.take_out import take_out
from core.vocabulary.shrinking.least_used import least_used
from core.vocabulary.shrinking.renumbered import ids_of, renumbered
from core.vocabulary.token_counts import count_tokens


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A smaller tokenizer; nothing of it is written yet.

    Args:
        old_ids: of each of its entries the id in the one that it is made from, ascending, int64 (n,).
        document: its tokenizer.json.
        made_from: the tokenizer that it is made from.
    """

    old_ids: Ids
    document: Mapping[str, Any]
    made_from: LocalTokenizer

    def write(self, out: Path) -> None:
        """A folder that transformers loads, whole or not at all.

        Raises:
            UserError: the folder is there already and holds something.
        """
        write_tokenizer(out, self.document, self.made_from)


class Shrinking:
    """A tokenizer, and the texts that a smaller one shall write in few tokens.

    Args:
        tokenizer: to be made smaller.
        texts: that its entries are counted on.

    Raises:
        UserError: it cannot be written as tokenizer.json, or there is no text.
    """

    def __init__(self, tokenizer: LocalTokenizer, texts: Sequence[str]) -> None:
        if not any(texts):
            raise UserError("All of the text is measured, and none is left to choose entries by. Name a longer one.")
        self._tokenizer = tokenizer
        self._document = json.loads(loadable(tokenizer))
        self._spared = spared_in(self._document) | Spared(frozenset(name for name, _ in tokenizer.info.specials))
        self._counts = count_tokens(tokenizer, texts, "").counts
        self._order = least_used(self._document, self._counts, len(self._counts), self._spared)

    @property
    def n_entries(self) -> int:
        """Of the tokenizer as it is."""
        return len(ids_of(self._document))

    @property
    def n_least(self) -> int:
        """Entries that stay in any case: single bytes or characters, special and added tokens."""
        return self.n_entries - len(self._order)

    @property
    def n_used(self) -> int:
        """Entries that stand in the texts."""
        return int((self._counts > 0).sum())

    def to(self, n: int) -> Shrunk:
        """The tokenizer with so many entries; more where what would go is needed to write some character.

        Raises:
            UserError: it has not so many, or so few cannot be.
        """
        if not self.n_least <= n < self.n_entries:
            least, most = self.n_least, self.n_entries - 1
            raise UserError(
                f"{self._tokenizer.info.label} cannot be made to have {count(n)} entries: it has "
                f"{count(self.n_entries)}, of which {count(least)} stay in any case. "
                f"Give a number from {count(least)} to {count(most)}."
            )
        out = self._order[: self.n_entries - n]
        document, old_ids = renumbered(take_out(self._document, out, "remove", self._spared))
        return Shrunk(old_ids, document, self._tokenizer)
