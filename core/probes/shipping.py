"""How answers of a real model come to ship: when and with what they were made, and written as one file."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import to_json
from core.common.progress import listening

_LIBRARIES = ("numpy", "torch", "transformers", "tokenizers")


def today() -> str:
    """The day, ISO 8601."""
    return datetime.now(UTC).date().isoformat()


def versions() -> tuple[str, ...]:
    """Of the libraries on which a model's numbers depend."""
    return tuple(f"{name} {version(name)}" for name in _LIBRARIES)


def ship(file: Path, make: Callable[[], object]) -> None:
    """Write the dataclass that is made, and tell how far it is."""
    with listening(lambda done, total, stage: print(f"{done}/{total} {stage}", flush=True)):
        write_whole(file, to_json(make()).encode() + b"\n")
