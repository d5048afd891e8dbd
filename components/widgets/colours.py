"""Colours that mean the same on every page. A tokenizer's colour follows from its fingerprint."""

from collections.abc import MutableMapping, Sequence

# Okabe & Ito 2008, safe for colour-blind readers; yellow and black exchanged for darker tones that show on both themes.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8C7A00", "#7F7F7F")


def tokenizer_colours(fingerprints: Sequence[str], kept: MutableMapping[str, str]) -> list[str]:
    """A colour per tokenizer: the one it was given before, the one its fingerprint points at, or the next free one.

    Args:
        fingerprints: of the tokenizers seen together.
        kept: colours given so far, by fingerprint; new ones are written there.

    >>> kept = {}
    >>> tokenizer_colours(["00", "08"], kept)
    ['#0072B2', '#D55E00']
    >>> tokenizer_colours(["08"], kept)
    ['#D55E00']
    """
    seen = set(fingerprints)
    for fingerprint in dict.fromkeys(fingerprints):
        if fingerprint not in kept:
            taken = {colour for other, colour in kept.items() if other in seen}
            first = int(fingerprint[:8], 16) % len(OKABE_ITO)
            ring = OKABE_ITO[first:] + OKABE_ITO[:first]
            kept[fingerprint] = next((colour for colour in ring if colour not in taken), ring[0])
    return [kept[fingerprint] for fingerprint in fingerprints]
