"""The body of the tiny models: a Llama of few layers, from torch's seed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class BodyShape:
    """Its sizes.

    Args:
        mlp: width between the two matrices of a layer's second half.
        positions: tokens that it can look back on.
        tied: whether head and input share their rows.
    """

    n_vocabulary: int
    width: int
    mlp: int
    layers: int
    heads: int
    positions: int
    tied: bool


def untrained(shape: BodyShape, ids: Mapping[str, int]) -> Any:
    """A transformers LlamaForCausalLM in float32.

    Args:
        ids: of "bos", "eos" and "pad", which may be missing.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=shape.n_vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.mlp,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.positions,
        tie_word_embeddings=shape.tied,
        bos_token_id=ids["bos"],
        eos_token_id=ids["eos"],
        pad_token_id=ids.get("pad"),
    )
    return LlamaForCausalLM(config)
