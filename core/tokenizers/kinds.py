"""What kind of token a token is; the words are part of the command line's contract."""

from enum import IntEnum


class Kind(IntEnum):
    """Kind of a token in a segmentation or of an entry in a vocabulary."""

    ORDINARY = 0
    BYTE = 1  # stands for one byte because the vocabulary has nothing better (byte fallback)
    UNKNOWN = 2  # stands for text that the vocabulary cannot spell
    SPECIAL = 3  # a control token that occurs in the text
    INSERTED = 4  # zero-width: BOS, EOS, a dummy prefix

    @property
    def word(self) -> str:
        """
        >>> Kind.BYTE.word
        'byte'
        """
        return self.name.lower()
