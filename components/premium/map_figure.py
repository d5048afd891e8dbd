"""The figure of the map: countries in the colours of premiums, drawn from the outlines in `data/countries` alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, isnan, log2, nan, radians, sin, sqrt
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import finish
from components.premium.map_signs import cheaper_countries, hatched_countries
from components.premium.scale import colour_scale, reach, ticks
from core.text.territories import centres, outlines

Span = tuple[float, float]
Window = tuple[Span, Span]  # of longitudes and of latitudes, degrees

_HEIGHT = 480
_SCALE = 44  # pixels of the scale of colours and its numbers, below
_LINES = 90  # slanted lines across a map
_DOT, _LEAST_DOT = 8, 4  # pixels
_SMALL = 2.0  # degrees; smaller countries get a dot, about five pixels wide
_NOTHING = {False: "rgb(205,209,217)", True: "rgb(72,79,92)"}  # plainly not the colour of 1×
_MASKED = {False: "rgb(160,165,174)", True: "rgb(120,127,140)"}
_BORDER = {False: "rgb(150,156,166)", True: "rgb(104,112,126)"}
_RIM = {False: "rgb(90,96,108)", True: "rgb(200,206,216)"}  # of a dot
_SPEAKS = {
    "unselected": {"marker": {"opacity": 1}},
    "hovertemplate": "%{customdata}<extra></extra>",
}
_BARE = dict.fromkeys(("showland", "showcoastlines", "showcountries", "showlakes", "showocean"), False)


@dataclass(frozen=True)
class Country:
    """A country on the map.

    Args:
        code, name: two letters; in English.
        ties: languages that as many use as the one chosen.
        column: the language that a click leads to.
        share: of its people who use that language, NaN if unknown.
        premium: by the rule chosen, NaN if masked.
        words: for the hover.
    """

    code: str
    name: str
    column: int
    share: float
    premium: float
    words: str
    ties: tuple[str, ...] = ()


def map_figure(
    countries: Sequence[Country], window: Window, dark: bool, reasons: Mapping[str, str] = MappingProxyType({})
) -> go.Figure:
    """Countries in the colours of premiums on an equal-area map.

    plotly fetches a base map from elsewhere as soon as the first trace of a map names countries. The first one here is
    the dots, which have coordinates, so nothing is fetched; a browser test watches over that.

    Args:
        reasons: why a country that is not among them has no number, by code.

    >>> figure = map_figure([Country("SG", "Singapore", 0, 1.0, 2.0, "")], ((-170, 190), (-56, 84)), False)
    >>> figure.data[0].type, figure.data[1].locations[0], figure.data[1].z[0]
    ('scattergeo', 'SG', 1.0)
    """
    without = _without(countries, reasons)
    doublings = [_doublings(one) for one in countries]
    ends = reach(2 ** float(np.nanmin([0.0, *doublings])))
    traces = [
        _dots(countries, ends, dark),
        _areas(countries, without, ends, dark),
        *_signs(countries, without, window, dark),
    ]
    figure = finish(go.Figure(traces), _HEIGHT, margin={"l": 4, "r": 4, "t": 8, "b": _SCALE})
    figure.update_geos(
        projection_type="equal earth",
        lonaxis_range=window[0],
        lataxis_range=window[1],
        showframe=False,
        bgcolor="rgba(0,0,0,0)",
        **_BARE,
    )
    return figure


def map_in_print(
    countries: Sequence[Country], window: Window, pixels: int, reasons: Mapping[str, str] = MappingProxyType({})
) -> go.Figure:
    """The same in light, as high as the map is on so many pixels, with signs of a size that goes with it."""
    figure = map_figure(countries, window, False, reasons)
    dot = max(_LEAST_DOT, min(_DOT, pixels / 110))
    figure.update_traces(marker_size=dot, marker_line_width=dot / _DOT, selector=0)
    figure.update_traces(marker_size=dot * 0.8, selector=len(figure.data) - 1)
    height = min(_HEIGHT, shape(window) * (pixels - 28)) + _SCALE
    return figure.update_layout(height=height)


def shape(window: Window) -> float:
    """Height of a part of the map over its width. Source: Šavrič et al. 2018, The Equal Earth map projection.

    >>> round(shape(((-180, 180), (-90, 90))), 3)
    0.487
    """
    (west, east), (south, north) = window
    widest = min(max(0.0, south), north)  # the latitude nearest to the equator
    return (_equal_earth(north)[1] - _equal_earth(south)[1]) / (radians(east - west) * _equal_earth(widest)[0])


def _equal_earth(latitude: float) -> tuple[float, float]:
    """Units across per radian of longitude there, and how far up it lies."""
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
    slope = 9 * d * t**8 + 7 * c * t**6 + 3 * b * t**2 + a
    return 2 * sqrt(3) * cos(t) / (3 * slope), d * t**9 + c * t**7 + b * t**3 + a * t


def _doublings(one: Country) -> float:
    return nan if isnan(one.premium) else log2(one.premium)


def _dots(countries: Sequence[Country], ends: tuple[int, int], dark: bool) -> go.Scattergeo:
    """A dot per country that is too small to see or has no number, and the scale of colours."""
    dotted = [countries[n] for n in small_ones(countries)]
    masked = [isnan(one.premium) for one in dotted]
    return go.Scattergeo(
        lon=[centres()[one.code][0] for one in dotted],
        lat=[centres()[one.code][1] for one in dotted],
        mode="markers",
        marker={
            "size": _DOT,
            "symbol": ["x-thin-open" if one else "circle" for one in masked],
            "color": [ends[0] if isnan(one.premium) else _doublings(one) for one in dotted],
            "cmin": ends[0],
            "cmax": ends[1],
            "colorscale": colour_scale(*ends, dark),
            "showscale": True,
            "line": {"color": _RIM[dark], "width": 1},
            "colorbar": _colour_bar(countries, ends),
        },
        customdata=[one.words for one in dotted],
        **_SPEAKS,
    )


def _colour_bar(countries: Sequence[Country], ends: tuple[int, int]) -> dict[str, object]:
    marks, texts = ticks(*ends)
    if np.nanmax([0.0, *map(_doublings, countries)]) > ends[1]:
        texts[-1] = f"over {texts[-1]}"
    return {
        "tickvals": marks,
        "ticktext": [f"{text}×" for text in texts],
        "orientation": "h",
        "thickness": 10,
        "len": 0.6,
        "y": -0.02,
        "yanchor": "top",
        "outlinewidth": 0,
    }


def _areas(
    countries: Sequence[Country], without: Sequence[tuple[str, str]], ends: tuple[int, int], dark: bool
) -> go.Choropleth:
    """The outlines; one step below the scale is for countries without a number."""
    low, high = ends
    drawn = [one for one in countries if one.code in centres()]
    shades = [low - 0.25 if isnan(one.premium) else min(max(_doublings(one), low), high) for one in drawn]
    return go.Choropleth(
        geojson=outlines(),
        locations=[one.code for one in drawn] + [code for code, _ in without],
        z=shades + [low - 0.75] * len(without),
        zmin=low - 1,
        zmax=high,
        colorscale=_with_greys(ends, dark),
        showscale=False,
        marker={"line": {"color": _BORDER[dark], "width": 0.5}},
        customdata=[one.words for one in drawn] + [words for _, words in without],
        **_SPEAKS,
    )


def _with_greys(ends: tuple[int, int], dark: bool) -> list[tuple[float, str]]:
    """The scale with one more step below: half of it for countries without a language, half for masked ones.

    >>> [shade for _, shade in _with_greys((-1, 4), False)[:4]] == [_NOTHING[False]] * 2 + [_MASKED[False]] * 2
    True
    """
    n = ends[1] - ends[0] + 1
    grey = [(0, _NOTHING[dark]), (0.5 / n, _NOTHING[dark]), (0.5 / n, _MASKED[dark]), (1 / n, _MASKED[dark])]
    return grey + [((1 + at * (n - 1)) / n, shade) for at, shade in colour_scale(*ends, dark)]


def _signs(
    countries: Sequence[Country], without: Sequence[tuple[str, str]], window: Window, dark: bool
) -> list[go.Scattergeo]:
    """Lines where there is no number, and triangles on what costs less."""
    masked = [one.code for one in countries if one.code in centres() and isnan(one.premium)]
    step = (window[0][1] - window[0][0]) / _LINES
    return [
        hatched_countries([*masked, *(code for code, _ in without)], step, dark),
        cheaper_countries([one.code for one in countries], [one.premium for one in countries]),
    ]


def _without(countries: Sequence[Country], reasons: Mapping[str, str]) -> list[tuple[str, str]]:
    """(id, words for the hover) of the outlines of countries that have no number."""
    known = {one.code for one in countries}
    return [
        (f["id"], f"<b>{f['properties']['name']}</b><br>{reasons.get(f['id'], 'no language found here is counted')}")
        for f in outlines()["features"]
        if f["id"] not in known
    ]


def small_ones(countries: Sequence[Country]) -> list[int]:
    """Places of the countries that get a dot: too small to see, or masked, so that grey is not their only mark.

    >>> small_ones([Country("SG", "", 0, 1.0, 1.0, ""), Country("BR", "", 0, 1.0, 1.0, "")])
    [0]
    """
    return [n for n, one in enumerate(countries) if one.code in centres() and _dotted(one)]


def _dotted(one: Country) -> bool:
    return centres()[one.code][2] < _SMALL or isnan(one.premium)
