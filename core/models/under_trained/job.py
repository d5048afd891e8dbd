"""A job that finds under-trained tokens, the kind `core.work.under_trained`: what to submit for a model."""

from collections.abc import Mapping
from pathlib import Path

from core.common.settings import settings
from core.jobs.store.files import Json
from core.tokenizers.catalog import split_options

KIND = "under_trained"
_BASE_MB, _USUAL_MB, _FETCHED_MB = 2_048, 4_096, 8_192
_UNPACKED = {".gguf": 8.0, ".bin": 1.5}  # bytes of float32 per byte of a file; others hold two bytes a number
_HALVES = 2.6


def params_of(model: str, share: float) -> dict[str, Json]:
    """The parameters of the job for a model, with what tells apart a folder from what it held before.

    Args:
        share: of the tokens, those to be asked for, over 0 to 1.

    >>> params_of("shipped:tiny-english", 0.02)
    {'model': 'shipped:tiny-english', 'share': 0.02, 'files': [], 'memory_mb': 2048}
    """
    seen = [(path.name, found.st_size, found.st_mtime_ns) for path in _files(model) for found in [path.stat()]]
    return {"model": model, "share": share, "files": [list(each) for each in seen], "memory_mb": _memory_mb(model)}


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process of this job may take."""
    return int(params.get("memory_mb", _USUAL_MB))


def _memory_mb(model: str) -> int:
    if model.startswith("shipped:"):
        return _BASE_MB
    if not model.startswith("file:"):
        return _FETCHED_MB if model.startswith("hub:") else _USUAL_MB
    weights = sum(path.stat().st_size * _UNPACKED.get(path.suffix, _HALVES) for path in _files(model))
    return _BASE_MB + int(-(-weights // 2**20))


def _files(model: str) -> list[Path]:
    """The files of a model that is named by path.

    Raises:
        UserError: this server opens no paths.
    """
    if not model.startswith("file:"):
        return []
    settings().refuse("file")
    path = Path(split_options(model.removeprefix("file:"))[0]).expanduser()
    if path.is_file():
        return [path]
    wanted = ("*.safetensors", "*.gguf", "*.bin", "config.json", "tokenizer.json")
    return sorted({each for pattern in wanted for each in path.glob(pattern) if each.is_file()})
