"""Share of distinct words that stay whole."""

from itertools import chain

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value, undefined
from core.metrics.evidence import Evidence


def single_token_retention(evidence: Evidence) -> Value:
    """Share of distinct words that no occurrence cuts."""
    words = evidence.words
    most: dict[bytes, int] = {}
    for word, n in zip(words.spelled, chain.from_iterable(one.tolist() for one in words.tokens), strict=True):
        most[word] = max(most.get(word, 0), n)
    return Value(sum(n == 1 for n in most.values()) / len(most), words.remark) if most else undefined(words.none)


METRIC = Metric(
    definition=Definition(
        "single_token_retention",
        "Single-token retention",
        "share of distinct words",
        "higher",
        "Share of distinct words that are never cut: one token, wherever they stand, with the space before them if the "
        "tokenizer takes it along. The paper encodes words bare, which makes byte-level tokenizers cut words that they "
        "keep whole in a text; here they are looked up in their sentences. Grows smaller with the size of the text.",
        "Nayeem et al. 2025, STRR (2510.09947), changed as stated",
    ),
    compute=single_token_retention,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
