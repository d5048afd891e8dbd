"""Small random language models of several architectures, with the tokenizers of `tests.tiny`, as folders."""

import json
from pathlib import Path
from typing import Any

import torch

from core.models.language_model import LanguageModel
from core.models.load import open_model
from tests.tiny import byte_level_bpe

V = 320


def configurations(n_rows: int = V) -> dict[str, Any]:
    """One of each kind: tied, untied, with a bias on the head, with scaled embeddings, soft caps, learned positions."""
    import transformers as t

    ids: dict[str, Any] = {"bos_token_id": None, "eos_token_id": 0, "pad_token_id": None}
    small = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    grouped = {"num_key_value_heads": 2, "max_position_embeddings": 128}
    return {
        "gpt2-tied": t.GPT2Config(vocab_size=n_rows, n_embd=32, n_layer=2, n_head=4, n_positions=128, **ids),
        "llama-untied": t.LlamaConfig(vocab_size=n_rows, **small, **grouped, tie_word_embeddings=False, **ids),
        "phi-head-bias": t.PhiConfig(vocab_size=n_rows, **small, max_position_embeddings=128, **ids),
        "gpt-neox": t.GPTNeoXConfig(vocab_size=n_rows, **small, max_position_embeddings=128, **ids),
        "gemma-scaled": t.GemmaConfig(vocab_size=n_rows, **small, **grouped, head_dim=8, **ids),
        "gemma2-soft-caps": t.Gemma2Config(vocab_size=n_rows, **small, **grouped, head_dim=8, **ids),
        "cohere-logit-scale": t.CohereConfig(vocab_size=n_rows, **small, **grouped, **ids),
        "opt-narrow-embedding": t.OPTConfig(
            vocab_size=n_rows, hidden_size=32, ffn_dim=48, num_hidden_layers=2, num_attention_heads=4,
            word_embed_proj_dim=16, max_position_embeddings=128, do_layer_norm_before=False, **ids,
        ),
        "mpt-alibi": t.MptConfig(vocab_size=n_rows, d_model=32, n_heads=4, n_layers=2, max_seq_len=128, **ids),
        "xglm-strict": t.XGLMConfig(
            vocab_size=n_rows, d_model=32, ffn_dim=48, num_layers=2, attention_heads=4, max_position_embeddings=128,
            **ids,
        ),
        "bloom-alibi": t.BloomConfig(vocab_size=n_rows, hidden_size=32, n_layer=2, n_head=4, **ids),
    }  # fmt: skip


NAMES = tuple(configurations())


def saved(folder: Path, name: str, n_rows: int = V, seed: int = 0) -> Path:
    """A folder with a random model of this architecture and the byte-level tokenizer of 320 tokens."""
    from transformers import AutoModelForCausalLM

    torch.manual_seed(seed)
    module: Any = AutoModelForCausalLM.from_config(configurations(n_rows)[name])
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
