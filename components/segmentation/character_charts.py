"""Characters of a text as a map by what they look like: pure functions, so that a figure can be tested alone."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.charts.chart import FAINT, LINE, finish
from components.widgets.chips import on_circle, visible
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count, so_many
from core.segmenters.glyphs import LookAlike
from core.text.scripts import SCRIPTS, code_points, name, script_places

_HEIGHT = 460
_GREY = OKABE_ITO[-1]  # of what belongs to no script, and of the scripts for which no colour is left
NO_SCRIPT, OTHERS = "Digits and signs", "Other scripts"
_ROOM = 0.06  # of the map, left free around it


@dataclass(frozen=True, eq=False)
class PlacedPicture:
    """A place of the map.

    Args:
        characters: of the text that have one picture, the most frequent first.
        times: how often each occurs.
        nearest: what looks most like them of all characters.
    """

    characters: tuple[str, ...]
    times: tuple[int, ...]
    nearest: LookAlike

    @property
    def hover(self) -> str:
        """All that is known of it, in lines."""
        own = [
            f"{drawn(one)} {titled(one)}, {so_many(n, 'time', 'times')}"
            for one, n in zip(self.characters, self.times, strict=True)
        ]
        if len(own) > 1:
            own[0] += "<br>The same picture:"
        near = f"Most alike: {drawn(self.nearest.character)} {titled(self.nearest.character)}"
        return "<br>".join([*own, f"{near}, {self.nearest.likeness:.3f}"]).replace("< ", "&lt; ")


def drawn(character: str) -> str:
    """A character as it can be seen: a mark on a circle, a space by its edges."""
    return on_circle(visible(character))


def titled(character: str) -> str:
    """Code point and name.

    >>> titled("a")
    'U+0061 LATIN SMALL LETTER A'
    """
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def scripts_of(characters: Sequence[str]) -> list[str]:
    """What each belongs to, for people.

    >>> scripts_of(["a", "你", "1"])
    ['Latin', 'Chinese characters', 'Digits and signs']
    """
    known = (*map(name, SCRIPTS), OTHERS)
    places = script_places(code_points("".join(characters)))
    return [NO_SCRIPT if place < 0 else known[place] for place in places.tolist()]


def character_map(marks: Sequence[PlacedPicture], places: NDArray[np.float64]) -> go.Figure:
    """The characters where their vectors lie, coloured by script; a ring around those that share their picture.

    Args:
        places: of each mark, (M, 2).
    """
    scripts = scripts_of([mark.characters[0] for mark in marks])
    several = np.array([len(mark.characters) > 1 for mark in marks], np.bool_)
    rings = go.Scatter(
        x=places[several, 0],
        y=places[several, 1],
        mode="markers",
        marker={"symbol": "circle-open", "size": 28, "color": LINE, "line": {"width": 1.5}},
        hoverinfo="skip",
        name="One picture, several characters",
        showlegend=bool(several.any()),
    )
    figure = go.Figure([rings])
    for script, colour in _colours(scripts).items():
        here = np.array([one == script for one in scripts])
        of = [mark for mark, wanted in zip(marks, here.tolist(), strict=True) if wanted]
        figure.add_scatter(
            x=places[here, 0],
            y=places[here, 1],
            mode="text",
            text=[drawn(mark.characters[0]) for mark in of],
            textfont={"color": colour, "size": 17},
            customdata=[[mark.characters[0], mark.hover] for mark in of],
            hovertemplate="%{customdata[1]}<extra></extra>",
            name=script,
            selected={"textfont": {"color": colour}},
            unselected={"textfont": {"color": colour}},
        )
    bare = {"showticklabels": False, "showgrid": False}
    return finish(
        figure,
        _HEIGHT,
        xaxis={**bare, "range": _range(places[:, 0]), "showline": True, "linecolor": FAINT},
        yaxis={**bare, "range": _range(places[:, 1])},
        showlegend=True,
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom", "itemclick": False,
                "itemdoubleclick": False},
    )  # fmt: skip


def _colours(scripts: Sequence[str]) -> dict[str, str]:
    """A colour for each script, the most frequent first; grey where none is left."""
    by_number = sorted(set(scripts) - {NO_SCRIPT}, key=lambda one: (-scripts.count(one), one))
    colours = dict(zip(by_number, OKABE_ITO[:-1], strict=False))
    return {one: colours.get(one, _GREY) for one in [*by_number, *({NO_SCRIPT} & set(scripts))]}


def _range(values: NDArray[np.float64]) -> list[float]:
    """From end to end of some values, with room around; about one unit where all are equal."""
    low, high = float(values.min()), float(values.max())
    room = _ROOM * (high - low) or 0.5
    return [low - room, high + room]


def in_words(characters: Sequence[str], most: int) -> str:
    """The first few of some characters, and how many more there are.

    >>> in_words(["a", "b", "c"], 2)
    'a b and 1 more'
    """
    more = f" and {count(len(characters) - most)} more" if len(characters) > most else ""
    return " ".join(map(drawn, characters[:most])) + more
