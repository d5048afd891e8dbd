"""Trained segmenters, kept under `TOKEN_ATLAS_HOME` as each is finished: a run that was stopped goes on from there."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors.torch import save
from torch import Tensor

import core
from core.common.atomic import whole_folder
from core.common.disk import on_disk
from core.common.home import home

_WEIGHTS, _ABOUT = "weights.safetensors", "about.json"
_TAUGHT_BY = ("segmenters/*.py", "segmenters/build/*.py", "segmenters/families/*.py", "models/build/*.py")
Made = tuple[dict[str, Tensor], dict[str, Any]]


class KeptTraining:
    """What was trained of these texts by the code as it is now.

    Args:
        texts: by language.
    """

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        digest = hashlib.sha256(json.dumps([version("torch"), version("numpy"), texts]).encode())
        for pattern in _TAUGHT_BY:
            for path in sorted(Path(core.__path__[0]).glob(pattern)):
                digest.update(path.read_bytes())
        self._key = digest.hexdigest()[:16]

    def has(self, name: str) -> bool:
        """Whether one of this name is there."""
        return self._place(name).is_dir()

    def made(self, name: str, make: Callable[[], Made]) -> tuple[bytes, dict[str, Any]]:
        """(file of its weights, what is known of it), made only where it is not there.

        Raises:
            UserError: it cannot be written.
        """
        place = self._place(name)
        if not place.is_dir():
            arrays, about = make()
            with on_disk(f"The segmenter {name}"), whole_folder(place) as folder:
                (folder / _WEIGHTS).write_bytes(save({key: array.contiguous() for key, array in arrays.items()}))
                (folder / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        return (place / _WEIGHTS).read_bytes(), json.loads((place / _ABOUT).read_text(encoding="utf-8"))

    def _place(self, name: str) -> Path:
        return home("segmenters-made") / f"{name}-{self._key}"
