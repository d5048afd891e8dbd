"""What a job about one model is submitted with, whatever it does with it."""

from collections.abc import Mapping
from pathlib import Path

from core.common.errors import UserError, shown
from core.common.named_path import named_path
from core.common.settings import settings
from core.jobs.store.files import Json
from core.models.shipped import shipped_folder
from core.tokenizers.catalog import split_options

_BASE_MB, _USUAL_MB, _FETCHED_MB = 2_048, 4_096, 8_192
_UNPACKED = {".gguf": 8.0, ".bin": 1.5}  # bytes of float32 per byte of a file; others hold two bytes a number
_HALVES = 2.6


def model_params(model: str) -> dict[str, Json]:
    """The parameters that name a model, with what tells apart a folder from what it held before.

    Raises:
        UserError: this server opens no models of this kind, or there is none of this name here.

    >>> model_params("shipped:tiny-english")
    {'model': 'shipped:tiny-english', 'files': [], 'memory_mb': 2048}
    """
    settings().refuse(model.partition(":")[0])
    _refuse_missing(model)
    seen = [(path.name, found.st_size, found.st_mtime_ns) for path in _files(model) for found in [path.stat()]]
    return {"model": model, "files": [list(each) for each in seen], "memory_mb": _memory_mb(model)}


def _refuse_missing(model: str) -> None:
    """What is not here is said before a job is handed in; of the Hub and of packages only the job can know."""
    scheme, _, name = model.partition(":")
    if not name:
        raise UserError("No model is named. Choose one that ships, or give one such as hub:OWNER/NAME.")
    if scheme == "shipped":
        shipped_folder(name)
    elif scheme == "file" and not _path(model).exists():
        raise UserError(f"There is no file or folder {shown(str(_path(model)))}. Give the path of a model.")


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process of such a job may take."""
    return int(params.get("memory_mb", _USUAL_MB))


def _memory_mb(model: str) -> int:
    if model.startswith("shipped:"):
        return _BASE_MB
    if not model.startswith("file:"):
        return _FETCHED_MB if model.startswith("hub:") else _USUAL_MB
    weights = sum(path.stat().st_size * _UNPACKED.get(path.suffix, _HALVES) for path in _files(model))
    return _BASE_MB + int(-(-weights // 2**20))


def _files(model: str) -> list[Path]:
    """The files of a model that is named by path."""
    if not model.startswith("file:"):
        return []
    path = _path(model)
    if path.is_file():
        return [path]
    wanted = ("*.safetensors", "*.gguf", "*.bin", "config.json", "tokenizer.json")
    return sorted({each for pattern in wanted for each in path.glob(pattern) if each.is_file()})


def _path(model: str) -> Path:
    return named_path(split_options(model.removeprefix("file:"))[0])
