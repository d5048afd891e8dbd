"""Builds `names.tsv`, the names and codes that a language of FLORES-200 is found by, from published tables.

    python data/languages/build_names.py ISO639 LANGUAGE_DATA CLDR LINGUAMETA.tsv FLORES_NAMES.csv FAMILY_FEATURES.npz

`ISO639` is the unpacked wheel of iso639-lang 2.6.3, `LANGUAGE_DATA` that of language_data 1.4.0, `CLDR` the unpacked
npm package cldr-localenames-full 48.2.0; `FLORES_NAMES.csv` is the table of names of the corpus (name, code), as Petrov
et al. 2023 publish it, and `FAMILY_FEATURES.npz` that of `build.py`. Needs babel 2.18.0. A macrolanguage's codes lead
to all its varieties in FLORES, its names to the variety that CLDR takes for it, unless another language has them.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from babel.core import get_global

HERE = Path(__file__).parent
COLUMNS = ("code", "kind", "name", "source")

# In common use and in none of the tables: English, and own names in Latin letters.
COMMON = {
    **{"acm": "Iraqi|Baghdadi", "acq": "Yemeni|Taizzi", "aeb": "Tunisian", "afr": "Cape Dutch"},
    **{"ajp": "Palestinian|Jordanian|Palestinian Arabic|Jordanian Arabic", "als": "Tosk|Shqip"},
    **{"amh": "Amarigna|Amharigna|Amarinya", "apc": "Syrian|Lebanese|Levantine|Syrian Arabic|Lebanese Arabic"},
    **{"arb": "MSA|Fusha|Al-Arabiyyah", "ars": "Saudi", "ary": "Darija", "arz": "Masri"},
    **{"asm": "Asamiya|Axomiya|Ohomiya", "azb": "آذربایجان|South Azeri", "ben": "Bangla", "bod": "Lhasa Tibetan"},
    **{"bug": "Bugis", "cat": "Valencian", "ceb": "Visayan|Bisayan", "ckb": "Sorani"},
    **{"crh": "Crimean", "deu": "Deutsch", "dzo": "Bhutanese", "ell": "Ellinika|Hellenic"},
    **{"eng": "British|American", "eus": "Euskera", "fuv": "Fulani|Fula|Hausa Fulani|Peul"},
    **{"gaz": "Oromo|Afaan Oromo|Oromiffa|Oromifa", "gla": "Gaelic", "gle": "Gaelic|Irish Gaelic|Erse"},
    **{"hat": "Kreyol|Haitian", "heb": "Ivrit", "hye": "Hayeren", "ibo": "Ebo"},
    **{"ind": "Bahasa", "jpn": "Nihongo", "kac": "Jingpho", "kan": "Canarese|Kanarese", "kas": "Koshur"},
    **{"kat": "Kartuli|Gruzinian", "kea": "Cape Verdean Creole|Crioulo", "khk": "Halh|Khalkha"},
    **{"khm": "Cambodian|ភាសាខ្មែរ", "kmr": "Kurmanji|Kurmancî", "kor": "Hangugeo", "lij": "Genoese|Zeneize"},
    **{"lus": "Lushai", "mar": "Mahratta", "mni": "Meitei|Meiteilon", "mri": "Te Reo", "mya": "Myanmar|Burmese|Burman"},
    **{
        "nld": "Flemish",
        "npi": "Gorkhali",
        "nob": "Bokmaal|Riksmål",
        "nso": "Sepedi|Pedi",
        "nya": "Chewa|Chichewa",
        "ory": "Oriya",
    },
    **{"pan": "Gurmukhi Punjabi", "pbt": "Pashto|Pushto|Pashtu", "pes": "Farsi|Parsi"},
    **{"por": "Brazilian|Brazilian Portuguese", "prs": "Dari|Persian Dari", "quy": "Quechua|Runasimi"},
    **{"ron": "Moldovan|Moldavian", "rus": "Russkiy", "san": "संस्कृतम्", "sin": "Sinhalese|Singhalese"},
    **{"sot": "Sesotho|Basotho", "spa": "Castilian", "srp": "Srpski", "ssw": "Swazi"},
    **{"swh": "Kiswahili", "tgl": "Tagalog|Pilipino", "tha": "Siamese", "tsn": "Setswana|Bechuana"},
    **{
        "tso": "Shangaan|Shangana",
        "tuk": "Turcoman",
        "twi": "Ashanti|Asante",
        "tzm": "Imazighen|Amazigh",
        "uig": "Uyghur|Uighur",
    },
    **{
        "ukr": "Ukrainska",
        "yue": "Yue|粤语|广东话",
        "zho": "Mandarin|Taiwanese Mandarin|Putonghua|Zhongwen|Hanyu|汉语|漢語|國語|国语|华语|華語",
    },
    **{"zsm": "Malaysian|Bahasa Melayu"},
}
STANDS_FOR = {
    "est": "ekk",
    "grn": "gug",
    "zho": "cmn",
}  # a macrolanguage in FLORES, and the variety that its text is in


def main(iso: Path, language_data: Path, cldr: Path, linguameta: Path, flores: Path, features: Path) -> None:
    """Write the table."""
    tables = Tables(iso, language_data, cldr, linguameta, features)
    codes = [row["code"] for row in read(HERE / "flores200.tsv", "\t")]
    named = [(code.strip(), "name", name, "FLORES-200") for name, code in csv.reader(flores.open(encoding="utf-8"))]
    rows = [row for row in named if row[0] in codes]
    for language in dict.fromkeys(code[:3] for code in codes):
        rows += [(language, *row) for row in of_language(language, tables, {code[:3] for code in codes})]
    kept = {(code, kind, name.casefold()): (code, kind, name, source) for code, kind, name, source in reversed(rows)}
    with (HERE / "names.tsv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n")
        out.writerows([COLUMNS, *sorted(kept.values(), key=lambda row: (row[0], row[1], row[3], row[2]))])


class Tables:
    """The published tables, read."""

    def __init__(self, iso: Path, language_data: Path, cldr: Path, linguameta: Path, features: Path) -> None:
        def of_iso(name: str) -> dict[str, Any]:
            return json.loads((iso / f"iso639/data/{name}.json").read_text(encoding="utf-8"))

        self.iso, self.other, macro = of_iso("iso-639")["pt3"], of_iso("iso-639_other_names"), of_iso("iso-639_macro")
        self.current = {*self.iso, *(row["pt1"] for row in self.iso.values())}
        self.macro_of = macro["individual"]
        self.owners: dict[str, set[str]] = {}  # languages by every name that ISO 639-3 has for them
        for code, row in self.iso.items():
            for name in (row["name"], *self.other.get(row["name"], ())):
                self.owners.setdefault(plain(name), set()).add(code)
        lines = (language_data / "language_data/data/wiktionary/codes-en.csv").read_text(encoding="utf-8").splitlines()
        self.wiktionary = {line.split("\t")[0]: line.split("\t") for line in lines}
        names = json.loads((cldr / "main/en/languages.json").read_text(encoding="utf-8"))
        self.cldr: dict[str, str] = names["main"]["en"]["localeDisplayNames"]["languages"]
        self.groups = groups_by_language(features)
        self.meta = {row["iso_639_3_code"]: row for row in read(linguameta, "\t")}


def of_language(code: str, tables: Tables, flores: set[str]) -> Iterator[tuple[str, str, str]]:
    """Kind, name and source of what a language is called."""
    same = [code, *filter(None, [STANDS_FOR.get(code)])]
    for one in same:
        yield from codes_of(one, tables, flores)
        yield from names_of(one, tables)
    yield from (("name", name, "common use") for name in COMMON.get(code, "").split("|") if name)
    row = next(row for row in read(HERE / "flores200.tsv", "\t") if row["code"][:3] == code)
    yield from (("name", row[key], row[f"{key}_source"]) for key in ("name", "own_name") if row[key])
    macro = tables.macro_of.get(code, "")
    grouped = next((one for one in (STANDS_FOR.get(code), code, macro) if tables.groups.get(one or "")), "")
    yield from (("group", group, "Glottolog, URIEL") for group in tables.groups.get(grouped, ()))
    if macro and macro not in flores:
        yield from codes_of(macro, tables, flores)
        if predominant(macro, tables, flores) in ("", code):
            for kind, name, source in names_of(macro, tables):
                if not tables.owners.get(plain(name), set()) - {code, macro} and not name.endswith(" Swahili"):
                    yield kind, name, source


def codes_of(code: str, tables: Tables, flores: set[str]) -> Iterator[tuple[str, str, str]]:
    """Codes of ISO 639, and those that were withdrawn for them."""
    row = tables.iso.get(code, {})
    current = dict.fromkeys([row.get("pt1"), row.get("pt2b"), row.get("pt2t"), code])
    yield from (("code", one, "ISO 639") for one in current if one)
    for old, new in get_global("language_aliases").items():
        withdrawn = old.isalpha() and len(old) < 4 and old not in tables.current | flores
        if withdrawn and (new[0] if isinstance(new, list) else new) in (row.get("pt1"), code):
            yield "code", old, "CLDR, withdrawn"
    if code == "hbs":  # CLDR leads it to Serbian alone
        yield "code", "sh", "ISO 639-1, withdrawn"


def names_of(code: str, tables: Tables) -> Iterator[tuple[str, str, str]]:
    """Names in English, and those of LinguaMeta in the language itself."""
    row = tables.iso.get(code, {"name": "", "pt1": ""})
    tags = [tag for tag in (code, row["pt1"]) if tag]
    found = [(name, "ISO 639") for name in (row["name"], *tables.other.get(row["name"], ()))]
    for tag in tags:
        found += [(name, "CLDR") for key, name in tables.cldr.items() if key == tag or key.startswith(f"{tag}-alt-")]
        line = tables.wiktionary.get(tag, [])
        found += [(name, "Wiktionary") for name in (*line[1:2], *"".join(line[4:5]).split(", ")) if name]
    meta = tables.meta.get(code, {})
    found += [(name, "LinguaMeta") for name in (meta.get("english_name"), meta.get("endonym")) if name]
    for name, source in found:
        bare = re.sub(r"\s*\((macrolanguage|individual language)\)", "", name)
        yield "name", " ".join(reversed(bare.split(", "))) if source in ("ISO 639", "CLDR") else bare, source


def groups_by_language(features: Path) -> dict[str, list[str]]:
    """Families and their branches, such as Narrow Bantu, that a language is in, by ISO 639-3 code."""
    table = np.load(features, allow_pickle=True)
    names = [str(name).removeprefix("F_") for name in table["feats"]]
    member = table["data"].squeeze() == 1
    return {
        str(code): [names[n] for n in np.flatnonzero(row)] for code, row in zip(table["langs"], member, strict=True)
    }


def predominant(macro: str, tables: Tables, flores: set[str]) -> str:
    """The variety in FLORES that CLDR writes a macrolanguage's code for; empty without one."""
    tag = tables.iso[macro]["pt1"] or macro
    aliases = get_global("language_aliases").items()
    return next((old for old, new in aliases if old in flores and new in (tag, [tag])), "")


def plain(name: str) -> str:
    """A name as it is compared."""
    return name.casefold()


def read(path: Path, delimiter: str) -> list[dict[str, str]]:
    """Rows of a table with a head."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
