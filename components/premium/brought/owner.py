"""Whose tokenizers the page shows besides those that ship."""

from components.frame.visitor import visitor
from core.common.settings import settings
from core.counting.table import Counted
from core.premium.tokenizers import known_tokenizers


def owner() -> str:
    """The visitor; empty where everybody shares runs and so these too."""
    return visitor().key if settings().private_runs else ""


def known_here() -> dict[str, Counted]:
    """The tokenizers that ship and those that the visitor brought, by the key that stands in links."""
    return known_tokenizers(owner())
