"""Tokens as they stand in a sentence for people."""

from collections.abc import Sequence

from core.common.errors import shown

_MOST_CHARACTERS = 160


def written_tokens(pieces: Sequence[bytes | str], most: int = 12) -> str:
    """The first tokens, parted by bars, in quotes; what cannot be seen is escaped.

    >>> print(written_tokens([b" a", b"\\xff", "b\\n"]), written_tokens([b"x"] * 20, most=2))
    ' a|\\xff|b\\n' 'x|x|…'
    """
    texts = (one if isinstance(one, str) else one.decode(errors="backslashreplace") for one in pieces[:most])
    return shown("|".join(texts) + ("|…" if len(pieces) > most else ""), _MOST_CHARACTERS)
