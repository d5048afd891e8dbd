"""Length beside that of another tokenizer."""

from core.common.definitions import Definition
from core.metrics.base import REFERENCE, Metric, Ratio
from core.metrics.evidence import Evidence


def normalised_sequence_length(evidence: Evidence) -> Ratio:
    """Tokens / tokens of the reference, over all sentences."""
    assert evidence.reference is not None, "declared as needed"
    return Ratio(evidence.tokens, evidence.reference, "The tokenizer to compare with gives no tokens for this text.")


METRIC = Metric(
    definition=Definition(
        "normalised_sequence_length",
        "Normalised sequence length",
        "",
        "lower",
        "Tokens of all sentences / tokens that a chosen reference tokenizer needs for them. Below 1 the text is "
        "shorter than with the reference.",
        "Dagan et al. 2024, Getting the Most out of Your Tokenizer (2402.01035)",
    ),
    compute=normalised_sequence_length,
    on=("sentences",),
    needs=(REFERENCE,),
)
