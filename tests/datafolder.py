"""The folder of real tokenizers and texts beside the repository, where it is there."""

import zipfile
from functools import cache
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
TOKENIZERS = DATA / "tokenizers"
HAS_DATA = TOKENIZERS.is_dir()
needs_data = pytest.mark.skipif(not HAS_DATA, reason=f"no data folder at {DATA.parent.name}/{DATA.name}")


@cache
def flores(split: str = "dev") -> dict[str, list[str]]:
    """Lines of FLORES-200 by language code."""
    with zipfile.ZipFile(DATA / "parallel" / f"flores200_{split}.zip") as archive:
        return {
            Path(name).stem: archive.read(name).decode().splitlines()
            for name in archive.namelist()
            if name.endswith(f".{split}")
        }
