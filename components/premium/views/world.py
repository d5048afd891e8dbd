"""A map of the world: each country coloured by what its language costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isnan, log2, nan

import pandas as pd
import streamlit as st

from components.charts.chart import Chart
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import Cell, numbers, plot
from components.premium.linked import LINKED
from components.premium.map_figure import Country, Window, map_figure, map_in_print, small_ones
from components.widgets.view import View
from core.common.numbers import times
from core.text.territories import (
    SOURCES,
    SpokenLanguage,
    centres,
    first_or_official,
    spoken_in,
    territories,
)

_LEAST = 0.01  # share of a country's people that a language must have to be its dearest
_WINDOWS: dict[str, Window] = {
    "World": ((-170, 190), (-56, 84)),
    "Africa": ((-20, 54), (-36, 39)),
    "Americas": ((-130, -32), (-56, 60)),
    "Asia": ((33, 150), (-12, 56)),
    "Europe": ((-26, 46), (34, 71)),
    "Oceania": ((108, 184), (-48, 16)),
}
_HALVES = {"west": (((-128, -32), (-56, 72)), 330), "east": (((-24, 180), (-48, 72)), 300)}  # on a phone, and heights
_SWITCH = """<style>
.st-key-map_narrow { display: none; }
@media (max-width: 700px) {
  .st-key-map_wide { display: none; }
  .st-key-map_narrow { display: flex; flex-direction: column; }
}
</style>"""


def draw(context: PremiumContext) -> None:
    """The map by one of three rules."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        LINKED.option("map_rule", tuple(RULES))
        LINKED.option("map_part", tuple(_WINDOWS))
        rule = st.selectbox(
            "A country's colour is of",
            list(RULES),
            key="map_rule",
            width=230,
            persist_state="session",
            help="Main: of the first and official languages, the one that most use; English, French, Spanish, "
            "Portuguese and Russian only where most have them as first language. Most used: second languages count "
            "too. Dearest: of those that at least 1 % use. Mean: geometric, weighted by the shares of people.",
        )
        window = st.selectbox("Part", list(_WINDOWS), key="map_part", width=130, persist_state="session")
    every = RULES[rule](context, row)
    countries = of_found(context, every)
    if not countries:
        st.info(
            "No country has its colour from one of the languages found, by this rule. Empty Find, or choose another.",
            icon=":material/public_off:",
        )
        return
    known = [one for one in countries if not isnan(one.premium)]
    ends = [f"{one.name} {times(one.premium)}" for one in (sorted(known, key=lambda c: -c.premium) or countries)]
    cells: list[Cell] = [(row, one.column) for one in countries]
    small = small_ones(countries)
    lacking = left_out(context, row, every)
    reasons = lacking | not_found(context, every)
    chart = Chart(
        "map",
        map_figure(countries, _WINDOWS[window], context.dark, reasons),
        f"World map of premiums with {context.label(row)} over {context.base_label}, by the rule: {rule.lower()}. "
        f"{len(known)} countries; dearest {ends[0]}, cheapest {ends[-1]}.",
        lambda: country_table(context, row, countries),
        {
            "Country": st.column_config.TextColumn(pinned=True),
            "Share": st.column_config.NumberColumn(
                format="percent", help="Of its people who use the language, as a first or later one (CLDR)."
            ),
            "Premium": st.column_config.NumberColumn(format="%.3f", help=f"{context.axis}, by the rule chosen."),
            "Low": st.column_config.NumberColumn(format="%.3f", help="Lower end of the 95 % interval."),
            "High": st.column_config.NumberColumn(format="%.3f", help="Upper end of the 95 % interval."),
        },
        {
            0: [cells[n] for n in small],
            1: [cell for cell, one in zip(cells, countries, strict=True) if one.code in centres()],
        },
        lambda _, width: map_in_print(countries, _WINDOWS[window], width.pixels, reasons),
    )
    if window == "World":
        _whole_world(chart, countries, reasons, context)
    else:
        plot(chart, context)
    numbers(chart, context, "Token premiums by country")
    st.caption(
        f"{_ABOUT[rule]}{_about_ties(countries)}{_about_left_out(lacking)}{_about_found(context)} "
        "Where a country has several languages, no one colour is its own: the table has them by country. Dots are "
        "countries too small to see, ▼ those that cost less; hatched ones have no number, those with a cross are "
        f"masked. Borders are as Natural Earth draws them. {SOURCES}"
    )


def _whole_world(
    chart: Chart, countries: Sequence[Country], reasons: Mapping[str, str], context: PremiumContext
) -> None:
    """One map where there is room, its two halves under each other on a phone; the style sheet shows one of the two."""
    st.html(_SWITCH)
    with st.container(key="map_wide"):
        plot(chart, context)
    with st.container(key="map_narrow"):
        for name, (half, height) in _HALVES.items():
            figure = map_figure(countries, half, context.dark, reasons)
            figure.update_layout(height=height)
            figure.update_traces(marker_size=6, marker_showscale=name == "east", selector=0)
            plot(replace(chart, key=f"map_{name}", figure=figure), context)


def _about_ties(countries: Sequence[Country]) -> str:
    tied = [f"{one.name} ({', '.join(one.ties)})" for one in countries if one.ties]
    return f" As many use another language in {_and_more(tied)}." if tied else ""


def _about_found(context: PremiumContext) -> str:
    searched = len(context.columns) < len(context.table.languages)
    return " Find leaves out countries and changes no colour: those of other languages are hatched too." * searched


def _about_left_out(reasons: Mapping[str, str]) -> str:
    names = [territories()[code] for code in reasons]
    return f" Hatched, as none of their chief first languages is in the text: {_and_more(names)}." if names else ""


def _and_more(names: Sequence[str], most: int = 6) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


_ABOUT = {
    "Its main language": "The colour is the premium of the first or official language that most people of a country "
    "use, of those in the text; not of one that most of its speakers have learned.",
    "Its most used language": "The colour is the premium of the language that most people of a country use, as a "
    "first or later one, of those in the text.",
    "Its dearest language": "The colour is the premium of the dearest language that at least 1 % of a country's people "
    "use, of those in the text.",
    "The mean of its languages": "The colour is the geometric mean of the premiums of a country's languages in "
    "the text, weighted by the share of people who use each.",
}


Rule = Callable[[Sequence[SpokenLanguage], Sequence[float]], float]
Spoken = Callable[[str], Sequence[SpokenLanguage]]


def of_found(context: PremiumContext, every: Sequence[Country]) -> list[Country]:
    """The countries whose colour is of a language found; which one that is depends on no search."""
    return [one for one in every if one.column in context.columns]


def not_found(context: PremiumContext, every: Sequence[Country]) -> dict[str, str]:
    """Why the other countries of a rule have no colour, by code."""
    others = [one for one in every if one.column not in context.columns]
    return {one.code: f"{context.language(one.column)} is not among the languages found" for one in others}


def main_language(context: PremiumContext, row: int) -> list[Country]:
    """Each country by its first or official language with most people; without those that have none in the text."""
    return _countries(context, row, lambda spoken, value: value[0], first_or_official, "first")


def most_used_language(context: PremiumContext, row: int) -> list[Country]:
    """Each country by the language that most of its people use, learned ones too."""
    return _countries(context, row, lambda spoken, value: value[0], equal="share")


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
    "Its most used language": most_used_language,
    "Its dearest language": dearest_language,
    "The mean of its languages": mean_language,
}


def _countries(
    context: PremiumContext, row: int, rule: Rule, chosen: Spoken = spoken_in, equal: str = ""
) -> list[Country]:
    """Countries by a rule; `equal` names the share by which two languages are said to tie, empty for none."""
    there = {code: _in_text(context, chosen(code)) for code in territories()}
    return [_country(context, row, code, rule, spoken, equal) for code, spoken in there.items() if spoken]


def _in_text(context: PremiumContext, spoken: Sequence[SpokenLanguage]) -> list[SpokenLanguage]:
    return [one for one in spoken if one.code in context.table.languages]


def _country(
    context: PremiumContext, row: int, code: str, rule: Rule, spoken: Sequence[SpokenLanguage], equal: str
) -> Country:
    name, columns = territories()[code], [context.table.languages.index(one.code) for one in spoken]
    value = [float(context.found.value[row, column]) for column in columns]
    premium = rule(spoken, value)
    if not isnan(premium) and premium not in value:
        words = f"<b>{name}</b><br>mean of {len(spoken)} languages: {times(premium)}"
        return Country(code, name, columns[0], spoken[0].share, premium, words + _also(context, code, columns[:1]))
    place = value.index(premium) if premium in value else 0
    one = spoken[place]
    tied = [n for n, other in enumerate(spoken) if n and equal and getattr(other, equal) == getattr(one, equal)]
    words = f"<b>{name}</b>{_used(one)}<br>{context.sentence(row, columns[place])}"
    words += "".join(f"<br>as many use {context.language(columns[n])}: {times(value[n])}" for n in tied)
    words += _also(context, code, [columns[place], *(columns[n] for n in tied)])
    return Country(
        code, name, columns[place], one.share, premium, words, tuple(context.language(columns[n]) for n in tied)
    )


def _used(one: SpokenLanguage) -> str:
    """How many use a language, and how many of them at most as their first."""
    if isnan(one.share):
        return ""
    learned = f", at most {100 * one.first:.0f} % as first language" if one.first < one.share else ""
    return f", used by {100 * one.share:.0f} %{learned}{', official' if one.official else ''}"


def _also(context: PremiumContext, code: str, said: Sequence[int]) -> str:
    """The other languages of a country."""
    columns = [context.table.languages.index(one.code) for one in _in_text(context, spoken_in(code))]
    others = ", ".join(context.language(column) for column in columns if column not in said)
    return f"<br>also {_short(others)}" if others else ""


def _short(names: str) -> str:
    return names if len(names) < 90 else names[:90].rpartition(", ")[0] + " …"


def left_out(context: PremiumContext, row: int, countries: Sequence[Country]) -> dict[str, str]:
    """Why countries with languages in the text have no number, by code: what most speak first is not in it."""
    known, found = {one.code for one in countries}, {}
    for code in territories():
        spoken = [] if code in known else _in_text(context, spoken_in(code))
        if spoken:
            column = context.table.languages.index(spoken[0].code)
            premium = times(float(context.found.value[row, column]))
            found[code] = (
                "none of its chief first languages is in the text"
                f"<br>{context.language(column)}{_used(spoken[0])}: {premium}"
            )
    return found


def country_table(context: PremiumContext, row: int, countries: Sequence[Country]) -> pd.DataFrame:
    """A row per country, the dearest first, with all its languages; a mean of several has no interval."""

    def languages(code: str) -> str:
        columns = [context.table.languages.index(one.code) for one in _in_text(context, spoken_in(code))]
        value = [float(context.found.value[row, column]) for column in columns]
        names = [context.language(column) for column in columns]
        return ", ".join(f"{name} {times(v)}" for name, v in zip(names, value, strict=True))

    ordered = sorted(countries, key=lambda one: (isnan(one.premium), -one.premium, one.name))
    low, high = (
        [
            float(side[row, one.column]) if one.premium == context.found.value[row, one.column] else nan
            for one in ordered
        ]
        for side in (context.found.low, context.found.high)
    )
    return pd.DataFrame(
        {
            "Country": [one.name for one in ordered],
            "Premium": [one.premium for one in ordered],
            "Low": low,
            "High": high,
            "Language": [context.language(one.column) for one in ordered],
            "Share": [one.share for one in ordered],
            "All its languages": [languages(one.code) for one in ordered],
            "Remark": [context.found.reasons.get((row, one.column), "") for one in ordered],
        }
    )


VIEW = View(label="Map", place=20, draw=draw)
