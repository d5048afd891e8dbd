"""What a user takes away from Premium: every column says what it is, numbers are clean, pictures are vectors."""

import csv
import io
import zipfile
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from pyarrow import parquet

from components.charts.paper import ONE, TWO, PrintWidth, paper
from components.frame.scripted_component import unpacked
from components.premium import figure, take_away
from components.premium.view import VIEWS
from components.premium.views import calculator, lorenz_curves, measures, table
from components.premium.views.ranked import ranked_figure
from components.widgets.picture_buttons import component
from components.widgets.picture_buttons.component import Picture
from core.common.public_link import public_link
from core.export.bundle import bundle
from core.export.references import PAPERS_FILE
from core.premium.cell_rows import CELL_COLUMNS
from tests.pages import opened

COLUMNS = ["code", "language", "script", "tokenizer", "spec", "fingerprint", "tokens", "base", "unit", "premium", "low",
           "high", "n", "clusters", "reason"]  # fmt: skip
OPTIONS = [
    {"group": "Family"},
    {"group": "Region"},
    {"group": "Resources"},
    {"against": "Speakers"},
    {"against": "UTF-8"},
    {"compare": "Languages"},
]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the page offers to take away, as it is drawn."""
    found: list[tuple[Any, ...]] = []
    for module in (calculator, figure, lorenz_curves, measures, table):
        monkeypatch.setattr(module, "take_away", lambda *args: found.append(args))
    return found


def drawn(**query: str | list[str]) -> None:
    assert not opened("premium", **query).error


def all_tables(taken: list[tuple[Any, ...]]) -> dict[str, Any]:
    found = {}
    for key, context, title, _, numbers, _, *cells in taken:
        about = take_away.provenance_of(context, title)
        found[key] = take_away.kept_tables(key, context, numbers(), *cells), about
    return found


@pytest.mark.parametrize("query", [*({"premium": view} for view in VIEWS.all()), *OPTIONS])
def test_every_column_of_every_view_says_what_it_is(taken: list[tuple[Any, ...]], query: dict[str, str]) -> None:
    view = {"group": "Groups", "against": "Relations", "compare": "Differences"}.get(next(iter(query)))
    drawn(**({"premium": view} | query if view else query))
    for tables, about in all_tables(taken).values():
        for one in tables:
            assert [name for name in one.columns if not one.meanings[name]] == []
        with zipfile.ZipFile(io.BytesIO(bundle(tables, about, "csv"))) as archive:
            readme = archive.read("README.md").decode()
            for name in ("cells.csv", "view.csv"):
                header = archive.read(name).decode("utf-8-sig").splitlines()[0]
                assert all(f"\n| {column} | " in readme for column in next(csv.reader([header])))


def test_cells_hold_what_a_number_depends_on_without_noise(taken: list[tuple[Any, ...]]) -> None:
    drawn(find="Burmese, Thai", counted=["gpt-2", "bert-cased"])
    tables, about = all_tables(taken)["heatmap"]
    with zipfile.ZipFile(io.BytesIO(bundle(tables, about, "csv"))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("cells.csv").decode("utf-8-sig"), newline="")))
        assert "{petrov2023," in archive.read(PAPERS_FILE).decode()
    assert list(rows[0])[: len(COLUMNS)] == COLUMNS == list(CELL_COLUMNS)[: len(COLUMNS)]
    by_cell = {(row["code"], row["tokenizer"]): row for row in rows}
    burmese, thai = by_cell["mya_Mymr", "GPT-2"], by_cell["tha_Thai", "BERT cased"]
    assert (burmese["spec"], burmese["base"], burmese["unit"]) == ("tiktoken:r50k_base", "eng_Latn", "line")
    assert (burmese["n"], burmese["clusters"]) == ("2009", "562")
    assert burmese["premium"].startswith("16.8") and all(len(burmese[name]) <= 7 for name in ("premium", "low", "high"))
    assert thai["premium"] == "" and "unknown" in thai["reason"]
    with zipfile.ZipFile(io.BytesIO(bundle(tables, about, "parquet"))) as archive:
        read = parquet.read_table(io.BytesIO(archive.read("cells.parquet"))).to_pylist()
    assert [str(row["premium"]) for row in read] == [row["premium"] or "None" for row in rows]


@pytest.mark.parametrize(
    "query", [*({"premium": view} for view in VIEWS.all()), {"premium": "Ranked", "beside": "Several"}], ids=str
)
def test_every_picture_is_drawn_for_both_widths(taken: list[tuple[Any, ...]], query: dict[str, str]) -> None:
    """The map could not: opening its popover was an error."""
    drawn(find="Thai, Lao, German", **query)
    for _, context, _, _, _, printed, *_ in taken:
        for width in (TWO, ONE):
            assert printed is None or paper(printed(context, width), "text", width).layout.width == width.pixels


@pytest.mark.parametrize(
    "query",
    [
        {"premium": "Texts"},
        {"premium": "Ranked", "which": "All"},
        {"premium": "Ranked", "which": "All", "beside": "Several"},
        {"premium": "Units", "beside": "Several", "direction": "Down"},
    ],
    ids=str,
)
def test_every_picture_of_all_languages_stands_on_a_page(taken: list[tuple[Any, ...]], query: dict[str, str]) -> None:
    """They were strips of up to 1.8 m."""
    drawn(counted=["gpt-2", "llama-3"], **query)
    for key, context, _, _, _, printed, *_ in taken:
        for width in (TWO, ONE):
            height = paper(printed(context, width), "text", width).layout.height
            assert height / width.pixels * width.centimetres <= 22.6, (key, width)


@pytest.mark.parametrize("width", [ONE, TWO])
def test_a_list_in_columns_keeps_each_dot_beside_its_name(width: PrintWidth) -> None:
    n = 200
    value, apart = np.linspace(9, 1, n), np.array(["open", "differs"] * 100)[: n - 1]
    whole = ranked_figure([f"name {k}" for k in range(n)], (value, value - 0.1, value + 0.2), ["x"] * n,
                          np.full(n, "differs"), apart, "#000", "a title")  # fmt: skip
    folded = paper(whole, "text", width)
    found: dict[str, float] = {}
    for trace in (one for one in folded.data if one.mode == "markers"):
        axis = folded.layout[trace.yaxis.replace("y", "yaxis")]
        names = dict(zip(axis.tickvals, axis.ticktext, strict=True))
        assert max(trace.y) < axis.range[0] and min(trace.y) > axis.range[1]
        found |= {names[y]: x for x, y in zip(trace.x, trace.y, strict=True)}
        assert np.allclose(trace.error_x.array, 0.2) and len(trace.error_x.array) == len(trace.x)
        start, end = folded.layout[trace.xaxis.replace("x", "xaxis")].domain
        assert 0 <= start < end <= 1 + 1e-9
    assert found == {f"name {k}": value[k] for k in range(n)}
    joined = sum(trace.y.count(None) for trace in folded.data if trace.line.width and trace.mode == "lines")
    ends = {trace.yaxis for trace in folded.data}
    assert joined >= 100 - len(ends), "only bands from one column to the next are left out"
    assert [one.text for one in folded.layout.annotations] == ["a title"]


def test_a_picture_of_one_column_has_the_cells_that_go_with_its_names(
    taken: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both widths were drawn with the cells of the first, whose columns stand elsewhere."""
    drawn(find="Thai, Lao, German", direction="Down")
    context, printed = next((args[1], args[5]) for args in taken if args[0] == "heatmap")
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(component, "_component", lambda key, data: sent.append(data))
    pictures = [Picture(w.label, w.centimetres, paper(printed(context, w), "text", w)) for w in (TWO, ONE)]
    component.picture_buttons(pictures, "a", "b", key="c")
    for size in sent[0]["sizes"]:
        first = min(x for one in size["traces"] if one.get("fill") == "toself" for x in one["x"] if x is not None)
        names = [one["x"] for one in size["layout"]["annotations"] if one.get("xanchor") == "right"]
        assert len(names) == 3 and max(names) < first < max(names) + 1


def test_entropy_and_measures_are_not_called_premiums(taken: list[tuple[Any, ...]]) -> None:
    drawn(premium="Measures", counted=["gpt-2"], find="Thai, Lao")
    called = {args[0]: take_away.provenance_of(args[1], args[2]).what for args in taken}
    assert called["heatmap"] == "Token premiums over English per line"
    assert called["measures_over_languages"] == "Measures of tokenizers"
    assert called.get("entropy", "Entropy of tokens of GPT-2 in Lao") == "Entropy of tokens of GPT-2 in Lao"


@pytest.mark.parametrize("lines", [1, 3])
def test_the_line_of_the_source_is_clear_of_an_axis_with_a_title_of_several_lines(lines: int) -> None:
    title = "<br>".join(["tokens"] * lines)
    figure_ = go.Figure(go.Scatter(x=[0, 1], y=[0, 1]), {"height": 300, "xaxis2": {"title": title}, "xaxis": {}})
    below = [paper(go.Figure(figure_).update_layout(xaxis2={"title": t}), "text").layout.margin.b for t in ("t", title)]
    assert below[1] - below[0] >= 15 * (lines - 1)


def test_the_same_content_gives_the_same_bytes(taken: list[tuple[Any, ...]]) -> None:
    drawn(find="Thai", counted=["gpt-2"])
    tables, about = all_tables(taken)["heatmap"]
    assert bundle(tables, about, "csv") == bundle(tables, about, "csv")


def test_a_printed_heatmap_is_polygons_of_its_colours() -> None:
    z = np.array([[0.0, 1.0, np.nan], [1.0, 0.0, 0.5]])
    text = [["a", "b", ""], ["c", "d", "e"]]
    cells = go.Heatmap(z=z, zmin=0, zmax=1, colorscale=[[0, "rgb(0,0,0)"], [1, "rgb(200,100,0)"]], text=text,
                       texttemplate="%{text}")  # fmt: skip
    printed = paper(go.Figure(cells, {"height": 200}), "text")
    assert "heatmap" not in {trace.type for trace in printed.data}
    by_colour = {trace.fillcolor: trace.x.count(None) for trace in printed.data if trace.fill == "toself"}
    assert by_colour == {"rgb(0, 0, 0)": 2, "rgb(200, 100, 0)": 2, "rgb(100, 50, 0)": 1}
    numbers = {trace.textfont.color: list(trace.text) for trace in printed.data if trace.mode == "text"}
    assert numbers == {"#000000": ["b", "c"], "#ffffff": ["a", "d", "e"]}  # on orange; on black and brown
    assert any(trace.marker.showscale for trace in printed.data)


def test_names_side_by_side_do_not_lie_on_each_other_in_one_column() -> None:
    axis = {
        "tickvals": list(range(34)),
        "ticktext": [f"n{n}" for n in range(34)],
        "tickangle": -45,
        "range": [-0.5, 33.5],
    }
    figure_ = go.Figure(go.Scatter(x=[0, 33], y=[0, 1]), {"height": 200, "xaxis": axis})
    two, one = (len(paper(figure_, "text", width).layout.xaxis.tickvals) for width in (TWO, ONE))
    assert two == 34 and 15 < one < 30
    beside = figure_.update_layout(yaxis={"tickvals": [0], "ticktext": ["Central Atlas Tamazight"]})
    assert len(paper(beside, "text", ONE).layout.xaxis.tickvals) < one  # names to the left take room as well


@pytest.mark.parametrize(
    ("address", "visited", "link"),
    [
        ("", "http://localhost:8501/premium?find=Thai", ""),
        ("", "http://127.0.0.1:8501/premium", ""),
        ("", "http://[::1]:8501/premium", ""),
        ("", "http://192.168.1.7/premium", ""),
        ("", "http://workstation:8501/premium", ""),
        ("", "https://atlas.example.org/premium?find=Thai", "https://atlas.example.org/premium?find=Thai"),
        (
            "https://a.example.org/",
            "http://localhost:8501/premium?find=Thai",
            "https://a.example.org/premium?find=Thai",
        ),
        ("https://a.example.org/atlas", "http://10.0.0.3/atlas/premium?x=1", "https://a.example.org/atlas/premium?x=1"),
        ("https://a.example.org/atlas", "http://10.0.0.3/premium", "https://a.example.org/atlas/premium"),
    ],
)
def test_a_citation_names_an_address_that_others_reach(
    monkeypatch: pytest.MonkeyPatch, address: str, visited: str, link: str
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_ADDRESS", address)
    assert public_link(visited) == link


def test_the_evidence_calls_a_tokenizer_as_the_page_does() -> None:
    app = opened("premium", premium="Evidence", counted=["gpt-2"], language="deu_Latn")
    views = [one for one in app.main.get("bidi_component") if "token_view" in one.proto.component_name]
    drawn = [unpacked(one.proto.bytes)["data"] for one in views]
    assert drawn and all("GPT-2" in [lane["label"] for lane in each["lanes"]] for each in drawn)
