"""What the model writes, beside what the original writes."""

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.passes.byte_windows import beginnings
from core.evaluation.results import Measures, Table
from core.models.generation import Continuation, continuations, distinct
from core.stats.number import Number

PROMPTS = Param(
    key="prompts",
    label="Prompts",
    default=4,
    help="How many beginnings of texts are continued, from all languages in turn.",
    low=1,
    high=500,
)
PROMPT_BYTES = Param(
    key="prompt_bytes",
    label="Bytes of a prompt",
    default=40,
    help="How much of each text is given.",
    low=0,
    high=10_000,
)
BYTES = Param(
    key="bytes", label="Bytes written", default=120, help="Where a continuation is stopped.", low=1, high=100_000
)
SEEDS = Param(
    key="seeds",
    label="Seeds",
    default=2,
    help="Continuations by chance of each prompt, beside the greedy one.",
    low=0,
    high=50,
)
TEMPERATURE = Param(
    key="temperature",
    label="Temperature",
    default=1.0,
    help="Below 1 the probable becomes more probable.",
    low=0.01,
    high=10.0,
)
WHY = "No interval: few samples."


def evaluate(subject: Subject, params: Params) -> Measures:
    """Greedy and by chance, from the same prompts and seeds for both models."""
    models = {"model": subject.model}
    if subject.reference.original is not None:
        models["original"] = subject.reference.original
    drawn = beginnings(subject.reference, params.whole("prompts"), max(1, params.whole("prompt_bytes")), params.seed)
    prompts = [(n, _whole_words(text) if params.whole("prompt_bytes") else "") for n, text in drawn]
    seeds = [params.seed + k for k in range(params.whole("seeds"))]
    kinds = ["greedy", *(f"seed {seed}" for seed in seeds)]
    rows: list[tuple[str, str, str, str, Continuation]] = []
    for name, model in models.items():
        for n, prompt in prompts:
            if model.bos is None and not prompt:
                continue
            found = continuations(model, prompt, seeds, params.whole("bytes"), params.number("temperature"))
            language = subject.reference.texts[n].language
            rows += [(name, language, kind, prompt, sample) for kind, sample in zip(kinds, found, strict=True)]
    samples = [row[4] for row in rows]
    table = Table(
        {
            "model": tuple(row[0] for row in rows),
            "language": tuple(row[1] for row in rows),
            "kind": tuple(row[2] for row in rows),
            "prompt": tuple(row[3] for row in rows),
            "text": tuple(sample.text for sample in samples),
            "n_bytes": np.array([len(sample.data) for sample in samples], np.int64),
            "n_tokens": np.array([sample.n_tokens for sample in samples], np.int64),
            "valid": np.array([sample.valid for sample in samples], np.bool_),
            "ended": np.array([sample.ended for sample in samples], np.bool_),
            "distinct_4": np.array([distinct(sample.text) for sample in samples], np.float64),
        }
    )
    headline = dict[str, Number]()
    for name, prefix in (("model", ""), ("original", "original_")):
        there = table.where(model=name)
        headline |= {f"{prefix}{key}": number for key, number in _rates(table, there).items()}
    return Measures({d.key: headline[d.key] for d in EVALUATOR.numbers}, {"samples": table})


def _whole_words(text: str) -> str:
    """Without the beginning of a word at the end, if there is a space to cut at."""
    head, space, _ = text.rpartition(" ")
    return head if space and head.strip() else text


def _rates(table: Table, rows: NDArray[np.intp]) -> dict[str, Number]:
    if not len(rows):
        return dict.fromkeys(_KEYS, Number(np.nan, reason="There is nothing that it wrote."))
    n_bytes = int(table.numbers("n_bytes")[rows].sum())
    spread = table.numbers("distinct_4")[rows]
    values = (
        float(1 - table.numbers("valid")[rows].mean()),
        int(table.numbers("n_tokens")[rows].sum()) / n_bytes if n_bytes else np.nan,
        float(np.nanmean(spread)) if np.isfinite(spread).any() else np.nan,
        float(table.numbers("ended")[rows].mean()),
    )
    return {key: Number(value, reason=WHY) for key, value in zip(_KEYS, values, strict=True)}


_KEYS = ("invalid_share", "tokens_per_byte", "distinct_4", "ended_share")


_AS_READING = 11  # times: a byte written takes as long as so many read together, measured on a small model


def _own_bytes(params: Params, n_bytes: int) -> float:
    n_samples = params.whole("prompts") * (1 + params.whole("seeds"))
    return 2.0 * _AS_READING * n_samples * params.whole("bytes")  # of the model and of the original


EVALUATOR = Evaluator(
    key="samples",
    label="Samples",
    definition=(
        "The beginnings of some texts, continued by the model and by the original: greedily, and by chance with the "
        "same seeds. Counted are samples that are no valid UTF-8, tokens written per byte, different sequences of "
        "four characters (low where the model repeats itself), and how often the model ended the text itself."
    ),
    source="Li et al. 2016 (distinct-n), here on characters, since tokens of two tokenizers cannot be compared",
    numbers=(
        Definition(
            "invalid_share", "Invalid UTF-8", "", "lower", "Share of samples that hold bytes that are no character."
        ),
        Definition("original_invalid_share", "Invalid UTF-8, original", "", "lower", "The same for the original."),
        Definition("tokens_per_byte", "Tokens per byte written", "tokens/byte", "lower", "Over all samples."),
        Definition("distinct_4", "Distinct 4-grams", "", "", "Of characters, mean over samples."),
        Definition("original_distinct_4", "Distinct 4-grams, original", "", "", "The same for the original."),
        Definition("ended_share", "Ended by itself", "", "", "Share of samples that the model ended."),
    ),
    cost="one call of each model per token written",
    evaluate=evaluate,
    own_bytes=_own_bytes,
    params=(PROMPTS, PROMPT_BYTES, BYTES, SEEDS, TEMPERATURE),
)
