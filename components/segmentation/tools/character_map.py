"""What the characters of the text look like to a model whose rows are frozen pictures: a map, and their look-alikes."""

import base64
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from components.charts.chart import CONFIG, Chart, numbers_fold
from components.frame.errors import plain
from components.segmentation.character_charts import (
    PlacedPicture,
    character_map,
    drawn,
    in_words,
    scripts_of,
    titled,
)
from components.segmentation.context import SegmentationContext
from components.segmentation.linked import LINKED
from components.widgets.view import View
from core.common.numbers import count, so_many
from core.segmenters.glyphs import Glyphs, glyphs, why_outside
from core.text.scripts import alphabet, code_points

BY, OF = "map_by", "look_alikes_of"  # in the session and in the link
_DIRECTIONS = {"text": "In which these differ most", "all": "In which all characters do"}
_MOST_DRAWN = 300
_LOOK_ALIKES = 12
_NAMED = 12  # characters without a picture that are named, of each reason


def draw(context: SegmentationContext) -> None:
    """The map, what is not in it, and the look-alikes of one character."""
    found = glyphs()
    times = _times(context.text)
    here = [one for one in times if found.place(one) is not None]
    st.caption(
        "A model with frozen visual rows (Bochkov 2025) knows a code point by its picture alone, here 16 by 16 pixels "
        "of GNU Unifont on the 64 directions in which all differ most. What lies near is nearly the same to it."
    )
    if not here:
        st.info("No character of this text has a picture in the map.", icon=":material/visibility_off:")
    else:
        _map(found, here[:_MOST_DRAWN], times, len(here))
    outside = [one for one in times if found.place(one) is None]
    if outside:
        st.caption(plain(_outside(outside)))
    if here:
        _look_alikes(found, here)


def _times(text: str) -> dict[str, int]:
    """How often each character occurs, the most frequent first."""
    characters, counts = alphabet(code_points(text))
    order = np.argsort(-counts, kind="stable").tolist()
    return {characters[n]: int(counts[n]) for n in order}


def _map(found: Glyphs, characters: Sequence[str], times: Mapping[str, int], n_here: int) -> None:
    marks = _marks(found, characters, times)
    if len(marks) < 2:
        st.caption("There is one picture in this text, and nothing to place it by.")
        return
    by = LINKED.choice("Directions", _DIRECTIONS, BY, "The second ones are the same for every text.")
    places, share = found.placed([mark.characters[0] for mark in marks], among_all=by == "all")
    same = sum(len(mark.characters) > 1 for mark in marks)
    chart = Chart(
        key="character_map",
        figure=character_map(marks, places),
        alt=f"{so_many(len(characters), 'character', 'characters')} of the text by what they look like, those that "
        f"look alike side by side; {count(same)} places hold more than one.",
        numbers=lambda: _numbers(marks, places),
    )
    st.plotly_chart(
        chart.figure,
        key=chart.key,
        config=CONFIG,
        alt=f"{chart.alt} A click on one shows its look-alikes.",
        on_select=_clicked,
        selection_mode="points",
    )
    st.caption(plain(_in_words(len(characters), n_here, same, share)))
    numbers_fold(chart)


def _marks(found: Glyphs, characters: Sequence[str], times: Mapping[str, int]) -> list[PlacedPicture]:
    groups = found.same_picture(characters)
    nearest = found.nearest([group[0] for group in groups])
    return [
        PlacedPicture(tuple(group), tuple(times[one] for one in group), near)
        for group, near in zip(groups, nearest, strict=True)
    ]


def _clicked() -> None:
    """Choose the character that was clicked; a second click on it selects nothing and changes nothing."""
    points = st.session_state["character_map"].selection.points
    if points:
        st.session_state[OF] = _named(points[0]["customdata"][0])


def _in_words(n_drawn: int, n_here: int, same: int, share: float) -> str:
    part = "" if n_drawn == n_here else f"The {count(n_drawn)} most frequent of {count(n_here)} characters. "
    left = "" if np.isnan(share) else f"The two directions hold {share:.0%} of how these vectors differ. "
    rings = "A ring holds several characters of this text that have the very same picture. " if same else ""
    return f"{part}{left}{rings}The marks are drawn in this browser's fonts, not in the pixels that the model sees."


def _outside(characters: Sequence[str]) -> str:
    """What is not in the map, by reason."""
    reasons: dict[str, list[str]] = {}
    for one in characters:
        reasons.setdefault(why_outside(one), []).append(one)
    each = "; ".join(f"{in_words(some, _NAMED)} ({why})" for why, some in reasons.items())
    return f"Without a picture in the map, so without a vector: {each}."


def _look_alikes(found: Glyphs, characters: Sequence[str]) -> None:
    letters_first = sorted(characters, key=lambda one: (one.isspace(), not one.isalpha()))
    names = {_named(one): f"{drawn(one)} {titled(one)}" for one in letters_first}
    if st.session_state.get(OF) not in names:
        st.session_state.pop(OF, None)
    chosen = LINKED.box("Look-alikes of", names, OF, "All characters of the map are compared.", width=420)
    one = chr(int(chosen.removeprefix("U+"), 16))
    st.dataframe(
        look_alike_table(found, one),
        hide_index=True,
        key="look_alikes",
        placeholder="–",
        row_height=40,
        column_config={
            "picture": st.column_config.ImageColumn("picture", width=70, help="What the model sees."),
            "character": st.column_config.TextColumn(width=80),
            "likeness": st.column_config.NumberColumn(
                format="%.3f", width=80, help="Cosine of the vectors; 1: the same picture."
            ),
            "confusable": st.column_config.TextColumn(help="Whether Unicode's list of confusables has the two."),
        },
    )


def look_alike_table(found: Glyphs, character: str) -> pd.DataFrame:
    """A character of the map in the first row, and below it those most like it."""
    others = found.look_alikes(character, _LOOK_ALIKES)
    shown = [character, *(other.character for other in others)]
    return pd.DataFrame(
        {
            "picture": [picture_uri(found.picture(one)) for one in shown],
            "character": [drawn(one) for one in shown],
            "likeness": [None, *(other.likeness for other in others)],
            "name": [titled(one) for one in shown],
            "script": scripts_of(shown),
            "confusable": [None, *("yes" if other.listed else "no" for other in others)],
        }
    )


def picture_uri(pixels: NDArray[np.bool_]) -> str:
    """Pixels, black on white, as an address that an image can have."""
    squares = "".join(f"M{x} {y}h1v1h-1z" for y, x in np.argwhere(pixels).tolist())
    height, width = pixels.shape
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{4 * width}" height="{4 * height}" '
        f'viewBox="0 0 {width} {height}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{width}v{height}H0z"/><path d="{squares}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _numbers(marks: Sequence[PlacedPicture], places: NDArray[np.float64]) -> pd.DataFrame:
    rows = [
        (drawn(one), titled(one), n, float(x), float(y), titled(mark.nearest.character), mark.nearest.likeness)
        for mark, (x, y) in zip(marks, places.tolist(), strict=True)
        for one, n in zip(mark.characters, mark.times, strict=True)
    ]
    columns = ["character", "name", "times", "across", "up", "most alike", "likeness"]
    return pd.DataFrame(rows, columns=columns)


def _named(character: str) -> str:
    """A character in a link."""
    return f"U+{ord(character):04X}"


VIEW = View(label="Character map", place=67, draw=draw)
