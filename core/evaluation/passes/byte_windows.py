"""Short stretches of text, and what a model says of every byte of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from core.evaluation.base import Reference
from core.evaluation.passes.byte_marginals import Canonical, Ids, NextTokens
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer

BATCH_TOKENS = {"cuda": 32_768, "mps": 8_192, "cpu": 4_096}


def next_tokens(model: LanguageModel) -> NextTokens:
    """The model as a function from contexts to log-probabilities of the next token, float64 (C, V).

    Every context begins with the start token of a text, where the model has one.
    """
    lead = [] if model.bos is None else [model.bos]
    most = BATCH_TOKENS[model.device.type]

    @torch.no_grad()
    def ask(contexts: Sequence[Ids]) -> NDArray[np.float64]:
        rows = [np.array([*lead, *context], np.int64) for context in contexts]
        found = np.empty((len(rows), model.n_rows))
        order = np.argsort([-len(row) for row in rows], kind="stable").tolist()
        while order:
            width = max(1, len(rows[order[0]]))
            batch, order = order[: max(1, most // width)], order[max(1, most // width) :]
            ids = np.zeros((len(batch), width), np.int64)
            for n, at in enumerate(batch):
                ids[n, : len(rows[at])] = rows[at]
            last = torch.tensor([len(rows[at]) - 1 for at in batch], device=model.device)
            given = torch.from_numpy(ids).to(model.device)
            each = torch.arange(len(batch), device=model.device)
            if model.halves is not None:
                logits = model.halves.logits(model.states(given)[-1][each, last])
            else:
                logits = model.logits(given)[each, last]
            found[batch] = logits.double().log_softmax(1).cpu().numpy()
        return found

    return ask


@dataclass(frozen=True, eq=False)
class ByteWindow:
    """A stretch at the beginning of a text, as one tokenizer sees it.

    Args:
        text: which text.
        data: its bytes, behind those that the tokenizer puts in front of every text.
        n_front: how many of those there are.
        ids: how the tokenizer writes it.
        canonical: how it writes each beginning of it.
    """

    text: int
    data: bytes
    n_front: int
    ids: Ids
    canonical: Canonical


def beginnings(reference: Reference, n_windows: int, n_bytes: int, seed: int) -> list[tuple[int, str]]:
    """(text, its first bytes) of texts drawn from all languages in turn; whole characters only."""
    order = np.random.default_rng(seed).permutation(len(reference.texts)).tolist()
    by_language: dict[str, list[int]] = {}
    for n in order:
        if reference.texts[n].text.strip():
            by_language.setdefault(reference.texts[n].language, []).append(n)
    rounds = max(map(len, by_language.values()), default=0)
    chosen = [queue[k] for k in range(rounds) for _, queue in sorted(by_language.items()) if k < len(queue)]
    cut = [(n, reference.texts[n].text.encode()[:n_bytes].decode(errors="ignore")) for n in chosen[:n_windows]]
    return [(n, text) for n, text in cut if text]


def window(tokenizer: LocalTokenizer, n: int, text: str) -> ByteWindow | None:
    """The window of a text as a tokenizer sees it; None where its tokens do not spell the text."""
    pieces = vocabulary_of(tokenizer).pieces
    encoded = tokenizer.encode(text, PLAIN)
    ids = tuple(encoded.ids.tolist())
    spelled = b"".join(pieces[i] for i in ids)
    front = spelled[: len(spelled) - len(text.encode())]
    if spelled != front + text.encode() or (front and front != encoded.prefix):
        return None
    edges = np.cumsum([0, *(len(pieces[i]) for i in ids)]).tolist()

    def canonical(data: bytes) -> Ids:
        if len(data) in edges:  # a beginning of what the tokenizer writes is how it writes the beginning
            return ids[: edges.index(len(data))]
        known = data[len(front) :]
        return tuple(tokenizer.encode(known.decode(), PLAIN).ids.tolist()) if known else ()

    return ByteWindow(n, spelled, len(front), ids, canonical)
