"""Tokenizers that cut a word into as few tokens as their entries allow: Unigram with all scores equal, or nearly."""

from collections.abc import Sequence

from tokenizers import Tokenizer, models

from core.training.pretokenizers import Cut
from core.training.trainer import special_tokens

_AGE_DIGITS = 3  # the youngest entry costs a thousandth more than the oldest: less than a token in words of a thousand


def fewest_tokens(pieces: Sequence[str], specials: Sequence[str], cut: Cut, *, older_first: bool = False) -> Tokenizer:
    """The tokenizer with these entries, all single bytes among them.

    Args:
        older_first: of several cuts with equally few tokens, takes the one whose entries stand first among the pieces.
    """
    digits = _AGE_DIGITS + len(str(len(pieces)))  # so few that the file gives back the same number
    step = 10.0**-digits if older_first else 0.0
    made = Tokenizer(models.Unigram([(piece, round(-1.0 - step * age, digits)) for age, piece in enumerate(pieces)]))
    made.add_special_tokens(special_tokens(specials))
    cut.put_on(made)
    return made
