"""Tokenizers that cut a word by the longest entry from its beginning, and so on: WordPiece without a mark inside words.

The library looks for an entry from the end of the word each time, which takes the cube of its length, and refuses
words beyond a bound. So words are cut at that bound before: 9,000 letters without a space took 19 seconds.
"""

from collections.abc import Sequence
from dataclasses import replace

from tokenizers import Tokenizer, models

from core.training.pretokenizers import Cut
from core.training.trainer import special_tokens

_LONGEST_WORD = 128  # characters
_BYTES = 4  # that a character takes at most


def bounded(cut: Cut) -> Cut:
    """The same with words that the library takes, and takes quickly."""
    return replace(cut, longest=_LONGEST_WORD)


def longest_match(pieces: Sequence[str], specials: Sequence[str], cut: Cut) -> Tokenizer:
    """The tokenizer with these entries, all single bytes among them.

    Args:
        cut: of `bounded`.
    """
    ids = {piece: i for i, piece in enumerate(pieces)}
    most = _BYTES * _LONGEST_WORD
    made = Tokenizer(models.WordPiece(ids, continuing_subword_prefix="", max_input_chars_per_word=most))
    made.add_special_tokens(special_tokens(specials))
    cut.put_on(made)
    return made
