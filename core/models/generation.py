"""What a model writes: one prompt continued greedily and by chance, or several greedily."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.tokenizers.tokenizer import PLAIN


@dataclass(frozen=True)
class Continuation:
    """A continuation.

    Args:
        data: its bytes.
        n_tokens: tokens written, the one that ended it included.
        ended: whether the model ended the text itself.
    """

    data: bytes
    n_tokens: int
    ended: bool

    @property
    def valid(self) -> bool:
        """Whether the bytes are UTF-8; a last character that was cut short counts only where the model ended there."""
        try:
            self.data.decode()
        except UnicodeDecodeError as error:
            return not self.ended and error.reason == "unexpected end of data"
        return True

    @property
    def text(self) -> str:
        """With U+FFFD for what is no character."""
        return self.data.decode(errors="replace")


@torch.no_grad()
def continuations(
    model: LanguageModel, prompt: str, seeds: Sequence[int], n_bytes: int, temperature: float = 1.0
) -> list[Continuation]:
    """The greedy continuation, then one for each seed; equal seeds give equal bits.

    Args:
        n_bytes: where a continuation is stopped.
    """
    pieces, silent = vocabulary_of(model.tokenizer).pieces, special_ids(model.tokenizer)
    lead = [] if model.bos is None else [model.bos]
    start = [*lead, *model.tokenizer.encode(prompt, PLAIN).ids.tolist()] if prompt else lead
    draws = [np.random.default_rng(seed) for seed in seeds]
    n = 1 + len(draws)
    data, counts, ended = [b""] * n, [0] * n, [False] * n
    ids = torch.tensor([start] * n, device=model.device)  # (n, T)
    end = model.special_ids.get("eos")
    read, past = ids, None
    while not all(len(d) >= n_bytes or stop for d, stop in zip(data, ended, strict=True)):
        if model.max_tokens is not None and ids.shape[1] >= model.max_tokens:
            break
        out = model.module(read, cache=past, use_cache=True)
        past = out.cache
        last = out.logits[:, -1]
        last[:, model.unwritten] = -torch.inf
        chosen = _choose(last, draws, temperature)
        for row, token in enumerate(chosen):
            if ended[row] or len(data[row]) >= n_bytes:
                continue
            counts[row] += 1
            ended[row] = token == end
            if token < len(pieces) and token not in silent:
                data[row] += pieces[token]
            elif counts[row] > n_bytes:  # nothing but tokens without text
                ended[row] = True
        added = torch.tensor(chosen, device=model.device)[:, None]
        ids = torch.cat([ids, added], 1)
        read = ids if past is None else added
    return [Continuation(*parts) for parts in zip(data, counts, ended, strict=True)]


@torch.no_grad()
def greedily(model: LanguageModel, ids: Tensor, n_tokens: int) -> tuple[NDArray[np.int64], Sequence[Tensor]]:
    """What is written after prompts of equal length, (n, steps), and the logits of each step, (n, V).

    Args:
        ids: the prompts, int64 (n, T), on the device of the model.
        n_tokens: to be written at most.
    """
    end = model.special_ids.get("eos")
    out = model.module.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=n_tokens,
        do_sample=False,
        num_beams=1,
        return_dict_in_generate=True,
        output_logits=True,
        eos_token_id=end,
        pad_token_id=model.special_ids.get("pad", 0 if end is None else end),
    )
    return out.sequences[:, ids.shape[1] :].cpu().numpy(), out.logits


def _choose(logits: Tensor, draws: Sequence[np.random.Generator], temperature: float) -> list[int]:
    """The most probable token for the first row, a random one for each other."""
    first = [int(logits[0].argmax())]
    if not draws:
        return first
    rows = (logits[1:].double() / temperature).softmax(1).cumsum(1).cpu().numpy()
    points = (np.searchsorted(row, rng.random() * row[-1], "right") for row, rng in zip(rows, draws, strict=True))
    return [*first, *(min(int(at), logits.shape[1] - 1) for at in points)]


def distinct(text: str, n: int = 4) -> float:
    """Share of different ones among a text's sequences of n characters; NaN for a shorter text.

    >>> distinct("abababab"), distinct("abcdefgh")
    (0.4, 1.0)
    """
    found = [text[k : k + n] for k in range(len(text) - n + 1)]
    return len(set(found)) / len(found) if found else float("nan")
