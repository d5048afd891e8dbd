"""Builds `speakers.tsv`, how many speak the languages of FLORES-200 by two sources, each with what exactly it counts.

    python data/languages/build_speakers.py ISO639 CLDR LINGUAMETA.tsv

`ISO639` is the unpacked wheel of iso639-lang 2.6.3, `CLDR` the unpacked npm package cldr-core 48.2.0. A figure belongs
to the code of ISO 639-3 that its source gives it for: `own` if that is the code of the corpus, `wider` if it is that of
its macrolanguage, which is no figure of the variety.
"""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
COLUMNS = ("language", "counted", "name", "scope", "speakers", "source", "year")
FEWEST = 100  # a smaller figure, such as LinguaMeta's 1 for Latvian, stands for none
OWN, WIDER = "own", "wider"
SAME = {"tgl": "fil"}  # the code under which the sources have the language of the corpus
WIDER_CODES = {"apc": "apc", "ajp": "apc"}  # ISO 639-3 has had one code for both since 2023, so CLDR counts both


def main(iso: Path, cldr: Path, linguameta: Path) -> None:
    """Write the table."""
    codes = of_iso(iso, "iso-639")["pt3"]
    macro_of = of_iso(iso, "iso-639_macro")["individual"]
    with linguameta.open(encoding="utf-8") as file:
        meta = {row["iso_639_3_code"]: row for row in csv.DictReader(file, delimiter="\t")}
    counts = {"LinguaMeta": {c: int(r["estimated_number_of_speakers"] or 0) for c, r in meta.items()}}
    counts["CLDR 48"] = by_code(population(cldr), {row["pt1"]: code for code, row in codes.items() if row["pt1"]})
    years = {"LinguaMeta": 2024, "CLDR 48": 2025}
    with (HERE / "flores200.tsv").open(encoding="utf-8") as file:
        languages = list(dict.fromkeys(row["code"][:3] for row in csv.DictReader(file, delimiter="\t")))
    rows = [
        (language, code, codes[code]["name"], level, counts[source][code], source, years[source])
        for language in languages
        for code, level in counted(language, macro_of)
        for source in counts
        if counts[source].get(code, 0) >= FEWEST and (code, source) != ("apc", "LinguaMeta")
    ]
    with (HERE / "speakers.tsv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])


def counted(language: str, macro_of: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Codes that a source may count a language by, and whether that is its own or something wider."""
    if language in WIDER_CODES:
        yield WIDER_CODES[language], WIDER
    else:
        yield SAME.get(language, language), OWN
    if language in macro_of:
        yield macro_of[language], WIDER


def population(cldr: Path) -> dict[str, float]:
    """People by CLDR's language tag without script, over all territories."""
    path = cldr / "supplemental/territoryInfo.json"
    territories = json.loads(path.read_text(encoding="utf-8"))["supplemental"]["territoryInfo"]
    found: dict[str, float] = {}
    for facts in territories.values():
        for tag, share in facts.get("languagePopulation", {}).items():
            people = float(facts["_population"]) * float(share["_populationPercent"]) / 100
            found[tag] = found.get(tag, 0.0) + people
    return found


def by_code(people: dict[str, float], alpha3: dict[str, str]) -> dict[str, int]:
    """People by ISO 639-3 code, all scripts of a language together, to three digits."""
    found: dict[str, float] = {}
    for tag, count in people.items():
        language = tag.split("_")[0]
        code = alpha3.get(language, language)
        found[code] = found.get(code, 0.0) + count
    return {code: int(float(f"{count:.3g}")) for code, count in found.items()}


def of_iso(iso: Path, name: str) -> dict[str, Any]:
    """A table of iso639-lang."""
    return json.loads((iso / f"iso639/data/{name}.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
