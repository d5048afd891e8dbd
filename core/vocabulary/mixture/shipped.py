"""Mixtures that were inferred before and ship with the project, one file a tokenizer in data/mixtures."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.common.codec import built
from core.common.data_folders import DATA
from core.common.errors import UserError
from core.vocabulary.mixture.infer import Mixture

FOLDER = DATA / "mixtures"
FORMAT = 2  # since slack is relative to frequencies


@dataclass(frozen=True)
class SampleOf:
    """A sample that stood for a category: where it is from, its size, and the SHA-256 of its UTF-8."""

    name: str
    origin: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True)
class ShippedMixture:
    """What one tokenizer was trained on, given these categories.

    Args:
        date: when it was inferred, ISO 8601.
        label, family, year: of the tokenizer, as the atlas has them.
        fingerprint: of the tokenizer.
        merges: SHA-256 of the merges that were read, most of them; other files that begin with them have the answer.
        file: where the tokenizer's file came from, with its SHA-256.
        versions: of the libraries.
        categories: the samples, in order.
        mixtures: for growing numbers of merges.
    """

    date: str
    label: str
    family: str
    year: int
    fingerprint: str
    merges: str
    file: str
    versions: tuple[str, ...]
    categories: tuple[SampleOf, ...]
    mixtures: tuple[Mixture, ...]


@cache
def shipped_mixtures(folder: Path = FOLDER) -> dict[str, ShippedMixture]:
    """Every shipped mixture by the atlas's key of its tokenizer, the oldest tokenizer first.

    Raises:
        UserError: a file has another format than this version reads.

    >>> "gpt-2" in shipped_mixtures()
    True
    """
    found = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    return dict(sorted(found.items(), key=lambda item: (item[1].year, item[0])))


def _read(path: Path) -> ShippedMixture:
    document = json.loads(path.read_text(encoding="utf-8"))
    if document["format"] != FORMAT:
        raise UserError(f"{path.name} has format {document['format']}, and this version reads {FORMAT}.")
    return built(ShippedMixture, document)
