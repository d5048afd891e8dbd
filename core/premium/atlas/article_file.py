"""Writes which sentences of FLORES-200 come from one article, from the addresses in its metadata."""

import csv
import json
from pathlib import Path

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.corpora.articles import FILE
from core.corpora.sources.flores200 import SENTENCES
from core.stats.grouped_items import numbered


def write_articles(parallel: Path, out: Path) -> int:
    """Write the file; returns how many articles there are.

    Args:
        parallel: the folder with `flores200/metadata_dev.tsv` and `metadata_devtest.tsv`.
        out: the folder of the atlas.

    Raises:
        UserError: the metadata is not there, or not of these sentences.
    """
    found = {split: _articles(parallel / "flores200" / f"metadata_{split}.tsv", n) for split, n in SENTENCES.items()}
    rows = ",\n".join(f'"{split}": {json.dumps(numbers)}' for split, numbers in found.items())
    source = "FLORES-200, NLLB Team 2022: the address of the article of each sentence, in its order, as a number"
    (out / FILE).write_text(f'{{\n"source": "{source}",\n"articles": {{\n{rows}\n}}\n}}\n', encoding="utf-8")
    return sum(len(set(numbers)) for numbers in found.values())


def _articles(path: Path, n: int) -> tuple[int, ...]:
    if not path.is_file():
        raise UserError(
            f"There is no {shown(str(path))}, which says where sentences come from. Get it with FLORES-200."
        )
    with path.open(encoding="utf-8", newline="") as file:
        addresses = [row["URL"] for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    if len(addresses) != n:
        raise UserError(
            f"{shown(path.name)} has {count(len(addresses))} rows, and FLORES-200 {count(n)} sentences there."
        )
    return numbered(addresses)
