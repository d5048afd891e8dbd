"""Builds `exemplars.tsv`, the letters that each language of FLORES-200 is written with, from Unicode's CLDR.

    python data/characters/build.py FOLDER

`FOLDER` is the unpacked npm package cldr-misc-full 48.2.0. Needs babel 2.18.0 for the codes that CLDR has for a
language, and for the script that a code without one means.
"""

import csv
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.core import get_global

HERE = Path(__file__).parent
LANGUAGES = HERE.parent / "languages" / "flores200.tsv"
# Varieties whose letters CLDR has under the code of the language that they belong to.
WIDER = {**dict.fromkeys(("acm", "acq", "aeb", "ars", "ary", "arz"), "ar"), "fuv": "ff", "pbt": "ps", "quy": "qu"}
LIKELY_FOR = {"Hang": "Kore"}  # CLDR's Korean is in Hangul and Han
_ITEM = re.compile(
    r"\s+|(\{(?:\\.|[^\\}])*\})|(\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\.|[^\\\s])", re.S
)


def main(folder: Path) -> None:
    """Write the table."""
    rows = list[tuple[str, str, str]]()
    with LANGUAGES.open(encoding="utf-8") as file:
        codes = [row["code"] for row in csv.DictReader(file, delimiter="\t")]
    for code in codes:
        locale = next((name for name in locales(code) if exemplars(folder, name)), "")
        if locale:
            rows.append((code, locale, " ".join(expanded(exemplars(folder, locale)))))
    with (HERE / "exemplars.tsv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None)
        out.writerows([("code", "locale", "characters"), *rows])


def locales(code: str) -> Iterator[str]:
    """Names that CLDR may have for a language in a script, the most exact first."""
    language, script = code.split("_")
    alias = get_global("language_aliases").get(language, language)
    tag = WIDER.get(language, alias[0] if isinstance(alias, list) else alias)
    for name in dict.fromkeys((tag, tag.partition("_")[0])):
        plain = name.replace("_", "-")
        yield f"{plain}-{script}"
        likely = (get_global("likely_subtags").get(name) or "").split("_")[1:2]
        if likely in ([script], [LIKELY_FOR.get(script)]):
            yield plain


def exemplars(folder: Path, locale: str) -> str:
    """The set of a locale as CLDR writes it; empty if there is none."""
    path = folder / "main" / locale / "characters.json"
    if not path.is_file():
        return ""
    written = json.loads(path.read_text(encoding="utf-8"))["main"][locale]["characters"].get("exemplarCharacters", "")
    return "" if written == "[]" else str(written)


def expanded(written: str) -> list[str]:
    r"""The members of a UnicodeSet of characters, ranges and sequences in braces, in order, each once.

    Source: Unicode Technical Standard 35, part 1, section 5.3.3. No other notation stands in the sets of this version;
    one that does is an error.

    >>> expanded(r"[a-d é {cs} {e\u0331} \- \u0e01-\u0e03]")
    ['a', 'b', 'c', 'd', 'é', 'cs', 'e̱', '-', 'ก', 'ข', 'ฃ']
    """
    found, is_range = list[str](), False
    if not (written.startswith("[") and written.endswith("]")):
        raise ValueError(f"no set: {written}")
    at = 1
    while at < len(written) - 1:
        item = _ITEM.match(written, at)
        if item is None or item[2] in ("[", "]", "&", "^", "$"):
            raise ValueError(f"not understood at {at}: {written[at : at + 10]}")
        at = item.end()
        if item[2] == "-":
            is_range = True
        elif item[1] or item[2]:
            member = "".join(map(plain, re.findall(_ESCAPED, item[1][1:-1]))) if item[1] else plain(item[2])
            found += [chr(n) for n in range(ord(found[-1]) + 1, ord(member) + 1)] if is_range else [member]
            is_range = False
    return [*dict.fromkeys(found)]


_ESCAPED = re.compile(r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}|\\x[0-9A-Fa-f]{2}|\\.|[^\\]", re.S)


def plain(item: str) -> str:
    """A character that may be written with a backslash."""
    if not item.startswith("\\"):
        return item
    return chr(int(item[2:], 16)) if item[1] in "uUx" and len(item) > 2 else item[1]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
