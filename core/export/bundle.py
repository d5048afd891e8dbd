"""Tables to keep, as one zip with a README that says what every column is."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from core.export.latex import Columns
from core.export.provenance import Provenance, citation, to_csv, to_parquet, traced
from core.export.references import PAPERS_FILE, bibliography, papers

Ending = Literal["csv", "parquet"]
_WRITERS = {"csv": to_csv, "parquet": to_parquet}
_MOMENT = (1980, 1, 1, 0, 0, 0)  # the same content, the same bytes
_TRACED = {
    "Tokenizer fingerprint": "Hash of the tokenizer's content.",
    "Corpus": "The text counted.",
    "Corpus fingerprint": "Hash of that text.",
    "Link": "Address that shows the view again.",
}


@dataclass(frozen=True)
class KeptTable:
    """A table and what it says.

    Args:
        name: of its file, without ending.
        about: what a row is, in a sentence.
        columns: its values.
        meanings: what each column is, by name; all of them.
    """

    name: str
    about: str
    columns: Columns
    meanings: Mapping[str, str]


def bundle(tables: Sequence[KeptTable], about: Provenance, ending: Ending) -> bytes:
    """A zip of the tables, of a README for people, and of what to cite.

    Args:
        ending: which form the tables have.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in tables:
            archive.writestr(_entry(f"{one.name}.{ending}"), _WRITERS[ending](one.columns, about))
        archive.writestr(_entry("README.md"), readme(tables, about, ending))
        archive.writestr(_entry("view.bib"), bibliography(about))
        if about.references:
            archive.writestr(_entry(PAPERS_FILE), papers())
    return buffer.getvalue()


def readme(tables: Sequence[KeptTable], about: Provenance, ending: Ending) -> str:
    """What the files are, column by column, where the numbers come from, and how to cite them, in Markdown."""
    files = "\n".join(_described(one, about, ending) for one in tables)
    missing = "an empty cell" if ending == "csv" else "null"
    return (
        f"# {about.what}\n\n"
        f"{files}"
        f"A number that is missing is {missing}. Fractions have six significant digits; counts are exact.\n\n"
        "## Where the numbers come from\n\n"
        f"- Text: {about.corpus}, {about.sentences} {about.unit}, fingerprint {about.corpus_fingerprint}\n"
        + "".join(f"- {one.label}: fingerprint {one.fingerprint}\n" for one in about.tokenizers)
        + (f"- {about.counted_verb} {about.counted}\n" if about.counted else "")
        + (f"- With {', '.join(about.versions)}\n" if about.versions else "")
        + (f"- Licence: {about.licence}\n" if about.licence else "")
        + f"\n## How to cite it\n\n{citation(about)}\n\nIts BibTeX stands in `view.bib`.{_papers(about)}\n"
    )


def _papers(about: Provenance) -> str:
    if not about.references:
        return ""
    return (
        f" The papers to cite beside it ({', '.join(about.references)}) stand in `{PAPERS_FILE}`, the same file with "
        "every download: a paper with several names each `view.bib` under a name of its own, and that file once."
    )


def _described(one: KeptTable, about: Provenance, ending: Ending) -> str:
    meanings = [(name, one.meanings.get(name) or _TRACED[name]) for name in traced(one.columns, about)]
    lines = "".join(f"| {_cell(name)} | {_cell(meaning)} |\n" for name, meaning in meanings)
    return f"## {one.name}.{ending}\n\n{one.about}\n\n| column | what it is |\n| --- | --- |\n{lines}\n"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
