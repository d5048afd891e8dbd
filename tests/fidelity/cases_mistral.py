"""The tokenizers inside mistral-common against mistral-common."""

from collections.abc import Callable
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path

from core.tokenizers.formats.mistral import SOURCE, data_folder
from tests.fidelity.case import Case

_FILES = {
    "tekken": "tekken_240911.json",
    "tekken_240911": "tekken_240911.json",
    "tekken_240718": "tekken_240718.json",
    "v1": "tokenizer.model.v1",
    "v2": "mistral_instruct_tokenizer_240216.model.v2",
    "v3": "mistral_instruct_tokenizer_240323.model.v3",
    "v7": "mistral_instruct_tokenizer_241114.model.v7",
    "v7m1": "mistral_instruct_tokenizer_241114.model.v7m1",
}


@cache
def _load(path: Path) -> Callable[[str], list[int]]:
    from mistral_common.tokens.tokenizers.sentencepiece import SentencePieceTokenizer
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer

    engine = Tekkenizer.from_file(path) if path.suffix == ".json" else SentencePieceTokenizer(path)
    return lambda text: list(engine.encode(text, bos=False, eos=False))


def _all() -> list[Case]:
    assert SOURCE.offered
    names = ["tekken_240911", *(spec.partition(":")[2] for spec, _ in SOURCE.offered())]
    library = f"mistral_common {version('mistral_common')}"
    return [
        Case("mistral", name, f"mistral:{name}", library, partial(_load, data_folder() / _FILES[name]))
        for name in names
    ] + [
        Case(
            "tekken",
            _FILES[name],
            f"file:{data_folder() / _FILES[name]}",
            library,
            partial(_load, data_folder() / _FILES[name]),
        )
        for name in ("tekken_240911", "tekken_240718")
    ]


CASES = _all()
