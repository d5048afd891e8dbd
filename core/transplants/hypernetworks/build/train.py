"""Trains a hypernetwork for one model, whose own weights stay as they are.

In each step a text is cut by a tokenizer that was drawn, the network predicts the rows of its tokens that the model has
not, and the model reads the text with these:

    L = loss of the next token + ½ R,    R = Σ‖row predicted - row‖² / Σ‖row - mean row‖²

R is of tokens that the model has, spelled with others of its tokens. The rows of all tokens that a drawn tokenizer has
would take long, so of those that are not in the text some are drawn, which count for all of them in the softmax.

Source: Minixhofer, Ponti and Vulić 2024, Zero-Shot Tokenizer Transfer. There tokenizers are Unigram models drawn anew
for each step, and R is of tokens that both have, which are not copied.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import torch
from torch import Tensor, nn

from core.common.progress import report
from core.models.build.mix import documents
from core.models.build.optimisers import share_of_rate
from core.models.build.texts import Part
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.transplants.hypernetworks.build.sampled import Sampled, sampled, spelled_otherwise
from core.transplants.hypernetworks.network import Predicting
from core.transplants.hypernetworks.reading import spelled, stacked
from core.transplants.hypernetworks.shape import NetworkShape

STEPS, STEPS_EACH = 600, 20  # in all, and with one tokenizer
SEED = 0
BATCH_BYTES = 3_000  # of text in a step
RATE = 2e-3
_WARM_UP, _COOL_DOWN = 30, 0.6
_LONGEST_TEXT = 256  # tokens
_OTHERS = 256  # tokens drawn that are not in the text
_KNOWN = 96  # tokens of the model in R
_REGRESSION = 0.5
_LAST = 50  # steps that are averaged at the beginning and at the end


@dataclass(frozen=True)
class TrainingFacts:
    """What became of a training.

    Args:
        first, last: mean loss of the next token over the first and the last 50 steps, in nats; they read other texts in
            other tokens, so that they tell no more than that it learns.
        known_first, known_last: R, likewise.
        n_bytes: of text, read once each.
        pieces: bytes of the tokens that drawn tokenizers had and the model has not.
    """

    first: float
    last: float
    known_first: float
    known_last: float
    n_bytes: int
    pieces: frozenset[bytes]


def train(
    model: LanguageModel, layout: NetworkShape, parts: Sequence[Part], steps: int = STEPS
) -> tuple[Predicting, TrainingFacts]:
    """The trained network; the same text and kind of processor, the same bits.

    Args:
        model: with an input and a head of their own, in float32, whose head is a product with its rows.
    """
    torch.manual_seed(SEED)
    network = begun(model, layout)
    known = _Known(model, layout.longest)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=0.01)
    losses, misses, pieces, n_bytes = list[float](), list[float](), set[bytes](), 0
    texts = _batches(parts)
    draw = torch.Generator().manual_seed(SEED)
    tokenizers = sampled(model.tokenizer, parts, SEED)
    for parameter in model.module.parameters():
        parameter.requires_grad_(False)
    for step in range(steps):
        if step % STEPS_EACH == 0:
            here = _Drawn(model, next(tokenizers), layout.longest)
            pieces |= here.pieces
        batch = next(texts)
        n_bytes += sum(len(text.encode()) for text in batch)
        said = here.loss(network, batch, draw)
        missed = known.missed(network, draw)
        optimiser.param_groups[0]["lr"] = RATE * share_of_rate(step, steps, _WARM_UP, _COOL_DOWN)
        optimiser.zero_grad()
        torch.autograd.backward(said + _REGRESSION * missed)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        losses.append(float(said.detach()))
        misses.append(float(missed.detach()))
        report(step + 1, steps, f"{_mean(losses[-20:]):.3f} nats per token, {_mean(misses[-20:]):.3f} of rows missed")
    facts = TrainingFacts(
        _mean(losses[:_LAST]), _mean(losses[-_LAST:]), _mean(misses[:_LAST]), _mean(misses[-_LAST:]), n_bytes,
        frozenset(pieces),
    )  # fmt: skip
    return network.eval(), facts


def begun(model: LanguageModel, layout: NetworkShape) -> Predicting:
    """A network before training, which predicts the mean of the rows that it reads: rows are scaled to a spread of one
    before it and back behind it, and its last layers are zero.
    """
    network = Predicting(layout)
    rows = stacked(model.matrices())
    mean, spread = rows.mean(0, keepdim=True), rows.std(0, keepdim=True)
    with torch.no_grad():
        network.in_scaler.w.copy_(1 / spread)
        network.in_scaler.b.copy_(-mean / spread)
        for scaler, one in zip((network.scaler, network.out_scaler), spread.chunk(2, -1), strict=True):
            scaler.w.copy_(one)
        for projection in (network.output_projection, network.output_projection_out):
            for values in projection[1].parameters():
                values.zero_()
    return network


class _Drawn:
    """A drawn tokenizer, with the rows that the model has for its tokens."""

    def __init__(self, model: LanguageModel, drawn: Sampled, longest: int) -> None:
        self._model, self._drawn = model, drawn
        self._rows = stacked(model.matrices())
        self._fresh = spelled(drawn.spelled, longest)
        old = drawn.old
        self._place_by_id = torch.full_like(old, -1)
        self._place_by_id[drawn.fresh] = torch.arange(len(drawn.fresh))
        self._shared = torch.nonzero(old >= 0).flatten()
        self._column_by_id = torch.full_like(old, -1)
        self._column_by_id[self._shared] = torch.arange(len(self._shared))
        words = vocabulary_of(model.tokenizer).pieces
        self.pieces = {b"".join(words[i] for i in ids) for ids in drawn.spelled}

    def loss(self, network: Predicting, texts: Sequence[str], draw: torch.Generator) -> Tensor:
        """Of the next token, in nats."""
        cut = self._drawn.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        rows = [each.ids[:_LONGEST_TEXT] for each in cut if each.ids]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.int64)
        inside = torch.zeros_like(ids, dtype=torch.bool)
        for n, row in enumerate(rows):
            ids[n, : len(row)], inside[n, : len(row)] = torch.tensor(row), True
        present = self._place_by_id[torch.tensor(sorted({*ids[inside].tolist()}))]
        present = present[present >= 0]
        rest = torch.ones(len(self._drawn.fresh), dtype=torch.bool)
        rest[present] = False
        others = torch.nonzero(rest).flatten()
        taken = others[torch.randperm(len(others), generator=draw)[:_OTHERS]]
        asked = torch.cat([present, taken])
        read_rows, head_rows, _ = network(*self._fresh.of(self._rows, asked))
        n_shared, width = len(self._shared), read_rows.shape[1]
        column = self._column_by_id.clone()
        column[self._drawn.fresh[asked]] = n_shared + torch.arange(len(asked))
        mine = self._rows[self._drawn.old[self._shared]]
        inputs, head = (torch.cat(pair) for pair in ((mine[:, :width], read_rows), (mine[:, width:], head_rows)))
        begin = self._rows[self._model.bos, :width].expand(len(rows), 1, -1)
        columns = column[ids]  # padding stands for token 0, whose row is there or not
        embedded = torch.cat([begin, inputs[columns.clamp(min=0)][:, :-1]], 1)
        halves = self._model.halves
        assert halves is not None, "a Llama splits"
        states = halves.body(inputs_embeds=embedded, use_cache=False).last_hidden_state[inside]
        counted_for = torch.zeros(len(head))
        if len(taken):
            counted_for[n_shared + len(present) :] = torch.tensor(len(others) / len(taken)).log()
        return nn.functional.cross_entropy(states @ head.T + counted_for, columns[inside])


class _Known:
    """Tokens of the model's own, spelled with others of them."""

    def __init__(self, model: LanguageModel, longest: int) -> None:
        found = spelled_otherwise(model.tokenizer)
        self._ids = torch.tensor(list(found))
        self._spelled = spelled(list(found.values()), longest)
        self._rows = stacked(model.matrices())
        self._mean = self._rows[self._ids].mean(0)

    def missed(self, network: Predicting, draw: torch.Generator) -> Tensor:
        """Squared distance of rows predicted from the true ones, as a share of their spread, mean over both sides."""
        some = torch.randperm(len(self._ids), generator=draw)[:_KNOWN]
        true = self._rows[self._ids[some]]
        *sides, _ = network(*self._spelled.of(self._rows, some))
        halves = zip(sides, true.chunk(2, -1), self._mean.chunk(2, -1), strict=True)
        return torch.stack(
            [(made - one).square().sum() / (one - mean).square().sum() for made, one, mean in halves]
        ).mean()


def _batches(parts: Sequence[Part]) -> Iterator[list[str]]:
    """Documents of one step after another."""
    stream, rng = documents(parts, SEED + 1), random.Random(SEED)
    while True:
        batch = list[str]()
        while sum(len(text.encode()) for text in batch) < BATCH_BYTES:
            text = next(islice(stream, 1))
            at = rng.randrange(max(1, len(text) - BATCH_BYTES))
            batch.append(text[at : at + BATCH_BYTES])
        yield batch


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
