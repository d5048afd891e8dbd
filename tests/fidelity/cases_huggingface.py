"""tokenizer.json against the tokenizers library itself."""

import gzip
from collections.abc import Callable
from functools import partial
from pathlib import Path

import tokenizers

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case


def _reference(path: Path) -> Callable[[str], list[int]]:
    data = path.read_bytes()
    engine = tokenizers.Tokenizer.from_buffer(gzip.decompress(data) if path.suffix == ".gz" else data)
    engine.no_padding()
    engine.no_truncation()
    engine.encode_special_tokens = True
    return lambda text: list(engine.encode(text, add_special_tokens=False).ids)


_PATHS = [*sorted(TOKENIZERS.glob("hf_json/*/tokenizer.json")), *sorted(TOKENIZERS.glob("converted/*.json.gz"))]

CASES = [
    Case(
        source="tokenizers_json",
        name=path.parent.name if path.name == "tokenizer.json" else path.name.partition(".")[0],
        spec=f"file:{path}",
        library=f"tokenizers {tokenizers.__version__}",
        reference=partial(_reference, path),
    )
    for path in _PATHS
]
