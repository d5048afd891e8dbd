"""What a training of a hypernetwork has reached, on disk, so that one that is broken off goes on with the same bits."""

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from core.common.atomic import write_whole
from core.common.home import home
from core.models.build.texts import Part
from core.models.language_model import LanguageModel
from core.transplants.hypernetworks.build.course import Course
from core.transplants.hypernetworks.shape import NetworkShape, config_of


@dataclass
class Reached:
    """How far a training has come.

    Args:
        step: the next.
        losses, misses: of each step, the former of those that read text, as `TrainingFacts` averages them.
        pieces: bytes of the tokens that drawn tokenizers had and the model has not.
        n_bytes: of text that was read.
        seconds: of a processor that it took.
    """

    step: int = 0
    losses: list[float] = field(default_factory=list)
    misses: list[float] = field(default_factory=list)
    pieces: set[bytes] = field(default_factory=set)
    n_bytes: int = 0
    seconds: float = 0.0


def place_of(model: LanguageModel, layout: NetworkShape, course: Course, parts: Sequence[Part]) -> Path:
    """The folder of one training, the same for the same model, shape, course and text alone."""
    asked = [model.fingerprint, config_of(layout), asdict(course), [(part.source, part.sha256) for part in parts]]
    return home("hypernetwork-training", hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16])


def save(file: Path, reached: Reached, parts: dict[str, Any]) -> None:
    """Keep all of it, in one step.

    Args:
        parts: states of network and optimiser, and of what draws.
    """
    whole = {**vars(reached), "pieces": sorted(piece.hex() for piece in reached.pieces), "parts": parts}
    written = io.BytesIO()
    torch.save(whole, written)
    write_whole(file, written.getvalue())


def load(file: Path) -> tuple[Reached, dict[str, Any]] | None:
    """What was kept last; None where nothing was."""
    if not file.is_file():
        return None
    whole = torch.load(file, map_location="cpu", weights_only=True)
    parts = whole.pop("parts")
    return Reached(**{**whole, "pieces": {bytes.fromhex(piece) for piece in whole["pieces"]}}), parts
