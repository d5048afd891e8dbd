"""A small model trained in seconds without some tokens of its vocabulary, which it therefore cannot know."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.tokenizers.catalog import open_path
from core.vocabulary.entries import Entries, entries_of
from tests.tiny import byte_level_bpe

V, LENGTH = 320, 40


def trained_without(folder: Path, left_out: Sequence[int], tied: bool, steps: int = 80) -> LanguageModel:
    """A Llama of two layers that learned to go on with a repeated token, of every token that text has but some.

    Each line is some tokens drawn by chance and then one of them again and again.
    """
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=V, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=1024, tie_word_embeddings=tied, bos_token_id=None, eos_token_id=0, pad_token_id=None,
    )  # fmt: skip
    module: Any = LlamaForCausalLM(config)
    (folder / "tokenizer.json").write_text(byte_level_bpe(V), encoding="utf-8")
    entries = entries_of(open_path("file:toy", folder / "tokenizer.json"))
    met = np.setdiff1d(np.flatnonzero(entries.textual), [*left_out, *never_in_text(entries)])
    known = torch.tensor(met)
    optimiser = torch.optim.AdamW(module.parameters(), lr=5e-3, weight_decay=0.01)
    for _ in range(steps):
        lines = known[torch.randint(len(known), (32, LENGTH))]
        for line, n in zip(lines, torch.randint(1, LENGTH // 2, (32,)).tolist(), strict=True):
            line[n:] = line[n - 1]
        module(lines, labels=lines).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    module.save_pretrained(folder)
    return open_model(str(folder), device="cpu")


def never_in_text(entries: Entries) -> list[int]:
    """Ids of bytes that UTF-8 has no use for."""
    return [
        i for i, piece in enumerate(entries.pieces) if piece in {bytes([b]) for b in (0xC0, 0xC1, *range(0xF5, 256))}
    ]
