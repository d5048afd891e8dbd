"""The comparison that needs no model of one's own: the shipped pair, three methods, one click, less than a minute."""

from core.lab.plan import Choice, Plan
from core.models.shipped import shipped

BASE, DONOR = "tiny-english", "tiny-world"
LANGUAGES = ("eng_Latn", "deu_Latn", "rus_Cyrl", "hin_Deva")
METHODS = ("subword_mean", "ridge", "omp_robust")


def lecture_plan() -> Plan | None:
    """The plan of the lecture mode; None where the models are not shipped with this copy."""
    if not {BASE, DONOR} <= set(shipped()):
        return None
    return Plan(
        f"shipped:{BASE}",
        donor=f"shipped:{DONOR}",
        methods=tuple(Choice(key) for key in METHODS),
        languages=LANGUAGES,
        sentences=40,
    )
