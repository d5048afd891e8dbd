"""Small hypernetworks with drawn weights, and folders of them as ZeTT's checkpoints are laid out."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from core.transplants.hypernetworks.network import Predicting
from core.transplants.hypernetworks.opening import Hypernetwork
from core.transplants.hypernetworks.shape import NetworkShape, config_of


def layout(width: int, n_old: int, *, both: bool = True, **more: Any) -> NetworkShape:
    """Of a network of two layers that is 16 wide and reads eight old tokens."""
    return replace(NetworkShape(width, n_old, 8, 2, 16, 24, 4, both, False, True, True), **more)


def drawn(shape: NetworkShape, seed: int = 0) -> Predicting:
    """A network with weights large enough to matter, norms and scales too."""
    torch.manual_seed(seed)
    network = Predicting(shape).eval().requires_grad_(False)
    for values in network.parameters():
        values.copy_(values + 0.3 * torch.randn_like(values))
    return network


def hypernetwork(width: int, n_old: int, *, both: bool = True) -> Hypernetwork:
    """One that was never in a file."""
    return Hypernetwork("drawn", "test:drawn", drawn(layout(width, n_old, both=both)), "0" * 64)


def saved(folder: Path, network: Predicting, **config: Any) -> Path:
    """The folder of a checkpoint, with what these hold beside what is read."""
    folder.mkdir(parents=True, exist_ok=True)
    shape, weights = network.layout, dict(network.state_dict())
    n_read = shape.width * (2 if shape.both else 1)
    weights["fallback_embeddings.weight"] = torch.zeros(1, n_read)
    weights["model.embeddings.word_embeddings.weight"] = torch.zeros(1, shape.hidden)
    save_file({key: values.contiguous() for key, values in weights.items()}, folder / "model.safetensors")
    told = config_of(shape) | {"pad_token_id": 0, "hn_n_extra_tokens": 0, "hn_embed_target_priors": False} | config
    (folder / "config.json").write_text(json.dumps(told))
    return folder
