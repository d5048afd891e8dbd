"""The papers to cite: of the text, of the measure and of tokenizers, as BibTeX from `data/references`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.export.latex_text import OTHER_SCRIPT, needs_other_script
from core.export.provenance import Provenance, bibtex

FLORES, PREMIUM = "nllb2022", "petrov2023"
PAPERS_FILE = "token-atlas-papers.bib"


@dataclass(frozen=True)
class Paper:
    """A paper.

    Args:
        key, kind: of its BibTeX entry.
        fields: of the entry, as LaTeX.
        tokenizers: keys of the atlas whose tokenizers it describes.
    """

    key: str
    kind: str
    fields: Mapping[str, str]
    tokenizers: tuple[str, ...]


@cache
def references() -> dict[str, Paper]:
    """Every paper by key.

    >>> references()["petrov2023"].fields["year"]
    '2023'
    """
    entries = json.loads((DATA / "references" / "references.json").read_text(encoding="utf-8"))
    return {one["key"]: Paper(one["key"], one["type"], one["fields"], tuple(one["tokenizers"])) for one in entries}


def papers_of(tokenizers: Iterable[str]) -> tuple[str, ...]:
    """Keys of the papers that describe these tokenizers of the atlas; not all have one.

    >>> papers_of(["bert-cased", "llama-4", "bert-chinese"])
    ('devlin2019',)
    """
    wanted = set(tokenizers)
    return tuple(key for key, one in references().items() if wanted & set(one.tokenizers))


def bibliography(about: Provenance) -> str:
    """The entry of what is taken away, and in comments what to cite beside it.

    Papers stand in a file of their own, `papers`: a key may occur once among all files of a bibliography.
    """
    mine = bibtex(about)
    preamble = [f'@preamble{{ "{OTHER_SCRIPT}" }}\n'] if needs_other_script(mine) else []
    return "\n".join([*_advice(about.references), *preamble, mine])


def papers() -> str:
    """Every paper, the same file whatever is taken away: a bibliography prints those that are cited."""
    return f"% The same file with every download of Token Atlas; name it once.\n{written(references())}"


def _advice(keys: Sequence[str]) -> list[str]:
    name = PAPERS_FILE.removesuffix(".bib")
    return [
        f"% Cite with it: {', '.join(keys)}.\n"
        f"% These papers stand in {PAPERS_FILE}, the same file with every download; name it once, for instance\n"
        f"% \\bibliography{{one-view,another-view,{name}}}, or \\addbibresource{{{PAPERS_FILE}}} with biblatex.\n"
    ] if keys else []  # fmt: skip


def written(keys: Iterable[str]) -> str:
    """These papers as BibTeX."""
    return "\n".join(_entry(references()[key]) for key in keys)


def _entry(one: Paper) -> str:
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in one.fields.items())
    return f"@{one.kind}{{{one.key},\n{body}}}\n"
