"""A tiny configuration of every causal language model that transformers knows, where its own defaults let it be one."""

import inspect
from typing import Any

import torch

MOST_PARAMETERS = 2_000_000

# What configurations call their sizes; each is given those that it has.
_HIDDEN = ("hidden_size", "n_embd", "d_model", "dim", "embedding_size", "emb_dim", "model_dim", "word_embed_proj_dim")
_INNER = (
    "intermediate_size", "ffn_dim", "decoder_ffn_dim", "encoder_ffn_dim", "n_inner", "dff", "ffn_hidden_size", "dim_ff",
    "moe_intermediate_size", "shared_expert_intermediate_size", "shared_intermediate_size", "feed_forward_size",
    "mlp_hidden_size", "expert_intermediate_size", "intermediate_size_mlp", "d_inner", "attention_hidden_size",
    "block_ff_dim", "moe_shared_expert_intermediate_size", "feed_forward_proj_dim", "expert_ffn_hidden_size",
)  # fmt: skip
_LAYERS = ("num_hidden_layers", "n_layer", "n_layers", "num_layers", "decoder_layers", "encoder_layers")
_HEADS = (
    "num_attention_heads", "n_head", "n_heads", "attention_heads", "decoder_attention_heads",
    "encoder_attention_heads", "num_heads",
)  # fmt: skip
_POSITIONS = (
    "max_position_embeddings", "n_positions", "max_seq_len", "n_ctx", "context_length", "seq_length", "max_seq_length",
)  # fmt: skip
_EXPERTS = ("num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts", "num_moe_experts")
_GIVEN: dict[str, Any] = {
    **dict.fromkeys(_HIDDEN, 32), **dict.fromkeys(_INNER, 48), **dict.fromkeys(_LAYERS, 2), **dict.fromkeys(_HEADS, 4),
    **dict.fromkeys(_POSITIONS, 128), **dict.fromkeys(_EXPERTS, 4),
    "num_key_value_heads": 2, "head_dim": 8, "num_experts_per_tok": 2, "moe_topk": 2, "moe_k": 2, "n_shared_experts": 1,
    "q_lora_rank": 8, "kv_lora_rank": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 8,
    "n_group": 1, "topk_group": 1, "first_k_dense_replace": 1, "type_vocab_size": 2,
    "bos_token_id": None, "eos_token_id": 0, "pad_token_id": None,
    "is_decoder": True, "rotary_dim": 4, "layer_types": None,
    "mamba_chunk_size": 16, "mamba_d_state": 16, "mamba_d_ssm": 64, "mamba_n_heads": 4,
}  # fmt: skip

_OWN = "as by default"
_PADDED = {"pad_token_id": 1, "bos_token_id": 2}
# Tried in turn: some types must name their padding, some count the width of a head otherwise.
_VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    _PADDED,
    {"head_dim": _OWN},
    {**_PADDED, "head_dim": _OWN},
    {"num_key_value_heads": 4},
    {"num_key_value_heads": 4, "head_dim": 4},
    {"head_dim": _OWN, "hidden_size": 64, **_PADDED},
)


class NotTiny(Exception):
    """An architecture has no tiny configuration that is made so; says why."""


def kinds() -> list[str]:
    """Types of all causal language models of transformers; of several with one class the first."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    by_class = {name: kind for kind, name in reversed(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.items())}
    return sorted(by_class.values())


def tiny(kind: str, n_rows: int) -> Any:
    """A random model of this type with so many rows.

    Raises:
        NotTiny: there is none.
    """
    reasons = list[str]()
    for variant in _VARIANTS:
        try:
            return _built(kind, {**_GIVEN, **variant}, n_rows)
        except Exception as error:  # as many ways to refuse a configuration as there are architectures
            said = str(error).strip().splitlines() or [""]
            reasons.append(str(error) if isinstance(error, NotTiny) else f"{type(error).__name__}: {said[-1].strip()}")
    raise NotTiny(reasons[0])


def _built(kind: str, given: dict[str, Any], n_rows: int) -> Any:
    from transformers import CONFIG_MAPPING, AutoModelForCausalLM

    build: Any = AutoModelForCausalLM.from_config
    config = _config(CONFIG_MAPPING[kind], given, n_rows)
    with torch.device("meta"):
        n = sum(p.numel() for p in build(config).parameters())
    if n > MOST_PARAMETERS:
        raise NotTiny(f"{n:,} parameters at the least")
    torch.manual_seed(0)
    module = build(config).eval()
    with torch.no_grad():
        module(torch.arange(1, 9)[None], use_cache=False)
    return module


def _config(kind: Any, given: dict[str, Any], n_rows: int) -> Any:
    known = set(inspect.signature(kind.__init__).parameters) | set(getattr(kind, "__dataclass_fields__", {}))
    names = {name: value for name, value in given.items() if name in known and value != _OWN}
    return kind(**names, **{name: n_rows for name in ("vocab_size", "decoder_vocab_size") if name in known})
