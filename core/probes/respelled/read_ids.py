"""What a language model needs for sequences of ids, whatever its tokenizer would have written; loads torch."""

from collections.abc import Sequence
from math import isfinite, log

import torch

from core.common.errors import UserError
from core.common.numbers import count
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel


def bits_of(model: LanguageModel, ids: Sequence[int]) -> float:
    """Bits that a model needs for ids behind the start of a text.

    Raises:
        UserError: as `bits_behind`.
    """
    return bits_behind(model, (), ids)


@torch.no_grad()
def bits_behind(model: LanguageModel, before: Sequence[int], ids: Sequence[int]) -> float:
    """Bits that a model needs for ids behind others, which stand at the start of a text.

    Raises:
        UserError: it has no token to begin a text with, no row for an id, looks back on too little, gives no number, or
            memory does not suffice.
    """
    if model.bos is None:
        raise UserError(f"{model.name} has no token to begin a text with, so its first token has no probability.")
    every = [*before, *ids]
    if max(every) >= model.n_rows:
        raise UserError(f"{model.name} has {count(model.n_rows)} rows and none for token {count(max(every))}.")
    if model.max_tokens is not None and len(every) > model.max_tokens:
        raise UserError(
            f"{model.name} looks back on {count(model.max_tokens)} tokens, and one spelling has {count(len(every))}. "
            "Give a shorter text."
        )
    read = torch.tensor([[model.bos, *every[:-1]]], device=model.device)
    try:
        said = model.logits(read)[0][len(before) :].float().log_softmax(1)  # (T, V)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise UserError(f"{model.device} ran out of memory. Give a shorter text.") from None
    nats = -float(said.gather(1, torch.tensor(ids, device=model.device)[:, None]).double().sum())
    if not isfinite(nats):
        raise UserError(
            f"{model.name} gives no number for one of the spellings: its weights are damaged, or too large."
        )
    return nats / log(2)
