"""Which languages of FLORES-200 are spoken in a country, and by how many of its people.

CLDR estimates the share of a country's people who use a language, as a first or later one, so that shares add up to
more than 1. A language that LinguaMeta places in a country but CLDR does not count there comes last, with no share.

Nobody counts first languages everywhere. What matters is that English, French, Spanish, Portuguese and Russian, which
many learn, are not taken for the first language of those who learned them: of each, at most so many people have it as
their first one as a census says (The World Factbook, `data/languages/first.tsv`), or as the other languages leave.
"""

import csv
import json
from dataclasses import dataclass
from functools import cache
from math import isnan, nan
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.languages import get_territory_language_info

from core.common.data_folders import DATA
from core.text.languages import flores_languages, region_by_territory

OUTLINES = DATA / "countries" / "countries.geojson"
SOURCES = (
    "Shares of people and official languages: Unicode CLDR, first and later languages together. First languages: The "
    "World Factbook. Outlines: Natural Earth, public domain."
)
_LEARNED = {"en": "eng", "fr": "fra", "es": "spa", "pt": "por", "ru": "rus"}  # widely, where others are spoken first
_HOMES = {("en", "GB"), ("fr", "FR"), ("es", "ES"), ("pt", "PT"), ("ru", "RU")}  # where they come from
_MOST, _NEARLY_ALL = 0.5, 0.7  # shares that such a language needs: by a census; by what the others leave
_NO_OTHER, _FEW = 0.01, 0.1  # sums and shares that do not count
_COUNTED_AS = {"pbt": "ps", "quy": "qu", "azb": "az"}  # languages that CLDR counts under a wider one
_SCRIPTS = {"Jpan": "Jpan", "Hang": "Kore"}  # where CLDR names a script otherwise than FLORES


@dataclass(frozen=True)
class SpokenLanguage:
    """A language in a country.

    Args:
        code: as in FLORES.
        share: of the country's people, 0 to 1, by CLDR; NaN if CLDR does not count it there.
        official: in the country or a part of it, by CLDR.
        first: at most this share has it as first language; the same as `share` unless it is one that many learn.
        settled: for one that many learn, whether most people of the country have it as their first.
    """

    code: str
    share: float
    official: bool = False
    first: float = nan
    settled: bool = True


@cache
def spoken_in(territory: str) -> tuple[SpokenLanguage, ...]:
    """The languages of FLORES-200 spoken in a country, by its two-letter code, the most spoken first.

    >>> [one.code for one in spoken_in("BF")][:2], spoken_in("AQ")
    (['mos_Latn', 'dyu_Latn'], ())
    """
    found: dict[str, SpokenLanguage] = {}
    counted = get_territory_language_info(territory)
    for name, facts in counted.items():
        share, official = _share(facts), facts["official_status"] is not None
        first, settled = _first(territory, name, counted)
        codes = _codes_by_name().get(_with_script(name, territory), ())
        placed = [code for code in codes if territory in flores_languages()[code].territories]
        for code in placed or codes:  # two, where CLDR counts two languages as one
            found.setdefault(code, SpokenLanguage(code, share, official, first, settled))
    for code, one in flores_languages().items():
        if territory in one.territories:
            found.setdefault(code, SpokenLanguage(code, nan))
    return tuple(sorted(found.values(), key=lambda one: _rank(one.share, one.code, territory)))


@cache
def first_or_official(territory: str) -> tuple[SpokenLanguage, ...]:
    """Those spoken in a country as first or official languages by a tenth of its people or more, the most spoken first.

    A language that many learn counts where it is official and the first language of most. Where most people use a
    language that FLORES-200 lacks, only official languages and those that more people use stand for the country. Where
    CLDR counts no language, those that LinguaMeta names stand for themselves.

    >>> [first_or_official(code)[0].code for code in ("ET", "PH", "BE", "NG", "ZA", "US", "AO")]
    ['amh_Ethi', 'tgl_Latn', 'nld_Latn', 'hau_Latn', 'zul_Latn', 'eng_Latn', 'por_Latn']
    >>> first_or_official("GW"), first_or_official("GL")  # Kriol, Greenlandic
    ((), ())
    """
    spoken = spoken_in(territory)
    if all(isnan(one.share) for one in spoken):
        return spoken
    lacking = _most_outside(territory)
    least = lacking if lacking >= _MOST else 0.0
    kept = [one for one in spoken if one.settled and one.first >= (_FEW if one.official else max(_FEW, least))]
    return tuple(sorted(kept, key=lambda one: _rank(one.first, one.code, territory)))


def _most_outside(territory: str) -> float:
    """The largest share of a country's people who use a language of CLDR that FLORES-200 lacks."""
    languages = {name for name, _ in _codes_by_name()}
    counted = get_territory_language_info(territory).items()
    return max((_share(facts) for name, facts in counted if name.partition("_")[0] not in languages), default=0.0)


def _rank(share: float, code: str, territory: str) -> tuple[float, bool, int, str]:
    one = flores_languages()[code]
    return 1.0 if isnan(share) else -share, one.territory != territory, -(one.speakers or 0), code


def _share(facts: dict[str, Any]) -> float:
    return float(facts["population_percent"] or 0) / 100


def _first(territory: str, name: str, counted: dict[str, dict[str, Any]]) -> tuple[float, bool]:
    """At most which share has a language of CLDR as its first one, and whether it is the first of most."""
    share = _share(counted[name])
    if name not in _LEARNED or (name, territory) in _HOMES:
        return share, True
    others = [_share(facts) for other, facts in counted.items() if other not in _LEARNED]
    official = counted[name]["official_status"] in ("official", "de_facto_official")
    if not (census := _census().get((territory, _LEARNED[name]))):
        first = min(share, max(0.0, 1 - sum(others)))
        most = first >= _NEARLY_ALL or sum(others) < _NO_OTHER
        return first, official and most and first > max(others, default=0.0)
    if isnan(census[0]):  # no number, but another language stands before it
        return min(share, max(0.0, 1 - sum(others))), False
    first, several = min(share, census[0]), census[1]
    return first, official and first >= _MOST and first > (1 + several) * max(others, default=0.0)


@cache
def _census() -> dict[tuple[str, str], tuple[float, bool]]:
    """Shares by country and language, from The World Factbook, and whether people could name several languages.

    A share is NaN where it only names the language, after another one.
    Where they could, a language is first if it was named twice as often as any other is used.
    """
    with (DATA / "languages" / "first.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {
            (row["territory"], row["language"]): (float(row["percent"] or nan) / 100, row["several"] == "yes")
            for row in rows
        }


@cache
def territories() -> dict[str, str]:
    """English names of the countries where a language of FLORES-200 is spoken, by two-letter code.

    >>> territories()["TH"], "AQ" in territories()
    ('Thailand', False)
    """
    names = Locale("en").territories
    return {code: str(names[code]) for code in sorted(region_by_territory()) if code in names and spoken_in(code)}


@cache
def outlines() -> dict[str, Any]:
    """Outlines of countries as GeoJSON; the id of a feature is its two-letter code, or a name where there is none."""
    found: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    return found


@cache
def centres() -> dict[str, tuple[float, float, float]]:
    """(longitude, latitude, extent) of each outline's largest piece; the extent is its longer side in degrees.

    >>> longitude, latitude, extent = centres()["SG"]
    >>> round(longitude), round(latitude), extent < 1
    (104, 1, True)
    """
    found = {}
    for feature in outlines()["features"]:
        boxes = []
        for polygon in feature["geometry"]["coordinates"]:
            x, y = zip(*polygon[0], strict=True)
            boxes.append((max(x) - min(x), max(y) - min(y), (max(x) + min(x)) / 2, (max(y) + min(y)) / 2))
        width, height, longitude, latitude = max(boxes, key=lambda box: box[0] * box[1])
        found[str(feature["id"])] = (longitude, latitude, max(width, height))
    return found


@cache
def _codes_by_name() -> dict[tuple[str, str], tuple[str, ...]]:
    """Codes of FLORES by CLDR's language and script; two where CLDR counts two languages as one."""
    aliases = get_global("language_aliases")
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for code, one in flores_languages().items():
        alias = _COUNTED_AS.get(code[:3]) or aliases.get(code[:3], code[:3])
        name = str(alias[0] if isinstance(alias, list) else alias).partition("_")[0]
        key = name, _SCRIPTS.get(one.script, one.script)
        found[key] = (*found.get(key, ()), code)
    return found


def _with_script(name: str, territory: str) -> tuple[str, str]:
    """CLDR's language and the script that it is usually written in there."""
    language, _, script = name.partition("_")
    if not script:
        likely = get_global("likely_subtags")
        parts = str(likely.get(f"{language}_{territory}") or likely.get(language) or "").split("_")
        script = parts[1] if len(parts) > 1 else ""
    return language, script
