"""This project's own tiny models."""

from core.common.data_folders import DATA

SHIPPED = DATA / "models"


def shipped() -> list[str]:
    """Their names."""
    return sorted(path.parent.name for path in SHIPPED.glob("*/model.safetensors"))
