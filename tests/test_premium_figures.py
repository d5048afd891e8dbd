"""Facts about the figures of the Premium page: what is drawn where, and that a click on it means what it shows."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from math import nan
from pathlib import Path

import numpy as np
import pytest
from plotly.colors import hex_to_rgb, sample_colorscale, unlabel_rgb
from plotly.graph_objects import Figure, Heatmap, Scatter

from components.cached.premium import median_values
from components.charts.cell_numbers import inks
from components.charts.paper import ONE, TWO, PrintWidth, paper
from components.charts.print_room import plot_width
from components.premium import overview
from components.premium.cells import cheaper, rings
from components.premium.context import PremiumContext
from components.premium.heatmap import heatmap
from components.premium.heatmap_in_print import fits_across, heatmap_in_print
from components.premium.map_figure import Country, Window, map_figure, map_in_print, shape, small_ones
from components.premium.scale import colour_scale, log_axis, reach
from components.premium.side_by_side import cells_beside, panel, side_by_side
from components.premium.views.differences import ShownPairs, pairs_figure
from components.premium.views.evidence import ratio_of_sums
from components.premium.views.lorenz_curves import lorenz_figure
from components.premium.views.ranked import ranked_figure, without_number
from components.premium.views.slope import cells_of, changes, slope_figure
from components.premium.views.units import bump_figure, moved_most, parts_figure
from components.premium.views.world import _WINDOWS, RULES, country_table, left_out, not_found, of_found
from components.widgets.colours import OKABE_ITO
from core.counting.table import compact
from core.premium.atlas import shipped_atlas
from core.premium.differences import languages_under
from core.premium.evenness import evenness, with_draws
from core.premium.premium import MAX_UNKNOWN, Per, drawn_premiums, premiums, ranks, resample, telling
from core.premium.workbench import CountFacts
from core.stats.inequality import gini
from core.text.territories import centres, outlines
from tests.tables import table as made_up

KEYS = ("gpt-2", "bert-cased")
CODES = ("eng_Latn", "deu_Latn", "fra_Latn", "fin_Latn", "vie_Latn")


@pytest.fixture(scope="module")
def context() -> PremiumContext:
    table = shipped_atlas(KEYS)
    columns = tuple(range(len(table.languages)))
    return PremiumContext(
        table=table,
        done=np.ones((len(KEYS), len(columns)), np.bool_),
        found=premiums(table, "eng_Latn"),
        keys=KEYS,
        rows=(0, 1),
        columns=columns,
        sort="Premium",
        part="",
        colours=("#000000", "#111111"),
        dark=False,
        corpus="",
        stamp="",
        counting=CountFacts("", (), ""),
        premiums=partial(premiums, table, "eng_Latn"),
    )


def column(context: PremiumContext, code: str) -> int:
    return context.table.language(code)


@pytest.mark.parametrize("across", [True, False])
def test_each_cell_of_the_heatmap_has_a_point_that_says_its_number(context: PremiumContext, across: bool) -> None:
    figure = heatmap(context, across)
    points = figure.data[-1]
    n = column(context, "mya_Mymr")
    where = (n, 0) if across else (0, n)
    at = [k for k, place in enumerate(zip(points.x.tolist(), points.y.tolist(), strict=True)) if place == where]
    assert at == [n]  # row after row, as the cells are listed for clicks
    assert points.customdata[n].startswith("Burmese costs GPT-2 16.8 times")
    assert len(points.x) == 2 * 204


def test_masked_cells_are_hatched_and_say_why(context: PremiumContext) -> None:
    figure = heatmap(context, across=True)
    n = column(context, "tha_Thai")
    hatch = next(trace for trace in figure.data if trace.type == "scatter" and trace.marker.symbol == "line-ne")
    assert (n, 1) in set(zip(hatch.x, hatch.y, strict=True))
    assert np.isnan(figure.data[0].z[1][n])
    assert (
        f"{100 * context.found.unknown_share[1, n]:.0f} % of the tokens are unknown"
        in figure.data[-1].customdata[204 + n]
    )
    assert context.found.unknown_share[1, n] > MAX_UNKNOWN


def test_a_language_that_is_not_counted_yet_is_not_called_masked(context: PremiumContext) -> None:
    """A text of the user's was called masked in every language until the first was counted."""
    thai, english, german = (column(context, code) for code in ("tha_Thai", "eng_Latn", "deu_Latn"))
    some = replace(context, columns=(thai, german))
    assert without_number(some, 1) == "1 masked, over 10 % unknown tokens" and without_number(some, 0) == ""
    for uncounted, said in ([german, english], "2 not counted yet"), ([german], "1 not counted yet, 1 masked, over"):
        done, value = np.ones_like(context.done), context.found.value.copy()
        done[1, uncounted] = False
        value[1, [german, english]] = np.nan
        waiting = replace(some, done=done, found=replace(context.found, value=value))
        assert without_number(waiting, 1).startswith(said)
        assert not waiting.why_none(1, german).startswith("Masked")
    assert some.why_none(1, thai).startswith("Masked: Thai with")


@pytest.mark.parametrize("width", [280, 600])
def test_the_legend_of_lorenz_curves_stands_above_them(width: int) -> None:
    """On a phone and in one column of a paper it lay on the curves."""
    figure = lorenz_figure(["a long name of a tokenizer"] * 8, [np.array([1.0, 3.0])] * 8, ["#000"] * 8)
    legend, rows = figure.layout.legend, -(-8 * 230 // width)
    assert legend.orientation == "h" and legend.y >= 1 and legend.yanchor == "bottom"
    assert figure.layout.height - figure.layout.margin.t - 19 * max(0, rows - 4) > 250, "curves keep their room"


def test_the_axis_of_ratios_is_even_in_doublings() -> None:
    axis = log_axis(0.6, 8.0, "")
    assert axis["type"] == "log"
    assert axis["tickvals"] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
    assert axis["ticktext"] == ["½", "1", "2", "4", "8", "16"]


def test_ranked_dots_have_their_intervals_and_bands_join_what_is_not_told_apart() -> None:
    value, low, high = np.array([3.0, 2.9, 1.0]), np.array([2.8, 2.7, 0.9]), np.array([3.2, 3.1, 1.1])
    apart, from_base = np.array(["open", "small"]), np.array(["differs", "small", "same"])
    figure = ranked_figure("abc", (value, low, high), "xyz", from_base, apart, "#000", "t")
    band, dots, small, numbers = figure.data
    assert list(band.x) == [3.0, 2.9, None] and list(band.y) == [0, 1, None]
    assert list(small.x) == [2.9, 1.0, None] and small.line.dash == "dot"
    assert np.allclose(dots.error_x.array, high - value) and np.allclose(dots.error_x.arrayminus, value - low)
    assert list(dots.marker.symbol) == ["circle", "circle", "circle-open"]
    assert list(numbers.x) == [2.8, 2.7, 1.1], "a number stands beyond its interval, not on it"


def cells_match(figure: Figure, cells: dict[int, Sequence[tuple[int, int]]]) -> None:
    for trace, listed in cells.items():
        assert len(figure.data[trace].x) == len(listed)


def test_intervals_of_ranked_dots_lie_within_the_axis_and_its_title_within_a_phone() -> None:
    value = np.array([1.66, 1.3, 1.02])
    title = "Mistral Tekken 240718: tokens per character, × Norwegian Bokmål"
    apart = np.full(2, "differs")
    figure = ranked_figure(
        "abc", (value, value * 0.8, value * 1.3), ["x"] * 3, np.full(3, "differs"), apart, "#000", title
    )
    low, high = (10**end for end in figure.layout.xaxis.range)
    assert low < value.min() * 0.8 and value.max() * 1.3 < high
    assert max(map(len, figure.layout.xaxis.title.text.split("<br>"))) <= 32


def test_slope_lines_and_clicks_go_together_and_dots_mark_what_is_not_told_apart() -> None:
    value = np.array([[4.0, 2.0, 1.5], [2.0, 2.0, 1.4]])
    apart = np.array([True, False, True])
    figure = slope_figure(["old", "new"], "abc", value, apart, [0], "t")
    cells = cells_of([[(0, c), (1, c)] for c in range(3)], apart, [0])
    cells_match(figure, cells)
    assert figure.data[1].line.dash == "dot" and list(figure.data[1].y) == [2.0, 2.0, None]
    assert cells[2] == [(0, 0), (1, 0)] and list(figure.data[2].y) == [4.0, 2.0]


def test_units_draw_the_dearest_on_top_and_the_factors_multiply_to_the_premium() -> None:
    value = np.array([[4.0, 2.0, 1.0], [1.0, 2.0, 4.0], [4.0, 2.0, 1.0]])
    rank = np.stack([ranks(row) for row in value])
    figure = bump_figure("abc", value, rank, moved_most(rank)[:1])
    assert list(figure.data[1].y) == [1, 3, 1]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    parts = np.array([[0.5], [3.0], [2.0]])
    bars = parts_figure(["a"], parts, parts.prod(0), "t").data
    assert np.isclose(sum(bar.x[0] for bar in bars[:3]), bars[3].x[0])


@pytest.mark.parametrize("per", ["line", "byte"])
def test_how_even_languages_are_has_an_interval_of_the_draws_of_premiums(per: Per) -> None:
    table = shipped_atlas(KEYS).select(languages=CODES)
    drawn = drawn_premiums(resample(table), "eng_Latn", per)
    assert drawn is not None
    each = [float(gini(drawn[0, :, n].astype(float))) for n in range(drawn.shape[2])]
    low, high = np.quantile(each, [0.025, 0.975])
    found = evenness(shipped_atlas(KEYS), 0, CODES, "eng_Latn", per)["Gini"]
    assert (found.low, found.high) == pytest.approx((low, high)) and found.low < found.number < found.high


def test_evenness_and_medians_leave_out_what_is_masked_and_few_sentences_have_no_interval() -> None:
    table = shipped_atlas(KEYS)
    value, drawn = with_draws(table, 1, ["tha_Thai", "deu_Latn", "fra_Latn"], "eng_Latn", "line")
    assert np.isnan(value[0]) and drawn is not None and drawn.shape == (1000, 3)
    both = [evenness(table, 1, codes, "eng_Latn") for codes in (["tha_Thai", *CODES[:3]], list(CODES[:3]))]
    assert both[0] == both[1]
    few = evenness(made_up(np.arange(1, 19).reshape(1, 3, 6)), 0, ["b", "c"], "a")
    assert few["Gini"].number > 0 and np.isnan(few["Gini"].low)


def test_the_mark_of_a_group_and_the_table_of_a_change_say_how_sure_they_are() -> None:
    codes = (("deu_Latn", "fra_Latn", "spa_Latn"), ("eng_Latn",))
    large, alone = median_values("test", shipped_atlas(KEYS), 0, codes, "eng_Latn", "line")
    assert large.low < large.number < large.high and (alone.low, alone.number, alone.high) == (1, 1, 1)
    ends = np.array([0.4]), np.array([0.6])
    assert changes(["a", "b"], ["x"], np.array([[4.0], [2.0]]), ends, ["differs"])[["Low", "High"]].values.tolist() == [
        [0.4, 0.6]
    ]


def test_the_map_starts_with_dots_since_a_first_trace_of_countries_would_fetch_a_base_map() -> None:
    countries = [Country("BR", "Brazil", 0, 1.0, 2.0, ""), Country("SG", "Singapore", 0, 1.0, nan, "")]
    figure = map_figure(countries, ((-170, 190), (-56, 84)), False)
    assert [trace.type for trace in figure.data[:2]] == ["scattergeo", "choropleth"]
    assert small_ones(countries) == [1] and list(figure.data[0].marker.symbol) == ["x-thin-open"]
    z = dict(zip(figure.data[1].locations, figure.data[1].z, strict=True))
    assert z["BR"] == 1.0 and figure.data[1].zmin < z["SG"] < figure.data[1].zmin + 1
    assert not figure.layout.geo.showland and not figure.layout.geo.showcountries


@pytest.mark.parametrize("rule", RULES)
def test_a_country_has_the_premium_of_its_language(context: PremiumContext, rule: str) -> None:
    found = {one.code: one for one in RULES[rule](context, 0)}
    burmese = float(context.found.value[0, column(context, "mya_Mymr")])
    if rule == "Its main language":
        assert found["MM"].premium == burmese
        assert found["MM"].column == column(context, "mya_Mymr")
        assert found["NG"].ties and "as many use" in found["NG"].words and found["ET"].premium > 1
        assert "JM" not in found and "English" in left_out(context, 0, list(found.values()))["JM"]
    elif rule == "Its dearest language":
        assert found["MM"].premium >= burmese  # Shan is dearer, and over 1 % speak it
        assert found["MM"].column == column(context, "shn_Mymr")
    elif rule == "Its most used language":
        assert found["ET"].column == column(context, "eng_Latn")
    else:
        values = context.found.value[0]
        assert np.nanmin(values) <= found["MM"].premium <= np.nanmax(values)
    table = country_table(context, 0, list(found.values()))
    assert list(table["Premium"].dropna()) == sorted(table["Premium"].dropna(), reverse=True)
    assert "Shan" in table.set_index("Country").loc["Myanmar (Burma)", "All its languages"]


@pytest.mark.parametrize("rule", RULES)
def test_a_search_leaves_a_country_its_language_or_leaves_it_out(context: PremiumContext, rule: str) -> None:
    """Looking for German does not make German the main language of the Netherlands, where 71 % know it."""
    every = RULES[rule](context, 0)
    searched = replace(context, columns=tuple(column(context, code) for code in ("deu_Latn", "eng_Latn", "hin_Deva")))
    found = of_found(searched, RULES[rule](searched, 0))
    assert found and set(found) < set(every) and {one.column for one in found} <= set(searched.columns)
    assert {one.code for one in found} | set(not_found(searched, every)) == {one.code for one in every}
    if rule == "Its main language":
        assert {"DE", "IN"} <= {one.code for one in found} and "Dutch" in not_found(searched, every)["NL"]
    assert "Marathi" in country_table(searched, 0, every).set_index("Country").loc["India", "All its languages"]


def test_a_language_against_the_base_per_byte_gives_the_premium_per_byte() -> None:
    table = shipped_atlas(["gpt-2"])
    found = languages_under(table, 0, "byte")
    pair = table.language("tha_Thai"), table.language("eng_Latn")
    premium = premiums(table, "eng_Latn", "byte").value[0, table.language("tha_Thai")]
    assert np.isclose(found.ratio[pair], premium) and found.low[pair] < premium < found.high[pair]


def test_telling_sentences_leave_out_missing_and_short_ones() -> None:
    told = telling(np.array([50, 10, 20, 0, 9]), np.array([2, 10, 10, 10, 10]), most=2)
    assert told.worst == (2, 1) and told.best == (4, 1)


def test_the_line_among_the_ratios_is_the_premium_where_sentences_are_missing() -> None:
    table = made_up([[[10, 10, 10], [30, 0, 30]]], n_bytes=compact(np.array([[5, 5, 5], [5, 0, 5]])))
    assert ratio_of_sums(table, 0, 1, 0) == premiums(table, "a").value[0, 1] == 3.0


@pytest.mark.parametrize("dark", [False, True])
def test_a_country_without_a_number_has_not_the_colour_of_one(dark: bool) -> None:
    low, high = reach(1.0)
    figure = map_figure([Country("BR", "Brazil", 0, 1.0, 2.0, "")], ((-170, 190), (-56, 84)), dark)
    grey = _rgb(figure.data[1].colorscale[0][1])
    at_one = [_rgb(shade) for at, shade in colour_scale(low, high, dark) if abs(low + at * (high - low)) < 1e-9]
    assert len(at_one) == 1 and max(abs(x - y) for x, y in zip(at_one[0], grey, strict=True)) > 25


@pytest.mark.parametrize("colour", OKABE_ITO)
def test_lines_are_seen_on_a_dark_ground(colour: str) -> None:
    """The ground of the dark theme is #11151c; WCAG 2.2, success criterion 1.4.11, asks for 3 to 1."""
    light, ground = (_luminance(hex_to_rgb(one)) + 0.05 for one in (colour, "#11151c"))
    assert light / ground > 3.5


def _luminance(rgb: Sequence[float]) -> float:
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in rgb]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def test_lines_lie_in_countries_without_a_number_and_triangles_on_those_that_cost_less() -> None:
    countries = [Country("BR", "Brazil", 0, 1.0, 0.5, ""), Country("IN", "India", 0, 1.0, 2.0, "")]
    countries.append(Country("ZA", "South Africa", 0, 1.0, nan, ""))
    lines, triangles = map_figure(countries, ((-170, 190), (-56, 84)), False).data[2:]
    assert (list(triangles.lon), list(triangles.lat)) == ([centres()["BR"][0]], [centres()["BR"][1]])
    known = {one["id"]: one["geometry"]["coordinates"] for one in outlines()["features"]}
    ends = [n for n, x in enumerate(lines.lon) if x is None]
    middles = [
        ((lines.lon[n] + lines.lon[n + 1]) / 2, (lines.lat[n] + lines.lat[n + 1]) / 2)
        for n in [0, *(end + 1 for end in ends[:-1])]
    ]
    assert len(middles) > 500
    assert not any(_within(known[code], *point) for point in middles for code in ("BR", "IN"))
    for code in ("ZA", "CN", "RU", "GL"):
        assert any(_within(known[code], *point) for point in middles), code


def _within(polygons: list[list[list[list[float]]]], x: float, y: float) -> bool:
    """Whether a point lies in any of the polygons, holes left out, by counting edges to its right."""
    return any(
        sum(
            (a[1] > y) != (b[1] > y) and x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0])
            for ring in polygon
            for a, b in pairwise(ring)
        )
        % 2
        for polygon in polygons
    )


def _rgb(shade: str) -> tuple[float, ...]:
    return unlabel_rgb(shade) if shade.startswith("rgb") else hex_to_rgb(shade)


@pytest.mark.parametrize("width", [ONE, TWO])
def test_every_language_is_named_in_print_and_keeps_its_row(context: PremiumContext, width: PrintWidth) -> None:
    drawn = heatmap_in_print(context, width)
    figure = paper(drawn, "text", width)
    assert {trace.type for trace in figure.data} == {"scatter"}  # vectors alone
    named = [one.text for one in figure.layout.annotations]
    assert sorted(set(named) - {context.label(0), context.label(1)}) == sorted(
        context.language(column) for column in context.columns
    )
    cells = drawn.data[0]
    at = next(one for one in figure.layout.annotations if one.text == "Burmese")
    shown = cells.z[int(at.y)][int(at.x + 0.7) : int(at.x + 0.7) + 2]
    assert np.allclose(2 ** np.array(shown), context.found.value[:, column(context, "mya_Mymr")], equal_nan=True)
    bottom, top = figure.layout.yaxis.range
    assert all(top <= one.y <= bottom for one in figure.layout.annotations)  # plotly hides those outside


def numbers_in(figure: Figure) -> dict[tuple[int, int], tuple[str, str]]:
    """Text and colour of the number in each cell, by column and row."""
    return {
        (int(x), int(y)): (text, trace.textfont.color)
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "text"
        for x, y, text in zip(trace.x, trace.y, trace.text, strict=True)
    }


def test_numbers_stand_in_cells_where_there_is_room(context: PremiumContext) -> None:
    few = replace(context, columns=context.columns[:6])
    assert numbers_in(heatmap(few, across=True)) and not numbers_in(heatmap(context, across=True))
    assert numbers_in(heatmap(context, across=False))[0, column(context, "mya_Mymr")][0] == "16.8"


def contrast(a: str, b: str) -> float:
    """Source: WCAG 2.2."""

    def luminance(shade: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in _rgb(shade))]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted(map(luminance, (a, b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_a_number_is_read_on_every_colour_of_a_cell(dark: bool) -> None:
    """On the screen and in print, by the colour that is drawn between two of the scale's."""
    ratio = np.exp2(np.linspace(-2.2, 2.2, 13 * 13)).reshape(13, 13)
    said = np.full(ratio.shape, "differs")
    figure = pairs_figure("abcdefghijklm", ShownPairs(ratio, ratio, ratio, ratio, said, 0.01), dark)
    for shown in (figure, paper(figure, "text")):
        found = numbers_in(shown)
        assert len(found) == ratio.size
        for (x, y), (_, ink) in found.items():
            at = min(1.0, max(0.0, (float(np.log2(ratio[y, x])) + 2) / 4))
            (ground,) = sample_colorscale([list(stop) for stop in colour_scale(-2, 2, dark)], [at])
            assert contrast(ink, ground) >= 4.5, (ratio[y, x], ink, ground)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("made", [cheaper, rings])
def test_a_mark_is_seen_on_every_colour_of_a_cell(made: Callable[..., Sequence[Scatter]], dark: bool) -> None:
    """A triangle on dark blue-green was not, in the light theme."""
    value = np.exp2(np.linspace(-4, -0.05, 60)).reshape(1, -1)
    cells = Heatmap(z=np.log2(value), zmin=-4, zmax=4, colorscale=colour_scale(-4, 4, dark))
    marks = made(value if made is cheaper else value < 1, inks(cells))
    assert sum(len(trace.x) for trace in marks) == value.size
    for trace in marks:
        for x in trace.x:
            at = (float(np.log2(value[0, int(x)])) + 4) / 8
            (ground,) = sample_colorscale([list(stop) for stop in colour_scale(-4, 4, dark)], [at])
            assert contrast(trace.marker.color, ground) >= 3, (value[0, int(x)], ground)


@pytest.mark.parametrize("width", [ONE, TWO])
@pytest.mark.parametrize("n", [3, 10, 20, 26])
def test_numbers_in_print_keep_to_their_cells(context: PremiumContext, n: int, width: PrintWidth) -> None:
    few = replace(context, columns=context.columns[:n])
    drawn = heatmap(few, across=True) if fits_across(few, width) else heatmap_in_print(few, width)
    printed = paper(drawn, "text", width)
    span = abs(printed.layout.xaxis.range[1] - printed.layout.xaxis.range[0])
    texts = [trace for trace in printed.data if trace.mode == "text"]
    assert texts
    for trace in texts:
        widest = 0.6 * trace.textfont.size * max(map(len, trace.text))
        assert trace.textfont.size >= 7.5 and widest <= plot_width(printed, width.pixels) / span
    scale = drawn.data[0].colorbar.len
    assert drawn.data[0].colorbar.lenmode != "pixels" or scale <= printed.layout.height - 40


@pytest.mark.parametrize("window", _WINDOWS.values(), ids=_WINDOWS)
def test_a_printed_map_is_as_high_as_its_part_of_the_world(window: Window) -> None:
    countries = [Country("SG", "", 0, 1.0, 2.0, "")]
    two, one = (map_in_print(countries, window, width.pixels) for width in (TWO, ONE))
    (west, east), (south, north) = window
    assert 0.7 < shape(window) / ((north - south) / (east - west)) < 1.6
    assert one.layout.height <= two.layout.height <= 480 + 44
    assert one.data[0].marker.size < two.data[0].marker.size <= map_figure(countries, window, False).data[0].marker.size


def test_a_dot_of_each_tokenizer_leads_to_its_own_cell(context: PremiumContext) -> None:
    rows, columns = [0, 1], list(range(5))
    words = [[context.sentence(row, c) for c in columns] for row in rows]
    one = panel("t", context.found, rows, columns, words)
    figure = side_by_side("abcde", ["GPT-2", "BERT"], context.colours, [one, one])
    cells = cells_beside(rows, columns, 2)
    cells_match(figure, cells)
    for trace, listed in cells.items():
        assert list(figure.data[trace].customdata) == [context.sentence(*cell) for cell in listed]
    assert len({trace.marker.symbol for trace in figure.data if trace.mode == "markers"}) == 2


@pytest.mark.parametrize(("low", "high"), [(7.4, 18.7), (1.01, 1.06), (3.0, 3.1), (0.5, 1.9), (0.02, 40.0)])
def test_an_axis_keeps_to_its_numbers_and_has_two_marks_among_them(low: float, high: float) -> None:
    axis = log_axis(low, high, "")
    ends = 10 ** np.array(axis["range"])
    assert low / 1.12 < ends[0] < low and high < ends[1] < high * 1.12
    assert sum(ends[0] <= at <= ends[1] for at in axis["tickvals"]) >= 2


def test_slanted_lines_mean_no_number_and_a_ring_no_difference() -> None:
    ratio = np.array([[nan, 1.01], [1 / 1.01, nan]])
    said = np.array([["open", "open"], ["open", "open"]])
    alike = pairs_figure("ab", ShownPairs(ratio, ratio, ratio, ratio, said, 0.01), False)
    symbols = [trace.marker.symbol for trace in alike.data if trace.type == "scatter"]
    assert "circle-open" in symbols and "line-ne" not in symbols
    absent = np.full((2, 2), nan)
    figure = pairs_figure("ab", ShownPairs(absent, absent, absent, absent, said, 0.01), False)
    assert "line-ne" in [trace.marker.symbol for trace in figure.data if trace.type == "scatter"]


@pytest.mark.parametrize("n", [30, 55, 90])
def test_names_under_a_heatmap_that_a_phone_scrolls_do_not_lie_on_each_other(context: PremiumContext, n: int) -> None:
    some = replace(context, columns=context.columns[:n])
    shown = heatmap(some, True).layout.xaxis.ticktext
    _, with_cells = overview._least_widths(some, True)
    assert (with_cells - overview._NAMES) / len(shown) >= 14


def test_whole_numbers_in_sentences_of_the_page_are_written_in_one_way() -> None:
    exported = {"take_away.py"}  # LaTeX and BibTeX write groups with commas
    files = [path for path in Path("components/premium").rglob("*.py") if path.name not in exported]
    commas = re.compile(r"\{[^{}]*:,(?:\.0f)?\}")
    assert len(files) > 30 and {path.name: found for path in files if (found := commas.findall(path.read_text()))} == {}
