"""llama2.c checkpoints: a Llama model's numbers in one file, without names.

Layout, little-endian: 7 int32 (width, width of the MLP, layers, heads, key-value heads, vocabulary, positions; a
negative vocabulary means a head of its own), then float32: embedding, attention norms, wq, wk, wv, wo, MLP norms, w1
(gate), w2 (down), w3 (up), final norm, two tables of rotations that can be computed, and the head if it is its own.

Its rotary embedding turns neighbouring numbers; transformers turns numbers half a head apart, so rows of wq and wk
change places.

Source: Karpathy 2023, llama2.c, run.c (version 0 of the format).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count

_HEADER = struct.Struct("<7i")
_MOST = 2**20  # no size in such a file reaches it


@dataclass(frozen=True)
class CheckpointSizes:
    """The sizes that a checkpoint begins with."""

    width: int
    mlp: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int
    positions: int
    tied: bool

    @property
    def tensors(self) -> list[tuple[str, tuple[int, ...]]]:
        """(name, shape) in the order of the file; names that transformers gives them, with {} for the layer."""
        head = self.width // self.heads
        kv, n, d, m = head * self.kv_heads, self.layers, self.width, self.mlp
        tables = (self.positions, head // 2)
        own_head = [] if self.tied else [("lm_head.weight", (self.vocabulary, d))]
        return [
            ("model.embed_tokens.weight", (self.vocabulary, d)),
            ("model.layers.{}.input_layernorm.weight", (n, d)),
            ("model.layers.{}.self_attn.q_proj.weight", (n, d, d)),
            ("model.layers.{}.self_attn.k_proj.weight", (n, kv, d)),
            ("model.layers.{}.self_attn.v_proj.weight", (n, kv, d)),
            ("model.layers.{}.self_attn.o_proj.weight", (n, d, d)),
            ("model.layers.{}.post_attention_layernorm.weight", (n, d)),
            ("model.layers.{}.mlp.gate_proj.weight", (n, m, d)),
            ("model.layers.{}.mlp.down_proj.weight", (n, d, m)),
            ("model.layers.{}.mlp.up_proj.weight", (n, m, d)),
            ("model.norm.weight", (d,)),
            ("", tables),
            ("", tables),
            *own_head,
        ]

    @property
    def n_bytes(self) -> int:
        """Of a whole file."""
        return _HEADER.size + 4 * sum(torch.Size(shape).numel() for _, shape in self.tensors)


def recognises(path: Path) -> bool:
    """Whether a file begins as a llama2.c checkpoint does, however it ends."""
    try:
        return path.suffix == ".bin" and path.is_file() and _shape(path) is not None
    except OSError:
        return False


def checkpoint_at(path: Path) -> Path:
    """The checkpoint in a folder that holds just one and no config.json; any other path as it is."""
    if not path.is_dir() or (path / "config.json").is_file():
        return path
    found = [file for file in path.iterdir() if recognises(file)]
    return found[0] if len(found) == 1 else path


def read_shape(path: Path) -> CheckpointSizes:
    """The sizes of a checkpoint that is whole.

    Raises:
        UnreadableFile: it is not such a file, or is damaged or truncated.
    """
    try:
        shape, size = _shape(path), path.stat().st_size
    except OSError as error:
        raise UnreadableFile(f"{shown(path.name)} cannot be read: {error.strerror or error}.") from None
    if shape is None:
        raise UnreadableFile(
            f"{shown(path.name)} is no llama2.c checkpoint. Name one, or a folder with config.json and safetensors."
        )
    if shape.n_bytes != size:
        raise UnreadableFile(
            f"{shown(path.name)} is a damaged llama2.c checkpoint: it has {count(size)} bytes where its sizes ask for "
            f"{count(shape.n_bytes)}. Fetch it again."
        )
    return shape


def config_of(shape: CheckpointSizes) -> Any:
    """The transformers configuration of such a model."""
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.mlp,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=shape.positions,
        rms_norm_eps=1e-5,
        tie_word_embeddings=shape.tied,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=None,
    )


def read_weights(path: Path, shape: CheckpointSizes) -> dict[str, Tensor]:
    """The weights by the names that transformers gives them, float32."""
    values = torch.frombuffer(bytearray(path.read_bytes()[_HEADER.size :]), dtype=torch.float32)
    found: dict[str, Tensor] = {}
    begin = 0
    for name, size in shape.tensors:
        tensor = values[begin : begin + torch.Size(size).numel()].view(size)
        begin += tensor.numel()
        if "{}" in name:
            for n, layer in enumerate(tensor):
                turned = name.endswith(("q_proj.weight", "k_proj.weight"))
                found[name.format(n)] = half_split(layer, shape.width // shape.heads) if turned else layer
        elif name:
            found[name] = tensor
    if shape.tied:
        found["lm_head.weight"] = found["model.embed_tokens.weight"]
    return found


def half_split(rows: Tensor, head: int) -> Tensor:
    """Rows (n_heads · head, D) of which pairs of neighbours turn together, so placed that pairs half a head apart do.

    >>> half_split(torch.arange(4).reshape(4, 1), 4).flatten().tolist()
    [0, 2, 1, 3]
    """
    return rows.view(-1, head // 2, 2, rows.shape[1]).transpose(1, 2).reshape(rows.shape)


def _shape(path: Path) -> CheckpointSizes | None:
    with path.open("rb") as file:
        start = file.read(_HEADER.size)
    if len(start) < _HEADER.size:
        return None
    width, mlp, layers, heads, kv_heads, vocabulary, positions = _HEADER.unpack(start)
    shape = CheckpointSizes(width, mlp, layers, heads, kv_heads, abs(vocabulary), positions, vocabulary > 0)
    sizes = (width, mlp, layers, heads, kv_heads, abs(vocabulary), positions)
    if not all(0 < size < _MOST for size in sizes):
        return None
    return shape if width % heads == 0 and heads % kv_heads == 0 and width // heads % 2 == 0 else None
