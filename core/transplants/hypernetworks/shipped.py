"""Which hypernetworks ship, and for which model; nothing of torch is loaded."""

from core.common.data_folders import DATA

FOLDER = DATA / "hypernetworks"
CONFIG = "config.json"


def shipped_names() -> list[str]:
    """Of all that ship.

    >>> shipped_names()
    ['tiny-english']
    """
    return sorted(path.parent.name for path in FOLDER.glob(f"*/{CONFIG}"))


def shipped_for(model: str) -> str:
    """The spec of the hypernetwork that ships for a model, by the model's spec; empty where none does.

    >>> shipped_for("shipped:tiny-english"), shipped_for("hub:a/b")
    ('shipped:tiny-english', '')
    """
    name = model.removeprefix("shipped:")
    return f"shipped:{name}" if model.startswith("shipped:") and name in shipped_names() else ""
