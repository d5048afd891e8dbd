"""Several tokenizers side by side."""

from collections.abc import Sequence

from core.common.errors import UserError
from core.common.numbers import count
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer

MOST_TOKENIZERS = 16


def open_tokenizers(specs: Sequence[str]) -> list[Tokenizer]:
    """The tokenizers of these specs, each once.

    Raises:
        UserError: there are none or too many, or one does not open.

    >>> [one.info.label for one in open_tokenizers(["builtin:words", "builtin:words"])]
    ['Words (UAX 29)']
    """
    known = [*dict.fromkeys(specs)]
    if not known:
        raise UserError("There is no tokenizer. Name one or several, such as mistral:tekken.")
    if len(known) > MOST_TOKENIZERS:
        raise UserError(f"{count(len(known))} tokenizers are too many; up to {MOST_TOKENIZERS} are set side by side.")
    return [open_tokenizer(spec) for spec in known]
