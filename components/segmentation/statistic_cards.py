"""The row of cards over the token view: how many tokens each tokenizer needs, and what is to be known about it."""

from collections.abc import Sequence
from math import isnan

from components.cached import tokenizers as cached
from components.segmentation.rows import Row
from components.widgets.stat_cards.component import Badge, Card, stat_cards
from core.common.definitions import definition
from core.segmentation.statistics import Statistics
from core.tokenizers.tokenizer import Specials


def statistic_cards(rows: Sequence[Row], text: str, specials: Specials) -> None:
    """One card per row, with a bar that compares it with the longest."""
    found = [cached.statistics(row.spec, text, specials.add, specials.parse) for row in rows]
    most = max((statistics.n_tokens for statistics in found), default=0)
    stat_cards([card(row, statistics, most) for row, statistics in zip(rows, found, strict=True)], key="cards")


def card(row: Row, statistics: Statistics, most: int) -> Card:
    """What one tokenizer's card says."""
    info = row.tokenizer.info
    vocabulary = f" · {info.n_vocabulary:,} ids" if info.n_vocabulary else ""
    per_token = "–" if isnan(statistics.bytes_per_token) else f"{statistics.bytes_per_token:.2f}"
    return Card(
        label=info.label,
        colour=row.colour,
        count=f"{statistics.n_tokens:,}",
        unit="token" if statistics.n_tokens == 1 else "tokens",
        rest=f"{per_token} bytes/token{vocabulary}",
        share=statistics.n_tokens / most if most else 0.0,
        badges=badges(statistics),
        definition=f"{definition('n_tokens').text} {definition('bytes_per_token').text}",
    )


def badges(statistics: Statistics) -> tuple[Badge, ...]:
    """Whether the text survives, what is unknown, and how many characters are cut."""
    lossless = definition("lossless").text
    if statistics.lossless:
        found = [Badge("lossless", "good", lossless)]
    else:
        lost = "; ".join(loss.text for loss in statistics.losses)
        found = [Badge("lossy", "bad", f"{lossless} Here: {lost}.")]
    if statistics.n_unknown:
        found.append(Badge(f"{statistics.unknown_share:.1%} unknown", "bad", definition("unknown_share").text))
    if statistics.n_cut_characters:
        cut = statistics.n_cut_characters
        title = definition("n_cut_characters").text
        found.append(Badge(f"{cut:,} {'character' if cut == 1 else 'characters'} cut", "plain", title))
    return tuple(found)
