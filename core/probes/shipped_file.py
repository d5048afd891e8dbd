"""What `core.probes.shipping` wrote of an answer, read again."""

import json
from pathlib import Path
from typing import TypeVar

from core.common.codec import built

Shipped = TypeVar("Shipped")


def read_answer(kind: type[Shipped], file: Path) -> Shipped:
    """The dataclass that a file of data/probes holds."""
    return built(kind, json.loads(file.read_text(encoding="utf-8")))
