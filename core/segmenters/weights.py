"""The shipped weights of segmenters: read once, without torch."""

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.common.data_folders import DATA

FOLDER = DATA / "segmenters"


@cache
def weights(name: str) -> dict[str, NDArray[np.floating]]:
    """The arrays of a shipped file, by name."""
    from safetensors.numpy import load_file

    return load_file(FOLDER / f"{name}.safetensors")


@cache
def weights_fingerprint(name: str) -> str:
    """Hash of a shipped file, 16 hex digits."""
    return hashlib.sha256((FOLDER / f"{name}.safetensors").read_bytes()).hexdigest()[:16]
