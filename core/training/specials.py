"""Which special tokens may be asked for: names that no text is cut into by chance."""

import re
from collections.abc import Sequence

from core.common.errors import UserError, shown
from core.text.utf8 import has_utf8

_OF_A_BYTE = re.compile("<0x[0-9A-F]{2}>")
_MARKS = "#▁Ġ"  # by which pieces of words are told from whole ones


def check_specials(specials: Sequence[str], unknown: str) -> None:
    """Do nothing if a tokenizer can have these.

    Args:
        unknown: the trainer's own token for what cannot be written; empty if it has none.

    Raises:
        UserError: two are the same, one is no text, or one is what ordinary text is cut into; says which.

    >>> check_specials(["<|endoftext|>", "[INST]", "Human:"], "<unk>")
    """
    if len(set(specials)) < len(specials) or not all(one.strip() == one and one for one in specials):
        raise UserError("Special tokens must differ, and none may be empty or begin or end with a space. Name others.")
    for one in specials:
        if not has_utf8(one):
            raise UserError(f"The special token {shown(one)} is no text in UTF-8. Name another.")
        if one == unknown:
            raise UserError(f"{shown(one)} is there without being asked for, for what cannot be written. Leave it out.")
        if len(one) == 1 or one.strip(_MARKS).isalnum() or not one.strip(_MARKS) or _OF_A_BYTE.fullmatch(one):
            raise UserError(
                f"{shown(one)} cannot be a special token, since ordinary text is cut into it. "
                "Put it between marks, as in <|endoftext|>."
            )
