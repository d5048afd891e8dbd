"""The comparisons whose results ship: the lecture, and a real model under tokenizers that were not made for it."""

from dataclasses import dataclass, replace

from core.lab.example import lecture_plan
from core.lab.plan import Choice, Plan
from core.models.shipped import REAL_MODEL

LANGUAGES = ("eng_Latn", "deu_Latn", "spa_Latn", "rus_Cyrl", "hin_Deva", "zho_Hans")
DONOR_FREE = (
    "subword_mean",
    "weighted_pieces",
    "focus",
    "trans_tokenization",
    "mean",
    "normal",
    "zero",
)
_MEASURES = (
    "bits_per_byte",
    "bits_per_sentence",
    "head_calibration",
    "loss_by_class",
    "mass_audit",
    "next_byte_agreement",
    "perplexity_ratio",
    "multiple_choice",
)
_SENTENCES = 40
_CODE = "data/lab/code.txt"  # functions of this project


@dataclass(frozen=True)
class WantedComparison:
    """A comparison whose result ships.

    Args:
        key: the name of its file.
        label: for people, on the page that offers it.
        about: a sentence for who sees it for the first time.
        plan: what is asked.
    """

    key: str
    label: str
    about: str
    plan: Plan


def wanted() -> list[WantedComparison]:
    """What ships, in the order in which it is offered."""
    lecture = lecture_plan()
    found = []
    if lecture is not None:
        found = [
            WantedComparison("lecture", "Two tiny models", _LECTURE, lecture),
            WantedComparison("learnt", "Learnt rows", _LEARNT, _learnt(lecture)),
        ]
    return [*found, *(_of_real_model(*each) for each in _TOKENIZERS)]


_LECTURE = (
    "A tiny English model gets a multilingual tokenizer, and each method guesses what the new tokens mean: the lower "
    "its mark, the better the model still reads. The grey controls guess blindly."
)
_LEARNT = (
    "Two tiny models in six languages: token distillation learns its rows from the forty sentences of each that "
    "are not measured, ZeTT has them predicted by a network trained beforehand, and others solve for theirs."
)
_REAL = (
    "SmolLM2, a real model of 135 million parameters, gets {tokenizer}, and nothing is trained: the lower a mark, the "
    "better the model still reads. The grey controls guess blindly."
)


def _learnt(lecture: Plan) -> Plan:
    """The models of the lecture under methods of which one learns; fewer sentences measured, so that more are left."""
    methods = ("subword_mean", "weighted_pieces", "ridge", "omp_robust", "zett", "token_distillation")
    measures = ("bits_per_byte", "bits_per_sentence", "perplexity_ratio", "head_calibration", "mass_audit")
    return replace(
        lecture,
        methods=tuple(map(Choice, methods)),
        evaluators=tuple(map(Choice, measures)),
        languages=LANGUAGES,
        sentences=20,
    )


def _of_real_model(key: str, short: str, tokenizer: str, spec: str) -> WantedComparison:
    return WantedComparison(key, f"SmolLM2, {short}", _REAL.format(tokenizer=tokenizer), _real(spec))


_TOKENIZERS = (
    ("smollm2-mistral-v3", "Mistral v3", "Mistral v3's tokenizer", "mistral:v3"),
    ("smollm2-qwen3", "Qwen3", "Qwen3's tokenizer", "packaged:qwen3"),
    ("smollm2-cl100k", "cl100k_base", "GPT-4's tokenizer, cl100k_base", "tiktoken:cl100k_base"),
    (
        "smollm2-tiny-world",
        "6\u202f144 tokens",
        "this project's tokenizer of 6\u202f144 tokens",
        "file:data/models/tiny-world",
    ),
)


def _real(tokenizer: str) -> Plan:
    """The real model under one tokenizer: every method that needs no donor, six languages and code."""
    return Plan(
        REAL_MODEL,
        tokenizer=tokenizer,
        methods=tuple(Choice(key) for key in DONOR_FREE),
        corpus="flores200",
        languages=LANGUAGES,
        evaluators=tuple(Choice(key) for key in _MEASURES),
        sentences=_SENTENCES,
        files=(_CODE,),
    )
