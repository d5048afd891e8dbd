"""The comparison that needs no model of one's own: the shipped pair, three methods, and all that can be measured."""

from core.lab.plan import Choice, Plan
from core.models.shipped import shipped

BASE, DONOR = "tiny-english", "tiny-world"
LANGUAGES = ("eng_Latn", "deu_Latn", "rus_Cyrl", "hin_Deva")
SENTENCES = 40  # of each language
METHODS = ("subword_mean", "ridge", "omp_robust")
MEASURES = (  # all but recovery: its texts are too short to train on
    "bits_per_byte",
    "bits_per_sentence",
    "perplexity_ratio",
    "loss_by_class",
    "next_byte_agreement",
    "mass_audit",
    "head_calibration",
    "embeddings",
    "held_out_anchors",
    "hidden_states",
    "swap",
    "exact_bytes",
    "segmentation_slack",
    "samples",
    "multiple_choice",
)


def lecture_plan() -> Plan | None:
    """The plan of the lecture mode; None where the models are not shipped with this copy."""
    if not {BASE, DONOR} <= set(shipped()):
        return None
    return Plan(
        f"shipped:{BASE}",
        donor=f"shipped:{DONOR}",
        methods=tuple(Choice(key) for key in METHODS),
        evaluators=tuple(Choice(key) for key in MEASURES),
        languages=LANGUAGES,
        sentences=SENTENCES,
    )


def first_plan(tokenizer: str) -> Plan:
    """The smallest comparison in which a tokenizer can be tried: the shipped base, and methods that need no donor."""
    methods = ("subword_mean", "weighted_pieces")
    return Plan(
        f"shipped:{BASE}", tokenizer, methods=tuple(map(Choice, methods)), languages=LANGUAGES, sentences=SENTENCES
    )
