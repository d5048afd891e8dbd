"""Small H-Nets of the layout in which they are published, made with torch from a seed."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

State = dict[str, Tensor]
KERNEL = 4


def one_stage(layers: int = 2, width: int = 16, heads: int = 4, state: int = 8, seed: int = 0) -> State:
    """`["m2", ["T1"], "m2"]`: what comes before the router, and something behind it that is never read."""
    draw = torch.Generator().manual_seed(seed)
    tensors = {"embeddings.weight": torch.randn(256, width, generator=draw)}
    for n in range(layers):
        tensors |= mamba_layer(f"backbone.encoder.layers.{n}.", width, heads, state, draw)
    tensors |= router("backbone.", width, draw)
    tensors["backbone.main_network.main_network.layers.0.mixer.Wqkv.weight"] = torch.zeros(4, 4)
    tensors["lm_head.weight"] = torch.full((256, width), torch.nan)
    return tensors


def two_stages(seed: int = 0) -> State:
    """`["m1", ["T1m1", ["T1"], "m1T1"], "m1"]`, the second stage wider."""
    draw, width = torch.Generator().manual_seed(seed), 24
    second = "backbone.main_network."
    return {
        **one_stage(layers=1, seed=seed),
        f"{second}pad_dimension": torch.randn(8, generator=draw),
        **attention_layer(f"{second}encoder.layers.0.", width, 32, draw),
        **mamba_layer(f"{second}encoder.layers.1.", width, 4, 8, draw),
        **router(second, width, draw),
    }


TWO_STAGES: Mapping[str, Any] = {
    "arch_layout": ["m1", ["T1m1", ["T1"], "m1T1"], "m1"],
    "d_model": [16, 24, 32],
    "attn_cfg": {"num_heads": [4, 4, 4], "rotary_emb_dim": [4, 4, 4], "window_size": [7, 7, -1]},
}


def mamba_layer(at: str, width: int, heads: int, state: int, draw: torch.Generator) -> State:
    """A layer `m`."""
    inner, channels = 2 * width, 2 * width + 2 * state
    sides: Mapping[str, Sequence[int]] = {
        "norm1.weight": (width,),
        "mixer.in_proj.weight": (inner + channels + heads, width),
        "mixer.conv1d.weight": (channels, 1, KERNEL),
        "mixer.conv1d.bias": (channels,),
        "mixer.dt_bias": (heads,),
        "mixer.A_log": (heads,),
        "mixer.D": (heads,),
        "mixer.norm.weight": (inner,),
        "mixer.out_proj.weight": (width, inner),
    }
    return _drawn(at, sides, draw)


def attention_layer(at: str, width: int, between: int, draw: torch.Generator) -> State:
    """A layer `T`."""
    sides: Mapping[str, Sequence[int]] = {
        "norm1.weight": (width,),
        "mixer.Wqkv.weight": (3 * width, width),
        "mixer.out_proj.weight": (width, width),
        "norm2.weight": (width,),
        "mlp.fc1.weight": (2 * between, width),
        "mlp.fc2.weight": (width, between),
    }
    return _drawn(at, sides, draw)


def router(at: str, width: int, draw: torch.Generator) -> State:
    """The norm behind an encoder, and its router."""
    sides = {
        "encoder.rmsnorm.weight": (width,),
        "routing_module.q_proj_layer.weight": (width, width),
        "routing_module.k_proj_layer.weight": (width, width),
    }
    return _drawn(at, sides, draw)


def _drawn(at: str, sides: Mapping[str, Sequence[int]], draw: torch.Generator) -> State:
    def one(name: str, shape: Sequence[int]) -> Tensor:
        drawn = torch.randn(*shape, generator=draw)
        return 1 + drawn / 10 if "norm" in name else drawn / shape[-1] ** 0.5

    return {f"{at}{name}": one(name, shape) for name, shape in sides.items()}
