"""The tool Byte values: its curve of a text of one byte is drawn over whole bytes, or it says that there is none."""

import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest

from components.segmentation.value_charts import ByteValues, values_figure
from core.common.text_link import to_link
from core.segmenters.lane import open_segmenter
from tests.pages import opened


@pytest.mark.parametrize(("text", "last"), [("x", 0), ("ab", 1), ("a" * 40, 39)])
def test_the_axis_of_a_short_text_has_whole_bytes_that_are_there(text: str, last: int) -> None:
    cut = open_segmenter("hnet").chunks(text)
    axis = values_figure(ByteValues.of(text, 0, cut, "probability"), "#000").layout.xaxis
    assert axis.range == (-0.5, last + 0.5)
    assert axis.dtick == (1 if last < 12 else None)


def test_a_segmenter_that_says_nothing_of_the_first_byte_has_no_curve_of_a_text_of_one() -> None:
    values = open_segmenter("magnet").chunks("x").values
    assert values is not None
    assert not np.isfinite(values).any()
    app = opened("segmentation", tokenizers=["learned:magnet"], text=to_link("x"), tool="Byte values")
    said = [one.value.replace("\\", "") for one in app.caption]
    assert any("Here: 1 chunk, 1.00 bytes each." in one for one in said)
    assert "The first byte starts a chunk whatever it believes, and there is no other." in said
    assert not app.get("plotly_chart")


@pytest.mark.parametrize("spec", ["magnet", "entropy-rise", "hnet", "code-points"])
def test_every_chunk_has_a_dot_and_one_without_a_value_a_hollow_one(spec: str) -> None:
    cut = open_segmenter(spec).chunks("The rules 🙂 help.")
    dots = values_figure(ByteValues.of("The rules 🙂 help.", 0, cut, ""), "#000").data[1]
    assert cut.values is not None
    assert dots.x.tolist() == cut.starts.tolist()
    assert np.isfinite(dots.y).all()
    without = np.isnan(cut.values[cut.starts])
    assert without.any() == (spec != "hnet")
    assert [symbol == "circle-open" for symbol in dots.marker.symbol] == without.tolist()
    assert (dots.y[without] == np.nanmin(cut.values)).all()
    said = [
        hover.startswith(f"byte {at}: no value, a chunk") for at, hover in zip(dots.x, dots.customdata, strict=True)
    ]
    assert said == without.tolist()


@pytest.mark.parametrize(("place", "lanes"), [(0, 7), (1, 4)])
def test_the_links_of_the_docs_open_the_lanes_that_they_name(place: int, lanes: int) -> None:
    docs = (Path(__file__).parents[1] / "docs/segmenters.md").read_text(encoding="utf-8")
    link = re.findall(r"^\?(tokenizers=learned:.*)$", docs, re.MULTILINE)[place]
    app = opened("segmentation", **parse_qs(link))
    assert len(set(app.session_state["tokenizers"])) == lanes
    assert [one.value for one in (*app.error, *app.warning)] == []
    assert len(app.get("plotly_chart")) == 1
