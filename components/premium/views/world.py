"""A map of the world: each country coloured by what its language costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, log2, nan

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import Chart, finish
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import Cell, show
from components.premium.scale import colour_scale, reach, ticks, times
from components.widgets.view import View
from core.text.territories import SOURCES, SpokenLanguage, centres, outlines, spoken_in, territories

_LEAST = 0.01  # share of a country's people that a language must have to be its dearest
_SMALL = 2.0  # degrees; smaller countries get a dot, about five pixels wide
_WINDOWS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "World": ((-170, 190), (-56, 84)),
    "Africa": ((-20, 54), (-36, 39)),
    "Americas": ((-130, -32), (-56, 60)),
    "Asia": ((33, 150), (-12, 56)),
    "Europe": ((-26, 46), (34, 71)),
    "Oceania": ((108, 184), (-48, 16)),
}
_NOTHING = {False: "rgb(238,240,244)", True: "rgb(30,36,46)"}
_MASKED = {False: "rgb(205,208,214)", True: "rgb(92,98,110)"}
_BORDER = {False: "rgb(150,156,166)", True: "rgb(104,112,126)"}


@dataclass(frozen=True)
class Country:
    """A country on the map.

    Args:
        code, name: two letters; in English.
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


def draw(context: PremiumContext) -> None:
    """The map by one of three rules."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        rule = st.selectbox(
            "A country's colour is of",
            list(RULES),
            key="map_rule",
            width=230,
            bind="query-params",
            help="Main: the language that most of its people use. Dearest: of those that at least 1 % use. Mean: "
            "geometric, weighted by the shares of people.",
        )
        window = st.selectbox("Part", list(_WINDOWS), key="map_part", width=130, bind="query-params")
    countries = RULES[rule](context, row)
    if not countries:
        st.info("None of the languages found is counted in any country.", icon=":material/public_off:")
        return
    known = [one for one in countries if not isnan(one.premium)]
    ends = [f"{one.name} {times(one.premium)}" for one in (sorted(known, key=lambda c: -c.premium) or countries)]
    cells: list[Cell] = [(row, one.column) for one in countries]
    small = small_ones(countries)
    chart = Chart(
        "map",
        map_figure(countries, _WINDOWS[window], context.dark),
        f"World map of premiums with {context.label(row)} over {context.base_label}, by the rule: {rule.lower()}. "
        f"{len(known)} countries; dearest {ends[0]}, cheapest {ends[-1]}.",
        lambda: country_table(context, row, countries),
        {
            "Country": st.column_config.TextColumn(pinned=True),
            "Share": st.column_config.NumberColumn(
                format="percent", help="Of its people who use the language, as a first or later one (CLDR)."
            ),
            "Premium": st.column_config.NumberColumn(format="%.2f", help=f"{context.axis}, by the rule chosen."),
        },
        {
            0: [cells[n] for n in small],
            1: [cell for cell, one in zip(cells, countries, strict=True) if one.code in centres()],
        },
        lambda light: map_figure(countries, _WINDOWS[window], light.dark),
    )
    show(chart, context, "Token premiums by country")
    st.caption(
        f"{_ABOUT[rule]} Where a country has several languages, no one colour is its own: the table has them by "
        "country. Dots are countries too small to see; grey ones have no language in the text, grey with a cross is "
        f"masked. Borders are as Natural Earth draws them. {SOURCES}"
    )


_ABOUT = {
    "Its main language": "The colour is the premium of the language that most people of a country use, of those in "
    "the text.",
    "Its dearest language": "The colour is the premium of the dearest language that at least 1 % of a country's people "
    "use, of those in the text.",
    "The mean of its languages": "The colour is the geometric mean of the premiums of a country's languages in "
    "the text, weighted by the share of people who use each.",
}


def main_language(context: PremiumContext, row: int) -> list[Country]:
    """Each country by the language that most of its people use."""
    return _countries(context, row, lambda spoken, value: value[0])


def dearest_language(context: PremiumContext, row: int) -> list[Country]:
    """Each country by the dearest of its languages that 1 % of its people use."""

    def dearest(spoken: Sequence[SpokenLanguage], value: Sequence[float]) -> float:
        counted = [v for one, v in zip(spoken, value, strict=True) if one.share >= _LEAST and not isnan(v)]
        return max(counted, default=nan)

    return _countries(context, row, dearest)


def mean_language(context: PremiumContext, row: int) -> list[Country]:
    """Each country by the weighted geometric mean of its languages."""

    def mean(spoken: Sequence[SpokenLanguage], value: Sequence[float]) -> float:
        counted = [(one.share, v) for one, v in zip(spoken, value, strict=True) if one.share > 0 and not isnan(v)]
        total = sum(share for share, _ in counted)
        return float(2 ** (sum(share * log2(v) for share, v in counted) / total)) if total else nan

    return _countries(context, row, mean)


RULES: dict[str, Callable[[PremiumContext, int], list[Country]]] = {
    "Its main language": main_language,
    "Its dearest language": dearest_language,
    "The mean of its languages": mean_language,
}


def _countries(
    context: PremiumContext, row: int, rule: Callable[[Sequence[SpokenLanguage], Sequence[float]], float]
) -> list[Country]:
    column_by_code = {context.table.languages[column]: column for column in context.columns}
    found = []
    for code, name in territories().items():
        spoken = [one for one in spoken_in(code) if one.code in column_by_code]
        if not spoken:
            continue
        value = [float(context.found.value[row, column_by_code[one.code]]) for one in spoken]
        premium = rule(spoken, value)
        place = value.index(premium) if premium in value else 0
        column = column_by_code[spoken[place].code]
        share = spoken[place].share
        of = "" if isnan(share) else f", used by {100 * share:.0f} %"
        others = ", ".join(context.language(column_by_code[one.code]) for one in spoken if one != spoken[place])
        words = f"<b>{name}</b>{of}<br>{context.sentence(row, column)}"
        if not isnan(premium) and premium not in value:
            words = f"<b>{name}</b><br>mean of {len(spoken)} languages: {times(premium)}"
        found.append(
            Country(code, name, column, share, premium, words + (f"<br>also {_short(others)}" if others else ""))
        )
    return found


def _short(names: str) -> str:
    return names if len(names) < 90 else names[:90].rpartition(", ")[0] + " …"


def _without(countries: Sequence[Country]) -> list[tuple[str, str]]:
    """(id, name) of the outlines of countries that have no number."""
    known = {one.code for one in countries}
    return [(f["id"], f["properties"]["name"]) for f in outlines()["features"] if f["id"] not in known]


def small_ones(countries: Sequence[Country]) -> list[int]:
    """Places of the countries that get a dot: too small to see, or masked, so that grey is not their only mark.

    >>> small_ones([Country("SG", "", 0, 1.0, 1.0, ""), Country("BR", "", 0, 1.0, 1.0, "")])
    [0]
    """
    return [n for n, one in enumerate(countries) if one.code in centres() and _dotted(one)]


def _dotted(one: Country) -> bool:
    return centres()[one.code][2] < _SMALL or isnan(one.premium)


def country_table(context: PremiumContext, row: int, countries: Sequence[Country]) -> pd.DataFrame:
    """A row per country, the dearest first, with all its languages."""
    column_by_code: Mapping[str, int] = {context.table.languages[column]: column for column in context.columns}

    def languages(code: str) -> str:
        spoken = [one for one in spoken_in(code) if one.code in column_by_code]
        value = [float(context.found.value[row, column_by_code[one.code]]) for one in spoken]
        names = [context.language(column_by_code[one.code]) for one in spoken]
        return ", ".join(f"{name} {times(v)}" for name, v in zip(names, value, strict=True))

    ordered = sorted(countries, key=lambda one: (isnan(one.premium), -one.premium, one.name))
    return pd.DataFrame(
        {
            "Country": [one.name for one in ordered],
            "Premium": [one.premium for one in ordered],
            "Language": [context.language(one.column) for one in ordered],
            "Share": [one.share for one in ordered],
            "All its languages": [languages(one.code) for one in ordered],
            "Remark": [context.found.reasons.get((row, one.column), "") for one in ordered],
        }
    )


def map_figure(
    countries: Sequence[Country], window: tuple[tuple[float, float], tuple[float, float]], dark: bool
) -> go.Figure:
    """Countries in the colours of premiums on an equal-area map, drawn from the outlines in `data/countries` alone.

    plotly fetches a base map from elsewhere as soon as the first trace of a map names countries. The first one here is
    the dots, which have coordinates, so nothing is fetched; a browser test watches over that.

    >>> figure = map_figure([Country("SG", "Singapore", 0, 1.0, 2.0, "")], _WINDOWS["World"], False)
    >>> figure.data[0].type, figure.data[1].locations[0], figure.data[1].z[0]
    ('scattergeo', 'SG', 1.0)
    """
    doublings = [nan if isnan(one.premium) else log2(one.premium) for one in countries]
    low, high = reach(2 ** float(np.nanmin([0.0, *doublings])))
    without = _without(countries)
    dots = small_ones(countries)
    scale = colour_scale(low, high, dark)
    marks, texts = ticks(low, high)
    if np.nanmax([0.0, *doublings]) > high:
        texts[-1] = f"over {texts[-1]}"
    masked = [isnan(countries[n].premium) for n in dots]
    line = {"color": "rgb(90,96,108)" if not dark else "rgb(200,206,216)", "width": 1}
    points = go.Scattergeo(
        lon=[centres()[countries[n].code][0] for n in dots],
        lat=[centres()[countries[n].code][1] for n in dots],
        mode="markers",
        marker={
            "size": 8,
            "symbol": ["x-thin-open" if one else "circle" for one in masked],
            "color": [low if one else doublings[n] for n, one in zip(dots, masked, strict=True)],
            "cmin": low,
            "cmax": high,
            "colorscale": scale,
            "showscale": True,
            "line": line,
            "colorbar": {
                "tickvals": marks,
                "ticktext": [f"{text}×" for text in texts],
                "orientation": "h",
                "thickness": 10,
                "len": 0.6,
                "y": -0.02,
                "yanchor": "top",
                "outlinewidth": 0,
            },
        },
        unselected={"marker": {"opacity": 1}},
        customdata=[countries[n].words for n in dots],
        hovertemplate="%{customdata}<extra></extra>",
    )
    # One step below the scale is for countries without a number: half of it for masked ones, half for the others.
    n = high - low + 1
    drawn = [(one, d) for one, d in zip(countries, doublings, strict=True) if one.code in centres()]
    grey = [(0, _NOTHING[dark]), (0.5 / n, _NOTHING[dark]), (0.5 / n, _MASKED[dark]), (1 / n, _MASKED[dark])]
    areas = go.Choropleth(
        geojson=outlines(),
        locations=[one.code for one, _ in drawn] + [code for code, _ in without],
        z=[low - 0.25 if isnan(d) else min(max(d, low), high) for _, d in drawn] + [low - 0.75] * len(without),
        zmin=low - 1,
        zmax=high,
        colorscale=grey + [((1 + at * (n - 1)) / n, shade) for at, shade in scale],
        showscale=False,
        marker={"line": {"color": _BORDER[dark], "width": 0.5}},
        unselected={"marker": {"opacity": 1}},
        customdata=[one.words for one, _ in drawn]
        + [f"<b>{name}</b><br>no language found here is counted" for _, name in without],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = finish(go.Figure([points, areas]), 480)
    nothing = dict.fromkeys(("showland", "showcoastlines", "showcountries", "showlakes", "showocean"), False)
    figure.update_geos(
        projection_type="equal earth",
        lonaxis_range=window[0],
        lataxis_range=window[1],
        showframe=False,
        bgcolor="rgba(0,0,0,0)",
        **nothing,
    )
    return figure


VIEW = View(label="Map", place=20, draw=draw)
