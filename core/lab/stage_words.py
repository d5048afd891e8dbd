"""What a comparison does now, in words."""

from collections.abc import Mapping

from core.lab.units import DONOR, ORIGINAL, SETTING

_WORDS = {SETTING: "looking at both vocabularies", ORIGINAL: "the model before", DONOR: "the donor"}


def stage_in_words(stage: str, labels: Mapping[str, str]) -> str:
    """A stage with the names of methods instead of their keys, as far as they are known.

    >>> stage_in_words("omp_robust k=8, seed 1", {"omp_robust": "OMP robust"}), stage_in_words("setting", {})
    ('OMP robust k=8, seed 1', 'looking at both vocabularies')
    >>> stage_in_words("subword_mean: Subword mean (FVT)", {})
    'subword mean: Subword mean (FVT)'
    """
    unit, colon, inside = stage.partition(":")
    key, space, rest = unit.partition(" ")
    name = key.rstrip(",")
    words = labels.get(name) or _WORDS.get(name, name.replace("_", " "))
    return f"{words}{key[len(name) :]}{space}{rest}{colon}{inside}"
