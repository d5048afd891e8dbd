"""What can be asked of every trainer."""

from dataclasses import dataclass

MOST_VOCABULARY = 1_000_000


@dataclass(frozen=True)
class Options:
    """What is asked for, the same for all trainers.

    Args:
        vocab: entries, special tokens included.
        pre: name of the pre-tokenizer.
        digits: how runs of digits are cut.
        normaliser: what is done to a text before.
        min_frequency: how often a piece must stand in the text to be an entry.
        specials: special tokens, which no other text is cut into.
        heldout: share of the lines that is kept apart.
        most_bytes: of each text, whole lines from its beginning; 0 for all of it.
    """

    vocab: int
    pre: str
    digits: str
    normaliser: str
    min_frequency: int
    specials: tuple[str, ...]
    heldout: float
    most_bytes: int
