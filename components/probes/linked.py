"""Choices of the experiments that the link holds: those of the one that is open."""

from components.widgets.linked import LinkedChoices

LINKED = LinkedChoices("probes")
PROBE, MODE = "probe", "mode"  # keys in the link: the experiment, and whether one predicts first
TOKENIZER = "tokenizer"  # the one that is looked at; the same key as on the page of vocabularies
EXPLORE, PREDICT = "explore", "predict"
MOST_IN_LINK = 2_000  # characters of one text


def key_of(probe: str, asked: str) -> str:
    """Of something that a probe asks for, in the session and in the link.

    >>> key_of("spellings", "text")
    'spellings_text'
    """
    return f"{probe}_{asked}"


def parameters(probe: str) -> dict[str, list[str]]:
    """What the address says of this experiment, and nothing of others; a usual choice and a long text are not said."""
    found = LINKED.parameters()
    return {key: values if _belongs(key, values, probe) else [] for key, values in found.items()} | {PROBE: [probe]}


def is_whole(probe: str) -> bool:
    """Whether the address says all of this experiment."""
    return not any(key.startswith(f"{probe}_") and _too_long(values) for key, values in LINKED.parameters().items())


def _belongs(key: str, values: list[str], probe: str) -> bool:
    return (key in (MODE, TOKENIZER) or key.startswith(f"{probe}_")) and not _too_long(values)


def _too_long(values: list[str]) -> bool:
    return any(len(value) > MOST_IN_LINK for value in values)
