"""Colours that mean the same on every page. A tokenizer's colour follows from its fingerprint."""

from collections.abc import Sequence

# Okabe & Ito 2008, safe for colour-blind readers; yellow darkened for contrast on white.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7A6A00", "#5B5B5B")


def tokenizer_colours(fingerprints: Sequence[str]) -> list[str]:
    """A colour per tokenizer: the one its fingerprint points at, or the next free one if another has taken it.

    >>> tokenizer_colours(["00", "08"])
    ['#0072B2', '#D55E00']
    """
    taken: dict[str, str] = {}
    for fingerprint in sorted(set(fingerprints)):
        first = int(fingerprint[:8], 16) % len(OKABE_ITO)
        ring = [OKABE_ITO[(first + n) % len(OKABE_ITO)] for n in range(len(OKABE_ITO))]
        taken[fingerprint] = next((c for c in ring if c not in taken.values()), ring[0])
    return [taken[fingerprint] for fingerprint in fingerprints]
