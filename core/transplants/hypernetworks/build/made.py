"""A hypernetwork from nothing to its folder: trained, judged, and written whole."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save

from core.common.atomic import write_whole
from core.common.errors import UserError, shown
from core.models.build.quality import judged
from core.models.build.texts import Part, devtest
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.memory_peak import MemoryPeak
from core.tokenizers.local_tokenizer import open_local
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.hypernetworks.build.card import card
from core.transplants.hypernetworks.build.course import Course
from core.transplants.hypernetworks.build.state import place_of
from core.transplants.hypernetworks.build.train import train
from core.transplants.hypernetworks.opening import Hypernetwork, open_hypernetwork
from core.transplants.hypernetworks.shape import NetworkShape, config_of
from core.transplants.problem import Problem
from core.transplants.resources import Resources

LONGEST, LAYERS, HIDDEN, MIDDLE, HEADS = 24, 2, 128, 256, 4
_CONFIG, _WEIGHTS, _QUALITY, _CARD = "config.json", "model.safetensors", "quality.json", "README.md"


@dataclass(frozen=True, eq=False)
class WantedNetwork:
    """A hypernetwork that is asked for.

    Args:
        model: that it is for, in float32.
        unseen: spec of a model or a tokenizer, by whose tokens it is judged.
        course: how it is trained.
        sentences: of each language, by which it is judged.
        folder: where it goes.
        ships: whether it takes the place of the one that ships.
    """

    model: LanguageModel
    unseen: str
    course: Course
    sentences: int
    folder: Path
    ships: bool


def make(asked: WantedNetwork, parts: Sequence[Part]) -> None:
    """Train it and write its folder, in one step.

    Raises:
        UserError: the folder holds something, the model is of no kind that it can be trained for, or the tokenizer by
            which it is judged cannot be opened.
    """
    model, target = asked.model, asked.folder
    if not asked.ships and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{shown(str(target))} is there already. Name a folder that is new or empty.")
    unseen = _tokenizer(asked.unseen)
    layout = layout_for(model)
    peak, reached = MemoryPeak(torch.device("cpu")), place_of(model, layout, asked.course, parts)
    network, facts = train(model, layout, parts, asked.course, reached / "state.pt")
    taken = peak.bytes()
    weights = {name: values.half().contiguous() for name, values in network.state_dict().items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:32]}."))
    try:
        write_whole(made / _CONFIG, (json.dumps(config_of(layout), indent=1) + "\n").encode())
        write_whole(made / _WEIGHTS, save(weights))
        fresh = set(vocabulary_of(unseen).pieces) - set(vocabulary_of(model.tokenizer).pieces)
        about: dict[str, Any] = {
            "seconds": round(facts.seconds),
            "memory": round(taken) if isfinite(taken) else None,
            "parameters": sum(values.numel() for values in network.parameters()),
            "first": facts.first,
            "last": facts.last,
            "known_first": facts.known_first,
            "known_last": facts.known_last,
            "bytes": facts.n_bytes,
            "met": len(facts.pieces),
            "fresh": len(fresh),
            "fresh_met": len(fresh & facts.pieces),
            "sentences": asked.sentences,
            "unseen": unseen.info.label,
            "languages": {
                key: judged(_with(model, unseen, open_hypernetwork(str(made), "cpu"), key), devtest(), asked.sentences)
                for key in ("subword_mean", "zett")
            },
        }
        write_whole(made / _QUALITY, (json.dumps(about, indent=1) + "\n").encode())
        write_whole(
            made / _CARD, card(layout, asked.course, about, (made / _WEIGHTS).stat().st_size, asked.ships).encode()
        )
        made.chmod(0o755)
        if target.is_dir():
            shutil.rmtree(target)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    shutil.rmtree(reached)


def layout_for(model: LanguageModel) -> NetworkShape:
    """The shape of the network that is trained for a model."""
    return NetworkShape(
        width=model.width,
        n_old=len(vocabulary_of(model.tokenizer)),
        longest=LONGEST,
        layers=LAYERS,
        hidden=HIDDEN,
        middle=MIDDLE,
        heads=HEADS,
        both=not model.tied,
        single=False,
        rescaled=True,
        bias=False,
        beyond_mean=True,
        model=model.spec,
        content=model.content,
    )


def _tokenizer(spec: str) -> LocalTokenizer:
    """Of a shipped model, or what else opens a tokenizer."""
    if spec.startswith("shipped:"):
        return open_model(spec, "cpu").tokenizer
    return open_local(spec)


def _with(model: LanguageModel, new: LocalTokenizer, network: Hypernetwork, key: str) -> LanguageModel:
    """The model with the unseen tokenizer, by a method."""
    resources = Resources(hypernetwork=network)
    problem = Problem(model.tokenizer, new, model.matrices(), resources=resources, old_roles=model.special_ids)
    made = transplant(problem, METHODS.get(key))
    return model.with_matrices(made.matrices, new, made.special_ids)
