"""Tiny GGUF checkpoints of a Llama, written with the reference package as llama.cpp's converter writes them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch

from tests import gguf_files

V, WIDTH, HEADS, KV_HEADS = 262, 64, 4, 2
_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def llama(seed: int = 0) -> Any:
    """A random Llama with tied rows, in the module that transformers makes of it."""
    import transformers

    config: Any = transformers.LlamaConfig(
        vocab_size=V,
        hidden_size=WIDTH,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=HEADS,
        num_key_value_heads=KV_HEADS,
        max_position_embeddings=256,
        tie_word_embeddings=True,
    )
    torch.manual_seed(seed)
    return transformers.LlamaForCausalLM(config).eval()


def write(
    path: Path,
    module: Any,
    quantised: gguf.GGMLQuantizationType | None = None,
    *,
    architecture: str = "llama",
    more: Mapping[str, np.ndarray[Any, Any]] | None = None,
    without: str = "",
    **fields: int,
) -> Path:
    """A whole model with the tokenizer of `gguf_files.bpe`.

    Args:
        quantised: format of the matrices; None leaves all float32.
        more: further tensors.
        without: part of the name of tensors that are left away.
        fields: instead of the usual metadata, by the end of their keys.
    """
    vocabulary = gguf.GGUFReader(gguf_files.bpe(path.with_suffix(".vocabulary")))
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("tiny")
    config = module.config
    sizes = {
        "context_length": 256,
        "embedding_length": config.hidden_size,
        "block_count": config.num_hidden_layers,
        "feed_forward_length": config.intermediate_size,
        "rope.dimension_count": config.hidden_size // HEADS,
        "attention.head_count": HEADS,
        "attention.head_count_kv": KV_HEADS,
        "vocab_size": V,
    }
    for key, value in sizes.items():
        writer.add_uint32(f"{architecture}.{key}", fields.get(key.rpartition(".")[2], value))
    writer.add_float32(f"{architecture}.attention.layer_norm_rms_epsilon", config.rms_norm_eps)
    writer.add_float32(f"{architecture}.rope.freq_base", 10_000.0)
    if "split" in fields:
        writer.add_uint16("split.count", fields["split"])
    _copy_tokenizer(vocabulary, writer)
    tensors = {**_tensors(module), **(more or {})}
    for name, values in tensors.items():
        if without and without in name:
            continue
        if quantised is not None and values.ndim == 2:
            writer.add_tensor(name, gguf.quantize(values, quantised), raw_dtype=quantised)
        else:
            writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _copy_tokenizer(vocabulary: gguf.GGUFReader, writer: gguf.GGUFWriter) -> None:
    for key, field in vocabulary.fields.items():
        if key.startswith("tokenizer."):
            inside = field.types[1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], sub_type=inside)


def _tensors(module: Any) -> dict[str, np.ndarray[Any, Any]]:
    found = {
        "token_embd.weight": module.model.embed_tokens.weight,
        "output_norm.weight": module.model.norm.weight,
    }
    for n, layer in enumerate(module.model.layers):
        for name, values in layer.named_parameters():
            part = name.removesuffix(".weight")
            heads = {"self_attn.q_proj": HEADS, "self_attn.k_proj": KV_HEADS}.get(part)
            found[f"blk.{n}.{_NAMES[part]}.weight"] = _side_by_side(values, heads) if heads else values
    return {name: values.detach().numpy().astype(np.float32) for name, values in found.items()}


def _side_by_side(rows: torch.Tensor, n_heads: int) -> torch.Tensor:
    """Rows as llama.cpp turns them: pairs that turn together are neighbours (convert_hf_to_gguf.py, permute)."""
    return rows.reshape(n_heads, 2, len(rows) // n_heads // 2, -1).transpose(1, 2).reshape(rows.shape)
