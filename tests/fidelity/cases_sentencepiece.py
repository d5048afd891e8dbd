"""SentencePiece models against the library."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import sentencepiece

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

LIBRARY = f"sentencepiece {sentencepiece.__version__}"


def load(path: Path) -> Callable[[str], list[int]]:
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return lambda text: list(processor.encode(text))


_PATHS = [
    *sorted((TOKENIZERS / "sentencepiece").rglob("*.model")),
    *sorted((TOKENIZERS / "converted").glob("*.model")),
]

CASES = [
    Case("sentencepiece", path.stem, f"file:{path}", LIBRARY, partial(load, path))
    if path.parent.name != "compoundpiece_baseline"
    else Case("sentencepiece", f"compoundpiece {path.stem}", f"file:{path}", LIBRARY, partial(load, path))
    for path in _PATHS
]
