"""The patterns by which a Hugging Face backend cuts a text, where they are all that is done to it."""

import tokenizers

from core.tokenizers.backends.components import State, pattern, states
from core.tokenizers.pretokenizers import PRE_TOKENIZERS

_DUMMY_PREFIX: tuple[list[State], ...] = (
    [],
    [{"type": "Prepend", "prepend": "▁"}],
)  # normalisers before spaces are written "▁", if they are
_SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}


def patterns_of(backend: tokenizers.Tokenizer) -> tuple[str, ...] | None:
    """The patterns, in order; None where the text is changed, or is cut otherwise than by a pattern that keeps all.

    >>> from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    >>> made = Tokenizer(models.BPE())
    >>> patterns_of(made)
    ()
    >>> made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False)])
    >>> patterns_of(made)[0], len(patterns_of(made))
    ('\\\\p{N}', 2)
    >>> made.normalizer = normalizers.NFC()
    >>> patterns_of(made) is None
    True
    """
    changes, cuts = states(backend.normalizer), states(backend.pre_tokenizer)
    dummy = changes[-1:] == [_SPACES] and changes[:-1] in _DUMMY_PREFIX and not cuts
    if changes and not dummy:
        return None
    found = [_patterns(state) for state in cuts]
    if any(each is None for each in found):
        return None
    return tuple(one for each in found for one in each or ())


def _patterns(state: State) -> tuple[str, ...] | None:
    """Of one step; None where it does something else."""
    match state:
        case {"type": "Split", "behavior": "Isolated", "invert": False}:
            return (pattern(state),) if "Regex" in state["pattern"] else None
        case {"type": "ByteLevel", "add_prefix_space": False}:
            return PRE_TOKENIZERS["gpt2"].patterns if state.get("use_regex", True) else ()
        case {"type": "Digits", "individual_digits": True}:
            return (r"\p{N}",)
    return None
