"""What sessions share of vocabularies: their entries, and what is found among them, by the tokenizer's fingerprint."""

from components.cached.tokenizers import tokenizer
from core.jobs.shared_cache import shared
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.division import DIVISIONS, Places
from core.vocabulary.entries import Entries, entries_of


def entries(spec: str) -> Entries:
    """The entries of a tokenizer, read once for all sessions.

    Raises:
        UserError: it cannot be opened, or has no vocabulary.
    """
    opened = tokenizer(spec)
    return shared().get(("entries", spec, opened.info.fingerprint), lambda: entries_of(opened))


def places(of: Entries, division: str) -> Places:
    """Which part of a division each entry belongs to."""
    key = "places", of.tokenizer.info.fingerprint, division
    return shared().get(key, lambda: DIVISIONS.get(division).divide(of))


def finding(of: Entries, audit: str) -> Finding:
    """What an audit finds among the entries; a stranger's tokenizer is asked in its own process."""
    return shared().get(("finding", of.tokenizer.info.fingerprint, audit), lambda: AUDITS.get(audit).find(of))
