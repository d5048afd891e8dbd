"""Parts of characters that another part completes."""

from core.common.definitions import Definition
from core.common.numbers import count
from core.vocabulary.audit import Audit, Finding, grouped
from core.vocabulary.entries import Entries
from core.vocabulary.incomplete_pairs import in_some_pair, incomplete_pairs, tried_pairs

MOST_TRIED = 10_000  # pairs, a tenth of a second
FIRST, SECOND = "comes first in a pair", "comes second in a pair"


def incomplete(entries: Entries) -> Finding:
    """Parts of characters that the tokenizer cuts a text into side by side, by their place in such a pair."""
    first, second = (in_some_pair(entries, side) for side in (0, 1))
    return grouped({FIRST: first, SECOND: second}, _remark(entries))


def _remark(entries: Entries) -> str:
    pairs = incomplete_pairs(entries)
    if len(pairs) > MOST_TRIED:
        return f"Some {count(len(pairs))} pairs, which merging leaves as they are; not every one was tried."
    n = len(tried_pairs(entries))
    return f"{count(n)} pairs." if n else ""


AUDIT = Audit(
    definition=Definition(
        "incomplete",
        "Incomplete pairs",
        "ids",
        "",
        "Parts of characters, of two bytes or more, that end or begin inside a character which another one completes, "
        "where a text of both is cut into just these two. Such pairs can be typed although hardly any text has them; "
        "models have been seen to fail at them.",
        "Jang et al. 2024, Improbable Bigrams",
    ),
    order=12,
    find=incomplete,
)
