"""The shipped cuts of the opening text, as long as nothing that they follow from has changed.

`make opening` makes them with the tokenizers themselves (`core.tokenizers.opening.make`). Where the text, our code, a
library or a vocabulary's file is not what it was then, there are none, and the tokenizers are opened instead.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.data_folders import DATA
from core.common.errors import UserError
from core.text.samples import opening_text
from core.tokenizers import catalog
from core.tokenizers.opening.made_with import code_version, format_names, library_versions
from core.tokenizers.packages.installed import PackagedFile
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import PLAIN, Counts, Explanation, Info, Specials, Stage, TokenDetails, Tokenizer

FILE = DATA / "tokenizers" / "opening.json"
# Of well-known models, all different, and all in packages that are pinned. DeepSeek V4 would be a sixth: its
# tokenizer.json alone takes as long to read as these five, and the first visitor waits for that with the first key.
OPENING = ("tiktoken:o200k_base", "packaged:qwen3", "mistral:v3", "packaged:rwkv-world", "tiktoken:cl100k_base")


@dataclass(frozen=True, eq=False)
class OpeningCut:
    """What one tokenizer makes of the opening text, and what its vocabulary says of the tokens there."""

    info: Info
    segmentation: Segmentation
    details: Mapping[int, TokenDetails]

    def document(self) -> dict[str, Any]:
        """As JSON has it, bytes in hexadecimal."""
        cut = self.segmentation
        return {
            "info": asdict(self.info),
            "ids": cut.ids.tolist(),
            "starts": cut.starts.tolist(),
            "ends": cut.ends.tolist(),
            "kinds": cut.kinds.tolist(),
            "pieces": [piece.hex() for piece in cut.pieces],
            "n_added": cut.n_added,
            "details": [[d.id, d.piece.hex(), d.spelling, d.measure, d.kind, d.number] for d in self.details.values()],
        }


@cache
def _document() -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


@cache
def opening_cuts() -> Mapping[str, OpeningCut]:
    """The shipped cuts, by spec; those that no longer hold are left out."""
    return still_true(_document())


def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network, told without the libraries that would open it.

    >>> dict(offered())["builtin:utf8-bytes"]
    'UTF-8 bytes'
    """
    return still_offered(_document())


def still_offered(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Those of a document, if they follow from the code that is here now, else what the formats themselves say."""
    if (document["code"], document["formats"]) != (code_version(), format_names()):
        return catalog.offered()
    return [(spec, label) for spec, label in document["offered"]]


def still_true(document: Mapping[str, Any]) -> dict[str, OpeningCut]:
    """The cuts of a document that follow from the text, code, libraries and files that are here now."""
    made_with = (opening_text(), code_version(), library_versions())
    if (document["text"], document["code"], document["libraries"]) != made_with:
        return {}
    return {spec: _cut(cut, document["text"]) for spec, cut in document["cuts"].items() if _is_here(cut["file"])}


def _is_here(file: Mapping[str, str]) -> bool:
    """Is this very file in the package that is installed?"""
    try:
        return PackagedFile(**file).find().is_file()
    except UserError:
        return False


def _cut(document: Mapping[str, Any], text: str) -> OpeningCut:
    ids, starts, ends = (np.array(document[name], np.int32) for name in ("ids", "starts", "ends"))
    pieces = [bytes.fromhex(piece) for piece in document["pieces"]]
    kinds = np.array(document["kinds"], np.uint8)
    details = {row[0]: TokenDetails(row[0], bytes.fromhex(row[1]), *row[2:]) for row in document["details"]}
    info = Info(**{name: _in_tuples(value) for name, value in document["info"].items()})
    return OpeningCut(info, Segmentation(text.encode(), ids, starts, ends, kinds, pieces, document["n_added"]), details)


def _in_tuples(value: Any) -> Any:
    return tuple(map(_in_tuples, value)) if isinstance(value, list) else value


class PreparedTokenizer(Tokenizer):
    """A tokenizer that knows the opening text by heart, and is opened when it is asked for anything else.

    Args:
        cut: what it knows.
        opened: opens the tokenizer itself, once or again and again.
    """

    def __init__(self, cut: OpeningCut, opened: Callable[[], Tokenizer]) -> None:
        self.info, self._cut, self._opened = cut.info, cut, opened

    def segment(self, text: str, specials: Specials = PLAIN) -> Segmentation:
        known = specials == PLAIN and text == opening_text()
        return self._cut.segmentation if known else self._opened().segment(text, specials)

    def count(self, texts: Sequence[str]) -> Counts:
        return self._opened().count(texts)

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        return self._opened().encode_many(texts)

    def describe(self, ids: Sequence[int]) -> list[TokenDetails]:
        known = self._cut.details
        return [known[i] for i in ids] if all(i in known for i in ids) else self._opened().describe(ids)

    def merges(self) -> NDArray[np.int32]:
        return self._opened().merges()

    def decode(self, ids: Sequence[int]) -> bytes:
        return self._opened().decode(ids)

    def find(self, wanted: str, most: int) -> list[TokenDetails]:
        return self._opened().find(wanted, most)

    def stages(self, text: str) -> list[Stage]:
        return self._opened().stages(text)

    def explain(self, piece: str) -> Explanation | None:
        return self._opened().explain(piece)
