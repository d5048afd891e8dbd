"""The shipped counts as a data set that others can load, cite and archive: Parquet by tokenizer, a card, metadata."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.common.atomic import whole_folder
from core.common.disk import on_disk
from core.common.errors import shown
from core.common.program import VERSION
from core.common.progress import report
from core.counting.table import CountTable
from core.export.references import FLORES, PREMIUM, papers_of, references, written
from core.premium.atlas import atlas_provenance, atlas_tokenizers, shipped_atlas
from core.premium.cell_rows import public_spec

TITLE = "Token Atlas: token counts of {n} tokenizers on FLORES-200"
LICENCE, LICENCE_ADDRESS = "cc-by-sa-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"
COLUMNS = {
    "tokenizer": "key of the tokenizer; `tokenizers.json` says what it is",
    "language": "language and script as FLORES-200 has them: ISO 639-3, then ISO 15924",
    "split": "`dev` or `devtest`",
    "sentence": "number of the sentence in its split, from 1; the same number is the same sentence in every language",
    "tokens": "tokens of the sentence, special tokens not counted",
    "unknown": "how many of these are unknown tokens",
}
_AUTHOR = "Token Atlas contributors"
_KEYWORDS = ("tokenization", "multilingual NLP", "language models", "FLORES-200")


def write_dataset(folder: Path) -> list[str]:
    """Write the data set, all of it or nothing; the names of its files, in order.

    Raises:
        UserError: the folder holds something, or there is no room on the disk.
    """
    known = list(atlas_tokenizers())
    with on_disk(shown(folder.name)), whole_folder(folder) as made:
        (made / "data").mkdir()
        for n, key in enumerate(known):
            report(n, len(known), f"Writing {key}")
            _write_counts(shipped_atlas([key]), key, made / "data" / f"{key}.parquet")
        for name, text in _texts().items():
            (made / name).write_text(text, encoding="utf-8")
        return sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())


def _write_counts(table: CountTable, key: str, path: Path) -> None:
    """A row per language and sentence."""
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    n_languages, n_sentences = table.tokens.shape[1:]
    parts = [(name, end - start) for (name, end), start in zip(table.parts, _starts(table), strict=True)]
    split = np.repeat(np.arange(len(parts)), [n for _, n in parts])
    number = np.concatenate([np.arange(1, n + 1, dtype=np.uint16) for _, n in parts])

    def words(places: np.ndarray, names: Sequence[str]) -> Any:
        return arrow.DictionaryArray.from_arrays(places.astype(np.int16), arrow.array(list(names)))

    columns = {
        "tokenizer": words(np.zeros(n_languages * n_sentences), [key]),
        "language": words(np.repeat(np.arange(n_languages), n_sentences), table.languages),
        "split": words(np.tile(split, n_languages), [name for name, _ in parts]),
        "sentence": np.tile(number, n_languages),
        "tokens": table.tokens[0].ravel(),
        "unknown": table.unknown[0].ravel(),
    }
    parquet.write_table(arrow.table(columns), path, compression="zstd")


def _starts(table: CountTable) -> list[int]:
    return [0, *(end for _, end in table.parts[:-1])]


def _texts() -> Mapping[str, str]:
    return {
        "README.md": _card(),
        "tokenizers.json": _json([_about(key) for key in atlas_tokenizers()]),
        "CITATION.cff": _citation(),
        ".zenodo.json": _json(_zenodo()),
        "references.bib": written((FLORES, PREMIUM, *papers_of(atlas_tokenizers()))),
        "LICENSE": f"Creative Commons Attribution-ShareAlike 4.0 International\n{LICENCE_ADDRESS}\n\n"
        f"{atlas_provenance().licence}\n",
    }


def _about(key: str) -> dict[str, Any]:
    one = atlas_tokenizers()[key]
    return {
        "key": key,
        "label": one.label,
        "spec": public_spec(one),
        "fingerprint": one.fingerprint,
        "n_vocabulary": one.n_vocabulary,
        "algorithm": one.algorithm,
        "counted_with": one.reference,
        "normaliser": one.normaliser,
        "family": one.family,
        "year": one.year,
        "counts_like": list(one.also),
    }


def _title() -> str:
    return TITLE.format(n=len(atlas_tokenizers()))


def _card() -> str:
    """The card, with the head that the Hub reads."""
    about, keys = atlas_provenance(), list(atlas_tokenizers())
    languages = sorted({code.partition("_")[0] for code in shipped_atlas(["gpt-2"]).languages})
    configs = [("default", "data/*.parquet"), *((key, f"data/{key}.parquet") for key in keys)]
    head = [
        "---",
        f"pretty_name: {json.dumps(_title())}",
        f"license: {LICENCE}",
        "multilinguality: multilingual",
        "size_categories:",
        "- 10M<n<100M",
        "tags:",
        *(f"- {json.dumps(word)}" for word in _KEYWORDS),
        "language:",
        *(f"- {json.dumps(code)}" for code in languages),  # quoted: YAML takes a bare `no` for false
        "configs:",
        *(line for name, files in configs for line in (f"- config_name: {json.dumps(name)}", f"  data_files: {files}")),
        "---",
    ]
    columns = [f"| `{name}` | {meaning} |" for name, meaning in COLUMNS.items()]
    body = [
        f"# {_title()}",
        "",
        f"Tokens and unknown tokens of {len(keys)} tokenizers on every sentence of {about.corpus_label} (fingerprint "
        f"{about.corpus}) in 204 language-scripts, counted {about.date} with {', '.join(about.versions)}. One Parquet "
        "file a tokenizer; `tokenizers.json` says which each is, with its fingerprint. The text itself is not here.",
        "",
        "| column | what it is |",
        "| --- | --- |",
        *columns,
        "",
        "A premium is the sum of `tokens` of a language over that of another on the same sentences. Tokenizers that "
        "count the same on every sentence are here once; `counts_like` names the others.",
        "",
        "## Licence",
        "",
        f"{about.licence} The counts are given under the same licence, [CC BY-SA 4.0]({LICENCE_ADDRESS}).",
        "",
        "## How to cite it",
        "",
        "`CITATION.cff` and `.zenodo.json` hold the metadata that a DOI is made from, `references.bib` the papers of "
        "the text and of the tokenizers.",
        "",
    ]
    return "\n".join([*head, *body])


def _citation() -> str:
    about = atlas_provenance()
    return "\n".join(
        [
            "cff-version: 1.2.0",
            f"title: {json.dumps(_title())}",
            'message: "If you use these counts, please cite them with the fingerprints in tokenizers.json."',
            "type: dataset",
            f"version: {VERSION}",
            f"date-released: {about.date}",
            "license: CC-BY-SA-4.0",
            "authors:",
            f"  - name: {json.dumps(_AUTHOR)}",
            "keywords:",
            *(f"  - {json.dumps(word)}" for word in _KEYWORDS),
            "",
        ]
    )


def _zenodo() -> dict[str, Any]:
    about, papers = atlas_provenance(), [references()[key] for key in (FLORES, PREMIUM)]
    return {
        "title": _title(),
        "upload_type": "dataset",
        "description": f"Tokens and unknown tokens of each sentence of {about.corpus_label}, by tokenizer.",
        "creators": [{"name": _AUTHOR}],
        "version": VERSION,
        "publication_date": about.date,
        "access_right": "open",
        "license": LICENCE,
        "keywords": list(_KEYWORDS),
        "related_identifiers": [
            {"identifier": f"arXiv:{one.fields['eprint']}", "relation": relation, "scheme": "arxiv"}
            for one, relation in zip(papers, ("isDerivedFrom", "references"), strict=True)
        ],
    }


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
