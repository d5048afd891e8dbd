"""Builds `flores200.tsv`, the facts about the language-scripts of FLORES-200, from published tables.

    python data/languages/build.py LINGUAMETA.tsv FAMILY_FEATURES.npz CODES CLDR

`LINGUAMETA.tsv` is the table of google-research/url-nlp, `FAMILY_FEATURES.npz` lies in the wheel of lang2vec 1.1.2
under `lang2vec/data`, `CODES` is a file with one FLORES code a line, and `CLDR` the unpacked npm package cldr-core
48.2.0. Needs babel 2.18.0. The README beside it says where every column comes from.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
from babel import Locale, UnknownLocaleError
from babel.core import get_global

HERE = Path(__file__).parent
COLUMNS = (
    *("code", "name", "name_source", "own_name", "own_name_source", "script"),
    *("family", "class", "territory", "alpha3", "territories"),
)
ENGLISH = Locale("en")

# Distinct in FLORES, but one language in CLDR; named by LinguaMeta.
MERGED_IN_CLDR = {"twi"}

# Without a family in URIEL, which records families by older codes; these are Glottolog's.
FAMILIES = {
    **dict.fromkeys(("ltg", "lvs", "nno", "nob"), "Indo-European"),
    **{"twi": "Atlantic-Congo", "eus": "Isolate", "epo": "Constructed"},
}

# Joshi et al. 2020, classes by ISO 639-3 code as matched by TokCollate (ÚFAL); codes that it could not match, or
# matched to another language of the same name, are left out.
CLASSES = {
    0: "awa ban bem dik dyu fon fuv gaz hat kac kam kbp kmr lua lus mag mos nus prs run shn sin taq umb",
    1: "ace als asm ast ayr azb azj bak bam bho bjn bod bug ckb crh dzo epo ewe fao fij fur gla guj hye ibo ilo jav "
    "kab kan kas khk khm kik kin lij lim lin lmo ltg ltz lug mai mal min mkd mni mri mya nno nob npi nso nya oci ory "
    "pag pbt plt sag sat scn smo sna snd som sot srd ssw sun szl tat tel tgk tpi tso tuk tum twi uig vec war ydd yue",
    2: "amh gle hau isl lao mar mlt pan san swh tir tsn wol xho yor zul",
    3: "afr arz bel ben bos bul ceb dan ell est glg heb ind kat kaz lit lvs ron slk slv tam tgl tha ukr urd uzn zsm",
    4: "cat ces eus fin hin hrv hun ita kor nld pes pol por rus srp swe tur vie",
    5: "arb deu eng fra jpn spa zho",
}


def main(linguameta: Path, features: Path, codes: Path, cldr: Path) -> None:
    """Write the table."""
    with linguameta.open(encoding="utf-8") as file:
        meta = {row["iso_639_3_code"]: row for row in csv.DictReader(file, delimiter="\t")}
    alpha3, countries = alpha3_by_territory(cldr), territories()
    family_of, class_of = families(features), {c: n for n, names in CLASSES.items() for c in names.split()}
    with (HERE / "flores200.tsv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        out.writeheader()
        for code in sorted(codes.read_text().split()):
            language = code.split("_")[0]
            out.writerow(
                {
                    **row(code, meta.get(language, {}), alpha3, countries),
                    "family": FAMILIES.get(language) or family_of["cmn" if language == "zho" else language],
                    "class": class_of.get(language, ""),
                }
            )


def row(code: str, meta: dict[str, str], alpha3: dict[str, str], countries: set[str]) -> dict[str, object]:
    """Names and places of one code."""
    language, script = code.split("_")
    alias = get_global("language_aliases").get(language, language)
    tag = language if language in MERGED_IN_CLDR else alias[0] if isinstance(alias, list) else alias
    name, name_source = ENGLISH.languages.get(tag), "CLDR"
    if not name:
        name, name_source = meta["english_name"], "LinguaMeta"
    own, own_source = own_name(tag, script), "CLDR"
    if not own:
        own, own_source = meta.get("endonym", ""), "LinguaMeta"
    locales = meta.get("locales", "").replace(" ", "").split(",") if meta.get("locales") else []
    likely = get_global("likely_subtags")
    full = likely.get(f"{tag}_{script}") or likely.get(tag)
    territory = full.split("_")[-1] if full else locales[0]
    places = [] if territory == "001" else [territory]
    return {
        "code": code,
        "name": name,
        "name_source": name_source,
        "own_name": own,
        "own_name_source": own_source if own else "",
        "script": ENGLISH.scripts[script],
        "territory": "" if territory == "001" else territory,
        "alpha3": alpha3.get(territory, ""),
        "territories": " ".join(dict.fromkeys([*places, *(one for one in locales if one in countries)])),
    }


def alpha3_by_territory(cldr: Path) -> dict[str, str]:
    """Three-letter codes of countries as they are now; Babel has withdrawn ones, such as SUN, beside them."""
    path = cldr / "supplemental/codeMappings.json"
    mappings = json.loads(path.read_text(encoding="utf-8"))["supplemental"]["codeMappings"]
    return {code: one["_alpha3"] for code, one in mappings.items() if "_alpha3" in one}


def territories() -> set[str]:
    """Countries of today; LinguaMeta also names groups of them, such as 419, and past ones, such as AN."""
    with (HERE / "regions.tsv").open(encoding="utf-8") as file:
        return {code for row in csv.DictReader(file, delimiter="\t") for code in row["territories"].split()}


def own_name(tag: str, script: str) -> str:
    """What the language calls itself in CLDR, in the script asked for where CLDR has it; empty if it has none."""
    for name in (f"{tag}_{script}", tag):
        try:
            locale = Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
        if locale.languages.get(tag):
            return locale.languages[tag]
    return ""


def families(features: Path) -> dict[str, str]:
    """Top-level family by ISO 639-3 code: of the groups a language is in, the one with most languages."""
    table = np.load(features, allow_pickle=True)
    groups = [str(name).removeprefix("F_") for name in table["feats"]]
    member = table["data"].squeeze() == 1
    sizes = member.sum(0)
    return {str(code): groups[int(np.argmax(sizes * row))] for code, row in zip(table["langs"], member, strict=True)}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
