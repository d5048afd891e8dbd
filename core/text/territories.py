"""Which languages of FLORES-200 are spoken in a country, and by how many of its people.

CLDR estimates the share of a country's people who use a language, as a first or later one, so that shares add up to
more than 1. A language that LinguaMeta places in a country but CLDR does not count there comes last, with no share.
"""

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
SOURCES = "Shares of people: Unicode CLDR, first and later languages together. Outlines: Natural Earth, public domain."
_COUNTED_AS = {"pbt": "ps", "quy": "qu", "azb": "az"}  # languages that CLDR counts under a wider one
_SCRIPTS = {"Jpan": "Jpan", "Hang": "Kore"}  # where CLDR names a script otherwise than FLORES


@dataclass(frozen=True)
class SpokenLanguage:
    """A language in a country.

    Args:
        code: as in FLORES.
        share: of the country's people, 0 to 1, by CLDR; NaN if CLDR does not count it there.
    """

    code: str
    share: float


@cache
def spoken_in(territory: str) -> tuple[SpokenLanguage, ...]:
    """The languages of FLORES-200 spoken in a country, by its two-letter code, the most spoken first.

    >>> [one.code for one in spoken_in("BF")][:2], spoken_in("AQ")
    (['mos_Latn', 'dyu_Latn'], ())
    """
    shares: dict[str, float] = {}
    for name, facts in get_territory_language_info(territory).items():
        for code in _codes_by_name().get(_with_script(name, territory), ()):
            shares.setdefault(code, float(facts["population_percent"] or 0) / 100)
    for code, one in flores_languages().items():
        if territory in one.territories:
            shares.setdefault(code, nan)

    def rank(code: str) -> tuple[float, bool, int]:
        one = flores_languages()[code]
        return 1.0 if isnan(shares[code]) else -shares[code], one.territory != territory, -(one.speakers or 0)

    return tuple(SpokenLanguage(code, shares[code]) for code in sorted(shares, key=rank))


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
