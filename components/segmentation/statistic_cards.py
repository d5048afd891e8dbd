"""The row of cards over the token view: how many tokens each tokenizer needs, and what is to be known about it."""

from collections.abc import Mapping, Sequence
from math import isnan

from components.cached import tokenizers as cached
from components.segmentation.rows import Row
from components.widgets.stat_cards.component import Badge, Card, stat_cards
from core.metrics.base import METRICS, Value
from core.tokenizers.tokenizer import Specials


def statistic_cards(rows: Sequence[Row], text: str, specials: Specials) -> None:
    """One card per row, with a bar that compares it with the longest."""
    found = [cached.numbers(row.spec, text, specials.add, specials.parse) for row in rows]
    most = max((int(numbers["n_tokens"].number) for numbers in found), default=0)
    stat_cards([card(row, numbers, most) for row, numbers in zip(rows, found, strict=True)], key="cards")


def card(row: Row, numbers: Mapping[str, Value], most: int) -> Card:
    """What one tokenizer's card says."""
    info = row.tokenizer.info
    vocabulary = f" · {info.n_vocabulary:,} ids" if info.n_vocabulary else ""
    n_tokens, bytes_per_token = int(numbers["n_tokens"].number), numbers["bytes_per_token"].number
    per_token = "–" if isnan(bytes_per_token) else f"{bytes_per_token:.2f}"
    return Card(
        label=info.label,
        colour=row.colour,
        count=f"{n_tokens:,}",
        unit="token" if n_tokens == 1 else "tokens",
        rest=f"{_with_added(n_tokens, int(numbers['n_added'].number))}{per_token} bytes/token{vocabulary}",
        share=n_tokens / most if most else 0.0,
        badges=badges(numbers),
        definition=f"{_meaning('n_tokens')} {_meaning('bytes_per_token')}",
    )


def _with_added(n_tokens: int, n_added: int) -> str:
    """The length of the prompt where tokens are put around the text, which are not counted elsewhere.

    >>> _with_added(19, 2), _with_added(19, 0)
    ('21 with the 2 added · ', '')
    """
    return f"{n_tokens + n_added:,} with the {n_added} added · " if n_added else ""


def badges(numbers: Mapping[str, Value]) -> tuple[Badge, ...]:
    """Whether the text survives, what is unknown, and how many characters are cut."""
    lossless = numbers["lossless"]
    if lossless.number:
        found = [Badge("lossless", "good", _meaning("lossless"))]
    else:
        found = [Badge("lossy", "bad", f"{_meaning('lossless')} Here: {lossless.reason}.")]
    unknown, cut = numbers["unknown_share"].number, int(numbers["n_cut_characters"].number)
    if unknown > 0:
        found.append(Badge(f"{unknown:.1%} unknown", "bad", _meaning("unknown_share")))
    if cut:
        title = _meaning("n_cut_characters")
        found.append(Badge(f"{cut:,} {'character' if cut == 1 else 'characters'} cut", "plain", title))
    return tuple(found)


def _meaning(key: str) -> str:
    return METRICS.get(key).definition.text
