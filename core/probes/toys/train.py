"""Trains a toy; reading this file loads torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.common.progress import report
from core.models.build.body import BodyShape, untrained
from core.models.build.optimisers import go, optimisers, share_of_rate, slow_down
from core.probes.toys.toy import SPECIALS, Diet, Draw, Exercise

WIDTH, MLP, LAYERS, HEADS, POSITIONS = 96, 256, 2, 4, 64
RATE_MATRICES, RATE_ROWS = 0.01, 4e-3
WARM_UP, COOL_DOWN = 20, 0.5
_SPREAD = 0.02  # of rows at the beginning
_LEFT_OUT = -100  # in place of a token that is not learnt


def train(tokenizer: Tokenizer, draw: Draw, diet: Diet, called: str, device: torch.device, spelled: bool = True) -> Any:
    """A transformers LlamaForCausalLM in float32 that answers what `draw` asks; the same diet, the same bits on a CPU.

    Only the answers are learnt.

    Args:
        called: what it is, for the progress.
        spelled: whether rows of tokens of several characters begin as the sum of rows of their characters by place,
            counted from the right end, and of one for their number: from chance a thousand rows take many times as
            long. Else nothing says of what a token is made, as in models of text.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # sums in one order
    try:
        return _trained(tokenizer, draw, diet, called, device, spelled)
    finally:
        torch.set_num_threads(threads)


def _trained(tokenizer: Tokenizer, draw: Draw, diet: Diet, called: str, device: torch.device, spelled: bool) -> Any:
    torch.manual_seed(diet.seed)
    module = begun(tokenizer, spelled).to(device)
    moving = optimisers(module, RATE_MATRICES, RATE_ROWS)
    chance = np.random.default_rng(diet.seed)
    for step in range(diet.steps):
        slow_down(moving, share_of_rate(step, diet.steps, WARM_UP, COOL_DOWN))
        read, targets = (one.to(device) for one in batch(tokenizer, draw(chance, diet.exercises)))
        learnt = targets != _LEFT_OUT
        states = module.model(read, use_cache=False).last_hidden_state
        loss = nn.functional.cross_entropy(module.lm_head(states[learnt]), targets[learnt])
        go(moving, loss)
        report(step + 1, diet.steps, f"{called}: {float(loss.detach()):.3f} nats for each token of an answer")
    return module.eval()


def begun(tokenizer: Tokenizer, spelled: bool = True) -> Any:
    """A toy before it has learnt anything, from torch's seed."""
    shape = BodyShape(
        n_vocabulary=tokenizer.get_vocab_size(),
        width=WIDTH,
        mlp=MLP,
        layers=LAYERS,
        heads=HEADS,
        positions=POSITIONS,
        tied=True,
    )
    module = untrained(shape, {role: tokenizer.token_to_id(spelling) or 0 for role, spelling in SPECIALS.items()})
    rows: Tensor = module.get_input_embeddings().weight
    words = {word: i for word, i in sorted(tokenizer.get_vocab().items()) if word not in SPECIALS.values()}
    if spelled and any(len(word) > 1 for word in words):
        with torch.no_grad():
            rows[list(words.values())] = _by_characters([*words])
    return module


def _by_characters(words: Sequence[str]) -> Tensor:
    """A row for each word, (N, WIDTH)."""
    letters = sorted({letter for word in words for letter in word})
    longest = max(map(len, words))
    parts = _SPREAD * torch.randn(longest, len(letters), WIDTH) / longest**0.5
    lengths = _SPREAD * torch.randn(longest + 1, WIDTH)
    place = {letter: n for n, letter in enumerate(letters)}
    rows = [
        lengths[len(word)] + sum(parts[n, place[letter]] for n, letter in enumerate(reversed(word))) for word in words
    ]
    return torch.stack(rows)


def batch(tokenizer: Tokenizer, exercises: Sequence[Exercise]) -> tuple[Tensor, Tensor]:
    """What is read, and behind each token the one to be learnt there, int64 (N, T) both."""
    bos, eos = (tokenizer.token_to_id(SPECIALS[role]) for role in ("bos", "eos"))
    questions = tokenizer.encode_batch_fast([question for question, _ in exercises], add_special_tokens=False)
    answers = tokenizer.encode_batch_fast([answer for _, answer in exercises], add_special_tokens=False)
    rows = [([bos, *q.ids], [*a.ids, eos]) for q, a in zip(questions, answers, strict=True)]
    length = max(len(question) + len(answer) for question, answer in rows) - 1
    read = np.full((len(rows), length), tokenizer.token_to_id(SPECIALS["pad"]))
    targets = np.full((len(rows), length), _LEFT_OUT)
    for n, (question, answer) in enumerate(rows):
        whole, end = [*question, *answer], len(question) + len(answer) - 1
        read[n, :end] = whole[:-1]
        targets[n, len(question) - 1 : end] = answer
    return torch.from_numpy(read), torch.from_numpy(targets)
