"""The tool Character map: on any text it places what has a picture, says what has none, and lists look-alikes."""

import numpy as np
import pytest

from components.segmentation.character_charts import OTHERS, PlacedPicture, character_map, drawn, scripts_of, titled
from components.segmentation.tools.character_map import look_alike_table, picture_uri
from core.common.text_link import to_link
from core.segmenters.glyphs import glyphs
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")
SPEC = ["learned:code-points"]


def _marks(*groups: str) -> list[PlacedPicture]:
    found = glyphs()
    nearest = found.nearest([group[0] for group in groups])
    return [PlacedPicture(tuple(group), (2,) * len(group), near) for group, near in zip(groups, nearest, strict=True)]


def test_marks_are_coloured_by_script_and_a_ring_holds_those_with_one_picture() -> None:
    marks = _marks("aа", "b", "क", "1", "ع")
    places = glyphs().placed([mark.characters[0] for mark in marks])[0]
    rings, *scripts = character_map(marks, places).data
    assert len(rings.x) == 1 and (rings.x[0], rings.y[0]) == pytest.approx(places[0])
    assert {one.name: list(one.text) for one in scripts} == {
        "Latin": ["a", "b"],
        "Arabic": ["ع"],
        "Devanagari": ["क"],
        "Digits and signs": ["1"],
    }
    assert len({one.textfont.color for one in scripts}) == len(scripts)
    letter, hover = scripts[0].customdata[0]
    assert letter == "a"
    assert hover.split("<br>") == [
        "a U+0061 LATIN SMALL LETTER A, 2 times",
        "The same picture:",
        "а U+0430 CYRILLIC SMALL LETTER A, 2 times",
        "Most alike: а U+0430 CYRILLIC SMALL LETTER A, 1.000",
    ]


def test_signs_that_markup_would_take_are_text() -> None:
    [mark] = _marks("<")
    assert mark.hover.startswith("&lt; U+003C")
    assert scripts_of(["ꡀ", "你"]) == [OTHERS, "Chinese characters"]
    assert (drawn("\u0301"), titled("\ue000")) == ("◌\u0301", "U+E000 without a name")


def test_a_map_without_ring_has_none_in_its_legend() -> None:
    figure = character_map(_marks("a", "b"), np.array([[0.0, 0], [1, 0]]))
    assert not figure.data[0].showlegend
    assert figure.layout.xaxis.range == pytest.approx((-0.06, 1.06))
    assert figure.layout.yaxis.range == pytest.approx((-0.5, 0.5))


def test_the_table_has_the_character_and_those_most_like_it() -> None:
    table = look_alike_table(glyphs(), "٣")
    assert list(table["character"][:2]) == ["٣", "۳"]
    assert table["likeness"].isna().tolist() == [True, *[False] * 12]
    assert table["name"][1] == "U+06F3 EXTENDED ARABIC-INDIC DIGIT THREE"
    assert table["confusable"][1] in {"yes", "no"}
    assert picture_uri(np.eye(2, dtype=bool)).startswith("data:image/svg+xml;base64,")


def test_a_link_restores_character_and_directions_and_what_is_outside_is_said() -> None:
    app = opened(
        "segmentation", tokenizers=SPEC, tool="Character map", map_by="all", look_alikes_of="U+043E",
        text=to_link("abо 🙂\n") or "",
    )  # fmt: skip
    assert [one.value for one in (*app.error, *app.warning)] == []
    assert app.selectbox(key="look_alikes_of").value == "U+043E"
    assert list(app.dataframe[-1].value["character"][:2]) == ["о", "o"]
    assert app.session_state["map_by"] == "all"
    said = "\n".join(one.value.replace("\\", "") for one in app.caption)
    assert "Without a picture in the map" in said and "(beyond U+FFFF)" in said and "⏎ (a control)" in said
    assert len(app.get("plotly_chart")) == 1
    assert app.selectbox(key="look_alikes_of").options[-1] == "␣ U+0020 SPACE"


@pytest.mark.parametrize(("text", "charts", "tables"), [("a", 0, 1), ("🙂👩‍👩‍👧", 0, 0), ("\n", 0, 0)])
def test_a_text_of_one_picture_or_none(text: str, charts: int, tables: int) -> None:
    app = opened("segmentation", tokenizers=SPEC, tool="Character map", text=to_link(text) or "")
    assert not app.error
    assert len(app.get("plotly_chart")) == charts
    assert len([one for one in app.dataframe if "likeness" in one.value]) == tables


def test_of_a_long_text_the_most_frequent_are_drawn() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(1000)) * 2 + "xyz" * 5
    app = opened("segmentation", tokenizers=["builtin:utf8-bytes"], tool="Character map", text=to_link(text) or "")
    assert not app.error
    assert any("The 300 most frequent of" in one.value for one in app.caption)
    assert len(app.selectbox(key="look_alikes_of").options) == 1003
