"""`mistral:NAME`: the tokenizers that ship inside the mistral-common package, found without importing it.

They have no Jinja template: chats are rendered by mistral-common itself.
"""

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from core.common.errors import UnknownName, UserError
from core.tokenizers.format import Files, Source
from core.tokenizers.formats.sentencepiece import load_model
from core.tokenizers.formats.tekken import load_tekken
from core.tokenizers.tokenizer import LocalTokenizer


@dataclass(frozen=True)
class _Shipped:
    file: str
    label: str


_SHIPPED = {
    "tekken_240911": _Shipped("tekken_240911.json", "Mistral Tekken 240911"),
    "tekken_240718": _Shipped("tekken_240718.json", "Mistral Tekken 240718"),
    "v7m1": _Shipped("mistral_instruct_tokenizer_241114.model.v7m1", "Mistral v7m1"),
    "v7": _Shipped("mistral_instruct_tokenizer_241114.model.v7", "Mistral v7"),
    "v3": _Shipped("mistral_instruct_tokenizer_240323.model.v3", "Mistral v3"),
    "v2": _Shipped("mistral_instruct_tokenizer_240216.model.v2", "Mistral v2"),
    "v1": _Shipped("tokenizer.model.v1", "Mistral v1"),
}
_NEWEST = "tekken_240911"


@cache
def data_folder() -> Path:
    """The folder of tokenizer files inside mistral-common; finding it runs none of the package's code.

    Raises:
        UserError: the package is not installed.
    """
    spec = find_spec("mistral_common")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("The mistral-common package is not installed, and its tokenizers ship inside it. Install it.")
    return Path(spec.submodule_search_locations[0]) / "data"


def shipped_file(name: str) -> Path:
    """The file of the tokenizer `mistral:NAME`.

    Raises:
        UnknownName: there is none of this name; suggests the nearest.
        UserError: the installed package does not have the file.

    >>> shipped_file("tekken").name
    'tekken_240911.json'
    """
    shipped = _shipped(name)
    path = data_folder() / shipped.file
    if not path.is_file():
        raise UserError(f"The installed mistral-common has no {shipped.file}. Install mistral-common 1.13 or newer.")
    return path


def _shipped(name: str) -> _Shipped:
    shipped = _SHIPPED.get(_NEWEST if name == "tekken" else name)
    if shipped is None:
        raise UnknownName("Mistral tokenizer", name, ["tekken", *_SHIPPED])
    return shipped


def _open(name: str) -> LocalTokenizer:
    path, shipped = shipped_file(name), _shipped(name)
    label = "Mistral Tekken" if name == "tekken" else shipped.label
    files = Files(f"mistral:{name}", {shipped.file: path}, shipped.file)
    if shipped.file.endswith(".json"):
        return load_tekken(files, shipped.file, label=label, source="mistral")
    return load_model(files, shipped.file, label=label, source="mistral")


def _offered() -> list[tuple[str, str]]:
    named = [(f"mistral:{name}", shipped.label) for name, shipped in _SHIPPED.items() if name != _NEWEST]
    return [("mistral:tekken", "Mistral Tekken (240911)"), *named]


SOURCE = Source(key="mistral", label="Mistral (in mistral-common)", scheme="mistral", open=_open, offered=_offered)
