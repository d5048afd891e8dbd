"""How many rows a model's embedding has, by its configuration."""

import json
from pathlib import Path

from core.common.errors import UnreadableFile, shown
from core.vocabulary.entries import ModelRows

_MOST_BYTES = 2**20
_CONFIG, _NAME = "config.json", "vocab_size"
_INNER = ("text_config", "llm_config", "language_config")  # where models of several senses keep it


def rows_of_model(path: Path) -> ModelRows:
    """The `vocab_size` of a model's folder or of its config.json.

    Raises:
        UnreadableFile: there is no such file, it is no JSON of at most 1 MB, or it names no number; says which.
    """
    file = path / _CONFIG if path.is_dir() else path
    try:
        data = file.read_bytes() if file.stat().st_size <= _MOST_BYTES else b""
        config = json.loads(data)
    except (OSError, ValueError, RecursionError):
        raise UnreadableFile(f"{shown(str(file))} is no config.json of a model. Name the model's folder.") from None
    found = [part.get(_NAME) for part in _parts(config)]
    n = next((one for one in found if type(one) is int and one > 0), None)
    if n is None:
        raise UnreadableFile(f"{shown(str(file))} has no {_NAME}. Give the number of rows instead.")
    return ModelRows(n, shown(str(path)))


def _parts(config: object) -> list[dict[str, object]]:
    """A configuration and those inside it."""
    if not isinstance(config, dict):
        return []
    return [config, *(part for name in _INNER if isinstance(part := config.get(name), dict))]
