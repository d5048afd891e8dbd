"""A chooser of one of the tokenizers on the page, for views that draw one at a time."""

from collections.abc import Sequence

from components.vocabulary.linked import LINKED
from components.vocabulary.rows import VocabularyRow
from components.widgets.row_choice import choose_row

OF = "tokenizer"  # in the session and in the link: spec of the one that is looked at, the same in every view


def one_row(rows: Sequence[VocabularyRow]) -> VocabularyRow:
    """The row that the user chose, at first the first. Nothing is asked where there is one."""
    if len(rows) == 1:
        return rows[0]
    LINKED.option(OF, [row.spec for row in rows])
    return choose_row(rows, OF, width=230)
