"""Tokenizers that were trained here, as far as this visitor may see them in lists."""

from components.frame.visitor import visitor
from core.tokenizers.trained import trained_specs


def trained_here() -> dict[str, str]:
    """Name by spec; where visitors are told apart, what others trained is left out."""
    me = visitor()
    return trained_specs(me.key if me.apart else None)
