"""What a job about one model is submitted with, whatever it does with it."""

from collections.abc import Mapping
from pathlib import Path

from core.common.named_path import named_path
from core.common.settings import settings
from core.jobs.store.files import Json
from core.tokenizers.catalog import split_options

_BASE_MB, _USUAL_MB, _FETCHED_MB = 2_048, 4_096, 8_192
_UNPACKED = {".gguf": 8.0, ".bin": 1.5}  # bytes of float32 per byte of a file; others hold two bytes a number
_HALVES = 2.6


def model_params(model: str) -> dict[str, Json]:
    """The parameters that name a model, with what tells apart a folder from what it held before.

    Raises:
        UserError: this server opens no models of this kind.

    >>> model_params("shipped:tiny-english")
    {'model': 'shipped:tiny-english', 'files': [], 'memory_mb': 2048}
    """
    settings().refuse(model.partition(":")[0])
    seen = [(path.name, found.st_size, found.st_mtime_ns) for path in _files(model) for found in [path.stat()]]
    return {"model": model, "files": [list(each) for each in seen], "memory_mb": _memory_mb(model)}


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
    path = named_path(split_options(model.removeprefix("file:"))[0])
    if path.is_file():
        return [path]
    wanted = ("*.safetensors", "*.gguf", "*.bin", "config.json", "tokenizer.json")
    return sorted({each for pattern in wanted for each in path.glob(pattern) if each.is_file()})
