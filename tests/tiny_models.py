"""Small random language models of several architectures, with the tokenizers of `tests.tiny`, as folders."""

import json
from pathlib import Path
from typing import Any

import torch

from core.models.language_model import LanguageModel
from core.models.load import open_model
from tests.tiny import byte_level_bpe

V = 320


IDS: dict[str, Any] = {"bos_token_id": None, "eos_token_id": 0, "pad_token_id": None}
SMALL = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
LONG = {"max_position_embeddings": 128}
GROUPED = {"num_key_value_heads": 2, **LONG}
# One of each kind: tied, untied, with a bias on the head, with scaled embeddings, soft caps, learned positions. Their
# classes are named, not imported: that takes two seconds, in every process that collects tests.
CONFIGURATIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "gpt2-tied": ("GPT2Config", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128}),
    "llama-untied": ("LlamaConfig", {**SMALL, **GROUPED, "tie_word_embeddings": False}),
    "phi-head-bias": ("PhiConfig", {**SMALL, **LONG}),
    "gpt-neox": ("GPTNeoXConfig", {**SMALL, **LONG}),
    "gemma-scaled": ("GemmaConfig", {**SMALL, **GROUPED, "head_dim": 8}),
    "gemma2-soft-caps": ("Gemma2Config", {**SMALL, **GROUPED, "head_dim": 8}),
    "cohere-logit-scale": ("CohereConfig", {**SMALL, **GROUPED}),
    "opt-narrow-embedding": (
        "OPTConfig",
        {
            **{"hidden_size": 32, "ffn_dim": 48, "num_hidden_layers": 2, "num_attention_heads": 4},
            **{"word_embed_proj_dim": 16, **LONG, "do_layer_norm_before": False},
        },
    ),
    "mpt-alibi": ("MptConfig", {"d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 128}),
    "xglm-strict": ("XGLMConfig", {"d_model": 32, "ffn_dim": 48, "num_layers": 2, "attention_heads": 4, **LONG}),
    "bloom-alibi": ("BloomConfig", {"hidden_size": 32, "n_layer": 2, "n_head": 4}),
}
NAMES = tuple(CONFIGURATIONS)


def saved(folder: Path, name: str, n_rows: int = V, seed: int = 0) -> Path:
    """A folder with a random model of this architecture and the byte-level tokenizer of 320 tokens."""
    import transformers

    kind, fields = CONFIGURATIONS[name]
    torch.manual_seed(seed)
    configuration = getattr(transformers, kind)(vocab_size=n_rows, **fields, **IDS)
    module: Any = transformers.AutoModelForCausalLM.from_config(configuration)
    with torch.no_grad():
        for parameter in module.parameters():  # large enough that an error of a few percent would show
            parameter.add_(torch.randn(parameter.shape) * 0.1)
    module.save_pretrained(folder)
    (folder / "tokenizer.json").write_text(byte_level_bpe(V))
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|end|>"}))
    return folder


def opened(folder: Path, name: str, n_rows: int = V, seed: int = 0) -> LanguageModel:
    """The same, opened on the CPU."""
    return open_model(str(saved(folder, name, n_rows, seed)), device="cpu")
