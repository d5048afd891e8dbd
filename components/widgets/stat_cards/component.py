"""Cards one line high, one per tokenizer, that follow the typing without flicker and unfold to say more."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from components.frame.scripted_component import ScriptedComponent

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Badge:
    """A word on a card; `mood` is "good", "bad" or "plain", `title` says what exactly is meant."""

    text: str
    mood: str
    title: str


@dataclass(frozen=True)
class Card:
    """What a card shows.

    Args:
        label: the tokenizer's name.
        colour: the tokenizer's own colour, as CSS.
        count: the large number, formatted.
        unit: its unit.
        rest: further numbers, seen once the cards are unfolded.
        share: the number as a share of the largest on any card, 0 to 1.
        standing: how the number compares with the smallest; empty where it must not be compared.
        badges: what to know about it.
        lost: what the tokens do not say back of the text, one click from the word "lossy"; empty if nothing.
    """

    label: str
    colour: str
    count: str
    unit: str
    rest: str
    share: float
    standing: str
    badges: tuple[Badge, ...]
    lost: str


_component = ScriptedComponent(
    "token_atlas_stat_cards",
    html='<div class="row"><div class="grid" role="list" aria-label="Tokens per tokenizer"></div>'
    '<button type="button" class="more" aria-expanded="false"></button></div><p class="lost" role="status" hidden></p>',
    css=(_HERE / "stat_cards.css").read_text(),
    js=(_HERE / "stat_cards.js").read_text(),
)


def stat_cards(cards: Sequence[Card], definition: str, *, key: str) -> None:
    """Draw the cards; `definition` of their numbers is shown on hover."""
    _component(key=key, data={"cards": [asdict(card) for card in cards], "definition": definition})
