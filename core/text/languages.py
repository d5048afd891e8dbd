"""Facts about languages by code: names, script, speakers, family, region; `data/languages/README.md` names the sources.

A code is ISO 639-3, then ISO 15924, as in FLORES (`eng_Latn`). Codes of corpora that users bring may be shorter, or
not codes at all: they get what CLDR knows, and otherwise stand for themselves.
"""

import csv
from dataclasses import dataclass, replace
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from core.common.data_folders import DATA
from core.common.numbers import count

FOLDER = DATA / "languages"
SOURCES = (
    "Names, scripts and main territories: Unicode CLDR. Speakers: LinguaMeta (2024) and CLDR 48 (2025), estimates. "
    "Families: Glottolog. "
    "Resource classes: Joshi et al. 2020. Regions: United Nations M49."
)


@dataclass(frozen=True)
class SpeakerCount:
    """How many speak a language by one source.

    Args:
        speakers: people.
        of: what the source counts, by name and code of ISO 639-3.
        own: whether that is the language itself and not its macrolanguage.
        source, year: who says so, and when it was published.
    """

    speakers: int
    of: str
    own: bool
    source: str
    year: int

    def __str__(self) -> str:
        return f"{count(self.speakers)} ({self.source}, {self.year})"


@dataclass(frozen=True)
class Language:
    """One language in one script.

    Args:
        code: as the corpus has it.
        name: in English; the code where nobody knows it.
        own_name: in the language itself, empty if unknown.
        script: ISO 15924, empty if the code names none.
        script_name: in English, empty without a script.
        speaker_counts: of the language in any script, then of what it belongs to; none if nobody counts it.
        family: top-level family by Glottolog, empty if unknown.
        resource_class: 0 (left behind) to 5 (winners) by Joshi et al. 2020; None if unknown.
        territory: ISO 3166 alpha-2 of the main territory, empty if there is none.
        territories: where it is used, main territory first.
        region, subregion: United Nations M49 of the main territory, empty without one.
        label: the name, with the script where FLORES has the language in two.
    """

    code: str
    name: str
    own_name: str = ""
    script: str = ""
    script_name: str = ""
    speaker_counts: tuple[SpeakerCount, ...] = ()
    family: str = ""
    resource_class: int | None = None
    territory: str = ""
    territories: tuple[str, ...] = ()
    region: str = ""
    subregion: str = ""
    label: str = ""

    @property
    def speakers(self) -> int | None:
        """By the first source that counts the language itself; None if none does, such as for Standard Arabic."""
        return next((one.speakers for one in self.speaker_counts if one.own), None)

    @property
    def speakers_said(self) -> str:
        """Every figure there is, with source and year, and whether they disagree; empty if there is none.

        >>> print(language("lvs_Latn").speakers_said.replace("\u202f", " "))
        with all of Latvian (lav): 1 100 000 (LinguaMeta, 2024), 1 100 000 (CLDR 48, 2025)
        >>> print(language("som_Latn").speakers_said.replace("\u202f", " "))
        9 200 000 (LinguaMeta, 2024), 18 600 000 (CLDR 48, 2025): the sources disagree
        """
        own = [one for one in self.speaker_counts if one.own]
        people = [one.speakers for one in own] or [0]
        all_of_it = min((one.speakers for one in self.speaker_counts if not one.own), default=max(people))
        odd = max(people) >= 2 * min(people) > 0 or max(people) > all_of_it
        said = [", ".join(map(str, own)) + (": the sources disagree" if odd else "")]
        for name in dict.fromkeys(one.of for one in self.speaker_counts if not one.own):
            wider = ", ".join(str(one) for one in self.speaker_counts if one.of == name and not one.own)
            said.append(f"with all of {name}: {wider}")
        return "; ".join(filter(None, said))


@cache
def language(code: str) -> Language:
    """What is known of a code; never fails, an unknown code is its own name.

    >>> language("tam_Taml").own_name, language("tam_Taml").family, language("tam_Taml").subregion
    ('தமிழ்', 'Dravidian', 'Southern Asia')
    >>> language("de").name, language("klingon").name
    ('German', 'klingon')
    """
    return flores_languages().get(code) or _from_cldr(code)


@cache
def flores_languages() -> dict[str, Language]:
    """The 204 language-scripts of FLORES-200, by code in alphabetical order.

    >>> len(flores_languages()), flores_languages()["zho_Hans"].label
    (204, 'Chinese (Simplified)')
    """
    rows = [_from_row(row) for row in _rows("flores200.tsv")]
    names = [row.name for row in rows]
    return {row.code: replace(row, label=_label(row, names.count(row.name) > 1)) for row in rows}


def script_of(one: Language) -> str:
    """The script by its usual name.

    >>> script_of(language("zho_Hans")), script_of(language("ben_Beng"))
    ('Han (Simplified)', 'Bengali')
    """
    names = {"Simplified": "Han (Simplified)", "Traditional": "Han (Traditional)", "Bangla": "Bengali"}
    return names.get(one.script_name, one.script_name) or "Unknown"


def is_language_code(text: str) -> bool:
    """Whether a text is a code of a language that FLORES-200 or CLDR knows.

    >>> is_language_code("swh_Latn"), is_language_code("de"), is_language_code("price")
    (True, True, False)
    """
    return language(text).name != text


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@cache
def region_by_territory() -> dict[str, tuple[str, str]]:
    """Region and subregion of every country, by two-letter code."""
    rows = _rows("regions.tsv")
    return {code: (row["region"], row["subregion"]) for row in rows for code in row["territories"].split()}


@cache
def _speaker_counts() -> dict[str, tuple[SpeakerCount, ...]]:
    """By ISO 639-3 code as in FLORES, the language's own counts first."""
    found: dict[str, tuple[SpeakerCount, ...]] = {}
    for row in _rows("speakers.tsv"):
        of, own = f"{row['name']} ({row['counted']})", row["scope"] == "own"
        one = SpeakerCount(int(row["speakers"]), of, own, row["source"], int(row["year"]))
        found[row["language"]] = (*found.get(row["language"], ()), one)
    return found


def _from_row(row: dict[str, str]) -> Language:
    region, subregion = region_by_territory().get(row["territory"], ("", ""))
    return Language(
        code=row["code"],
        name=row["name"],
        own_name=row["own_name"],
        script=row["code"].partition("_")[2],
        script_name=row["script"],
        speaker_counts=_speaker_counts().get(row["code"][:3], ()),
        family=row["family"],
        resource_class=int(row["class"]) if row["class"] else None,
        territory=row["territory"],
        territories=tuple(row["territories"].split()),
        region=region,
        subregion=subregion,
    )


def _label(row: Language, ambiguous: bool) -> str:
    return f"{row.name} ({row.script_name})" if ambiguous else row.name


def _from_cldr(code: str) -> Language:
    """What CLDR has on a code outside the table, such as "de" or "pt-BR"."""
    parts = code.replace("-", "_").split("_")
    alias = get_global("language_aliases").get(parts[0].lower(), parts[0].lower())
    tag = alias[0] if isinstance(alias, list) else alias
    english = Locale("en")
    name = english.languages.get(tag)
    if not name:
        return Language(code, name=code, label=code)
    full = get_global("likely_subtags").get(tag, tag).split("_")
    script = next((p for p in parts[1:] if len(p) == 4), full[1] if len(full) > 2 else "")
    territory = next((p for p in parts[1:] if len(p) == 2), full[-1] if len(full) > 1 else "")
    territory = territory if territory in region_by_territory() else ""
    region, subregion = region_by_territory().get(territory, ("", ""))
    return Language(
        code=code,
        name=name,
        own_name=_own_name(tag),
        script=script,
        script_name=english.scripts.get(script, ""),
        territory=territory,
        territories=(territory,) if territory else (),
        region=region,
        subregion=subregion,
        label=name if len(parts) == 1 else f"{name} ({', '.join(parts[1:])})",
    )


def _own_name(tag: str) -> str:
    try:
        return str(Locale.parse(tag).languages.get(tag, ""))
    except (UnknownLocaleError, ValueError):
        return ""
