"""BERT's vocab.txt against BertWordPieceTokenizer, cased and uncased as Google published them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import tokenizers
from tokenizers.implementations import BertWordPieceTokenizer

from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

_LOWER = {"bert-base-uncased": True, "bert-base-cased": False, "bert-base-multilingual-cased": False}


def _reference(path: Path, lower: bool) -> Callable[[str], list[int]]:
    engine = BertWordPieceTokenizer.from_file(str(path), lowercase=lower)
    engine._tokenizer.encode_special_tokens = True
    return lambda text: list(engine.encode(text, add_special_tokens=False).ids)


CASES = [
    Case(
        "wordpiece",
        path.name.partition(".")[0],
        f"file:{path}",
        f"tokenizers {tokenizers.__version__}",
        partial(_reference, path, _LOWER.get(path.name.partition(".")[0], True)),
    )
    for path in sorted(TOKENIZERS.glob("wordpiece/*.vocab.txt"))
]
