"""Length beside that of another tokenizer."""

from core.common.definitions import Definition
from core.metrics.base import REFERENCE, Evidence, Metric, Value, undefined


def normalised_sequence_length(evidence: Evidence) -> Value:
    """Tokens / tokens of the reference, over all sentences."""
    assert evidence.reference is not None, "declared as needed"
    of_reference = int(evidence.reference.sum())
    if not of_reference:
        return undefined("The tokenizer to compare with gives no tokens for this text.")
    return Value(int(evidence.tokens.sum()) / of_reference)


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
    needs=(REFERENCE,),
)
