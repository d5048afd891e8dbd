"""A chart's numbers and where they come from, in forms to keep: CSV, Parquet, a LaTeX table, a citation.

Columns are a mapping of names to values, one per row. What is written carries the corpus's fingerprint, each
tokenizer's, and the link that shows the view again, so that a number can always be traced.
"""

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

from core.common.numbers import between, significant, times
from core.common.program import VERSION
from core.export import latex
from core.export.csv import csv_table, for_spreadsheets
from core.export.latex import Columns
from core.export.latex_text import escaped


@dataclass(frozen=True)
class CitedTokenizer:
    """A tokenizer and the hash of its content."""

    label: str
    fingerprint: str


@dataclass(frozen=True)
class Provenance:
    """Where the numbers of a view come from.

    Args:
        what: what the view shows, such as "Token premiums over English per line".
        corpus, corpus_fingerprint: the text.
        sentences: which of them and how many, such as "dev, 997".
        tokenizers: those shown.
        counted: the day on which they were counted, ISO 8601; empty if not known.
        versions: libraries that counted.
        licence: of the counts.
        link: the address that shows the view again, empty if not known.
        retrieved: the day on which it is taken away, ISO 8601.
        tokenizers_heading: what `tokenizers` are, as a heading, where they are not tokenizers alone.
        counted_verb: what was done on the day `counted`.
        unit: what `sentences` counts.
        references: keys in `data/references` of the papers that the numbers rest on.
    """

    what: str
    corpus: str
    corpus_fingerprint: str
    sentences: str
    tokenizers: tuple[CitedTokenizer, ...]
    counted: str
    versions: tuple[str, ...]
    licence: str
    link: str
    retrieved: str
    tokenizers_heading: str = "Tokenizers"
    counted_verb: str = "Counted"
    unit: str = "sentences"
    references: tuple[str, ...] = ()


def to_csv(columns: Columns, about: Provenance) -> bytes:
    """RFC 4180, with the provenance as columns; no cell is taken for a formula, NaN is an empty cell."""
    rows = traced(columns, about)
    return for_spreadsheets(csv_table(list(rows), zip(*rows.values(), strict=True)))


def to_parquet(columns: Columns, about: Provenance) -> bytes:
    """The same table with its types; the provenance stands in the file's metadata too, under `token_atlas`."""
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    table = arrow.table({name: _typed(values) for name, values in traced(columns, about).items()})
    metadata = {
        "what": about.what,
        "corpus": about.corpus,
        "corpus_fingerprint": about.corpus_fingerprint,
        "sentences": about.sentences,
        "tokenizers": {one.label: one.fingerprint for one in about.tokenizers},
        "counted": about.counted,
        "versions": list(about.versions),
        "licence": about.licence,
        "link": about.link,
        "taken": about.retrieved,
        "token_atlas": VERSION,
    }
    table = table.replace_schema_metadata({b"token_atlas": json.dumps(metadata, ensure_ascii=False).encode()})
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def to_latex(columns: Columns, about: Provenance) -> str:
    """A booktabs table; numbers of a language and tokenizer per row become a table of languages by tokenizers.

    Fingerprints and the link stand in its source as comments, for whoever wants to trace a number.
    """
    wide = bracketed(by_tokenizer(columns))
    note = _note(about, intervals=wide is not columns)
    label = f"tab:{slug(about.what)[:40]}-{_digest(repr(wide))}"  # several tables of one paper may have one title
    return latex.table(wide, f"{about.what}.", label, note, _traces(about))


def _note(about: Provenance, intervals: bool) -> str:
    brackets = "In brackets: 95\u00a0% intervals. " if intervals else ""
    return f"{about.corpus}, {about.sentences} {about.unit}. {brackets}{_counted(about)}Token Atlas {VERSION}."


def _traces(about: Provenance) -> list[str]:
    return [
        f"{about.corpus}: fingerprint {about.corpus_fingerprint}",
        *(f"{one.label}: fingerprint {one.fingerprint}" for one in about.tokenizers),
        *([f"Shown again by {about.link}"] if about.link else []),
        f"Retrieved {about.retrieved}",
    ]


def citation(about: Provenance) -> str:
    """A plain citation: what, of which text by digest, with which tokenizers, versions, dates, and where to see it."""
    return (
        f"Token Atlas {VERSION}: {about.what}. Text: {about.corpus}, {about.sentences} {about.unit}, fingerprint "
        f"{about.corpus_fingerprint}. {about.tokenizers_heading}: {_tokenizers(about)}. {_counted(about)}"
        + (f"With {', '.join(about.versions)}. " if about.versions else "")
        + f"Retrieved {about.retrieved}{f' from {about.link}' if about.link else ''}."
    )


def bibtex(about: Provenance) -> str:
    """An entry for a bibliography, `@misc`, everything escaped.

    Views that are cited differently have keys of their own, so that a paper may cite several.
    """
    key = f"token-atlas-{about.corpus_fingerprint[:8] or 'view'}-{_digest(citation(about))}"
    versions = f" With {', '.join(about.versions)}." if about.versions else ""
    note = (
        f"Text: {about.corpus}, {about.sentences} {about.unit}, fingerprint {about.corpus_fingerprint}. "
        f"{about.tokenizers_heading}: {_tokenizers(about)}. {_counted(about)}Token Atlas {VERSION}.{versions} "
        f"Retrieved {about.retrieved}."
    )
    fields = {
        "author": "{Token Atlas contributors}",
        "title": f"{{{escaped(about.what)}}}",
        "year": about.retrieved[:4],
        "version": VERSION,
        "howpublished": _address(about.link),
        "note": escaped(note),
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{body}}}\n"


def by_tokenizer(columns: Columns) -> Columns:
    """Languages down and tokenizers across, with intervals, where there is a row for each pair; else as it is.

    >>> one = {"Language": ["Thai"], "Tokenizer": ["a"], "Premium": [2.0], "Low": [1.9], "High": [2.1]}
    >>> by_tokenizer(one)
    {'Language': ['Thai'], 'a': ['2.00 [1.90, 2.10]']}
    """
    if not {"Language", "Tokenizer", "Premium", "Low", "High"} <= set(columns):
        return columns
    languages = list(dict.fromkeys(columns["Language"]))
    tokenizers = list(dict.fromkeys(columns["Tokenizer"]))
    names = ("Language", "Tokenizer", "Premium", "Low", "High")
    cells = {(row[0], row[1]): _interval(*row[2:]) for row in zip(*(columns[name] for name in names), strict=True)}
    wide: dict[str, Sequence[object]] = {"Language": languages}
    for tokenizer in tokenizers:
        wide[str(tokenizer)] = [cells.get((one, tokenizer), "–") for one in languages]
    return wide


def bracketed(columns: Columns) -> Columns:
    """Each number that has columns for the ends of its interval together with them in one; else as it is.

    >>> bracketed({"Gini": [0.134], "Gini low": [0.1331], "Gini high": [0.1352], "Languages": [198]})
    {'Gini': ['0.134 [0.133, 0.135]'], 'Languages': [198]}
    """
    named = [name for name in columns if {f"{name} low", f"{name} high"} <= set(columns)]
    if not named:
        return columns
    ends = {f"{name} {end}" for name in named for end in ("low", "high")}
    rows = {name: zip(columns[name], columns[f"{name} low"], columns[f"{name} high"], strict=True) for name in named}
    return {
        name: [_digits(*row) for row in rows[name]] if name in named else column
        for name, column in columns.items()
        if name not in ends
    }


def _digits(number: Any, low: Any, high: Any) -> str:
    """Small ones with three decimals, others as ratios are written."""
    return f"{number:.3f} [{low:.3f}, {high:.3f}]" if high < 1 else _interval(number, low, high)


def slug(text: str) -> str:
    """Text as part of a file name.

    >>> slug("Premiums over Chinese (Simplified)")
    'premiums-over-chinese-simplified'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _interval(premium: Any, low: Any, high: Any) -> str:
    return times(premium) + between(low, high)


def traced(columns: Columns, about: Provenance) -> dict[str, Sequence[object]]:
    """The columns, and on each row where it comes from unless that is among them."""
    n = len(next(iter(columns.values()), ()))
    fingerprints = {one.label: one.fingerprint for one in about.tokenizers}
    rows: dict[str, Sequence[object]] = {name: [_tidy(value) for value in one] for name, one in columns.items()}
    if "corpus_fingerprint" in columns:
        return rows
    if _names_tokenizers(columns):
        rows["Tokenizer fingerprint"] = [fingerprints.get(str(one), "") for one in columns["Tokenizer"]]
    rows |= {"Corpus": [about.corpus] * n, "Corpus fingerprint": [about.corpus_fingerprint] * n}
    return rows | ({"Link": [about.link] * n} if about.link else {})


def _names_tokenizers(columns: Columns) -> bool:
    """Whether there is a column of tokenizers' names."""
    return all(isinstance(one, str) for one in columns.get("Tokenizer", [None]))


def _tidy(value: object) -> object:
    return significant(value) if isinstance(value, float) and isfinite(value) else value


def _typed(values: Sequence[object]) -> Any:
    """An Arrow array: NaN is missing, and a column of numbers that are all missing is one of numbers still."""
    import pyarrow as arrow

    known = [None if isinstance(value, float) and isnan(value) else value for value in values]
    return arrow.array(known, arrow.float64() if values and all(isinstance(each, float) for each in values) else None)


def _tokenizers(about: Provenance) -> str:
    return ", ".join(f"{one.label} ({one.fingerprint})" for one in about.tokenizers)


def _counted(about: Provenance) -> str:
    return f"{about.counted_verb} {about.counted}. " if about.counted else ""


def _digest(text: str) -> str:
    """Hash of a text, 6 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _address(link: str) -> str:
    r"""An address in an entry: in `\url{}`, but one with `%` or `#` as text that breaks, since biblatex reads entries
    as arguments, in which `\url` cannot have these as they are.

    >>> print(_address("https://a.org/b?c=d"), _address("https://a.org/?c=50%25"))
    \url{https://a.org/b?c=d} \texttt{https:\allowbreak{}/\allowbreak{}/\allowbreak{}a.org/\allowbreak{}?c=50\%25}
    """
    url = link.replace("{", "%7B").replace("}", "%7D").replace("\\", "%5C").replace(" ", "%20")
    if not url:
        return ""
    if "%" not in url and "#" not in url:
        return rf"\url{{{url}}}"
    parts = map(escaped, re.split("(?<=[/:&,])", url))
    return "\\texttt{" + r"\allowbreak{}".join(parts) + "}"
