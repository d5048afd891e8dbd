"""The row of cards over the token view: how many tokens each tokenizer needs, and what is to be known about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import isnan

from components.cached import tokenizers as cached
from components.segmentation.rows import Row
from components.segmentation.standing import OF_THE_FEWEST, fewest_lossless, standing, times_the_fewest
from components.widgets.stat_cards.component import Badge, Card, stat_cards
from core.common.numbers import count
from core.metrics.base import METRICS, Value
from core.tokenizers.tokenizer import Specials


def statistic_cards(rows: Sequence[Row], text: str, specials: Specials) -> None:
    """One card per row, with a bar that compares it with the longest."""
    found = [cached.numbers(row.spec, text, specials.add, specials.parse) for row in rows]
    most = max((int(numbers["n_tokens"].number) for numbers in found), default=0)
    fewest = fewest_lossless(found)
    definition = f"{_meaning('n_tokens')} {_meaning('bytes_per_token')} {OF_THE_FEWEST.text}"
    cards = [card(row, numbers, most, fewest) for row, numbers in zip(rows, found, strict=True)]
    if len(cards) == 1 and cards[0].standing:  # there is nothing to compare it with
        cards = [replace(cards[0], standing=cards[0].unit)]
    stat_cards(cards, definition, key="cards")


def card(row: Row, numbers: Mapping[str, Value], most: int, fewest: int) -> Card:
    """What one tokenizer's card says."""
    info = row.tokenizer.info
    vocabulary = f" · {count(info.n_vocabulary)} ids" if info.n_vocabulary else ""
    n_tokens, n_added = int(numbers["n_tokens"].number), int(numbers["n_added"].number)
    bytes_per_token = numbers["bytes_per_token"].number
    per_token = "–" if isnan(bytes_per_token) else f"{bytes_per_token:.2f}"
    return Card(
        label=row.label,
        colour=row.colour,
        count=f"{count(n_tokens)} + {n_added}" if n_added else count(n_tokens),
        unit="token" if n_tokens == 1 else "tokens",
        rest=f"{_with_added(n_tokens, n_added)}{per_token} bytes/token{vocabulary}",
        share=n_tokens / most if most else 0.0,
        standing=standing(times_the_fewest(numbers, fewest)),
        badges=badges(numbers),
        lost="" if numbers["lossless"].number else numbers["lossless"].reason,
    )


def _with_added(n_tokens: int, n_added: int) -> str:
    """The length of the prompt where tokens are put around the text, which are not counted elsewhere.

    >>> _with_added(19, 2), _with_added(19, 0)
    ('21 with the 2 added · ', '')
    """
    return f"{count(n_tokens + n_added)} with the {n_added} added · " if n_added else ""


def badges(numbers: Mapping[str, Value]) -> tuple[Badge, ...]:
    """Whether the text survives, what is unknown, and how many characters are cut."""
    lossless = numbers["lossless"]
    if lossless.number:
        found = [Badge("lossless", "good", _meaning("lossless"))]
    else:
        found = [Badge("lossy", "bad", "Some of the text is lost, so its count is not compared. Click to see what.")]
    unknown, cut = numbers["unknown_share"].number, int(numbers["n_cut_characters"].number)
    if unknown > 0:
        found.append(Badge(f"{unknown:.1%} unknown", "bad", _meaning("unknown_share")))
    if cut:
        title = _meaning("n_cut_characters")
        found.append(Badge(f"{count(cut)} {'character' if cut == 1 else 'characters'} cut", "plain", title))
    return tuple(found)


def _meaning(key: str) -> str:
    return METRICS.get(key).definition.text
