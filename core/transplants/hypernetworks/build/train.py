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
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn

from core.common.errors import UserError
from core.common.numbers import duration
from core.common.progress import report
from core.models.build.mix import documents
from core.models.build.optimisers import share_of_rate
from core.models.build.texts import Part
from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.transplants.hypernetworks.build.course import Course
from core.transplants.hypernetworks.build.sampled import Sampled, sampled, spelled_otherwise
from core.transplants.hypernetworks.build.state import Reached, load, save
from core.transplants.hypernetworks.network import Predicting
from core.transplants.hypernetworks.reading import spelled, stacked
from core.transplants.hypernetworks.shape import NetworkShape

_WARM_UP, _COOL_DOWN = 30, 0.6
_LONGEST_TEXT = 256  # tokens
_OTHERS = 256  # tokens drawn that are not in the text
_KNOWN, _KNOWN_ALONE = 96, 512  # tokens of the model in R, beside a text and without
_REGRESSION = 0.5
_LAST = 50  # steps that are averaged at the beginning and at the end
_SAVE_EVERY = 10  # steps


@dataclass(frozen=True)
class TrainingFacts:
    """What became of a training.

    Args:
        first, last: mean loss of the next token over the first and the last 50 steps, in nats; they read other texts in
            other tokens, so that they tell no more than that it learns.
        known_first, known_last: R, likewise.
        n_bytes: of text, read once each.
        pieces: bytes of the tokens that drawn tokenizers had and the model has not.
        seconds: of a processor, also of what ran before a training was broken off.
    """

    first: float
    last: float
    known_first: float
    known_last: float
    n_bytes: int
    pieces: frozenset[bytes]
    seconds: float


def train(
    model: LanguageModel,
    layout: NetworkShape,
    parts: Sequence[Part],
    course: Course | None = None,
    state: Path | None = None,
) -> tuple[Predicting, TrainingFacts]:
    """The trained network; the same text and kind of processor, the same bits, also where it was broken off.

    Args:
        model: in float32.
        state: file that holds what a broken-off training had reached; removed by the caller.

    Raises:
        UserError: the model's head is no product with its rows, it has no token that stands before a text, or its
            architecture does not split into body and head.
    """
    _refuse(model)
    course = course or Course()
    torch.manual_seed(course.seed)
    network = begun(model, layout)
    optimiser = torch.optim.AdamW(network.parameters(), lr=course.rate, weight_decay=0.01)
    draw = torch.Generator().manual_seed(course.seed)
    reached = _resumed(state, network, optimiser, draw)
    known = _Known(model, layout.longest)
    reading = _StepTexts(model, layout.longest, parts, course, reached)
    for parameter in model.module.parameters():
        parameter.requires_grad_(False)
    before, at_start = reached.seconds, time.process_time()
    for step in range(reached.step, course.steps):
        said = reading.loss(network, draw) if step >= course.rows_first else None
        missed = known.missed(network, draw, _KNOWN_ALONE if said is None else _KNOWN)
        optimiser.param_groups[0]["lr"] = course.rate * share_of_rate(step, course.steps, _WARM_UP, _COOL_DOWN)
        optimiser.zero_grad()
        torch.autograd.backward(missed if said is None else said + _REGRESSION * missed)
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        reached.step = step + 1
        reached.losses += [] if said is None else [float(said.detach())]
        reached.misses.append(float(missed.detach()))
        reached.seconds = before + time.process_time() - at_start
        if state is not None and (reached.step % _SAVE_EVERY == 0 or reached.step == course.steps):
            kept = {"network": network.state_dict(), "optimiser": optimiser.state_dict(), "draw": draw.get_state()}
            save(state, reached, kept)
        report(reached.step, course.steps, _told(reached, reading.seconds_each * (course.steps - reached.step)))
    return network.eval(), _facts(reached)


def _told(reached: Reached, seconds_left: float) -> str:
    """How it stands; what is left is told once texts are read, which takes nearly all of the time."""
    missed = f"{_mean(reached.misses[-20:]):.3f} of rows missed"
    if not reached.losses:
        return missed
    said = f"{_mean(reached.losses[-20:]):.3f} nats per token, {missed}"
    return f"{said}, about {duration(seconds_left)} of a processor left" if seconds_left else said


def _refuse(model: LanguageModel) -> None:
    if model.matrices().bias is not None:
        why = "its head has a bias"
    elif model.bos is None:
        why = "it has no token that stands before a text"
    elif model.halves is None:
        why = "its architecture does not split into a body and a head"
    else:
        return
    raise UserError(f"No hypernetwork can be trained for {model.name} here: {why}. Name another model.")


def _resumed(
    state: Path | None, network: Predicting, optimiser: torch.optim.Optimizer, draw: torch.Generator
) -> Reached:
    """How far it has come, all else having been taken over."""
    found = None if state is None else load(state)
    if found is None:
        return Reached()
    reached, parts = found
    network.load_state_dict(parts["network"])
    optimiser.load_state_dict(parts["optimiser"])
    draw.set_state(parts["draw"])
    return reached


def _facts(reached: Reached) -> TrainingFacts:
    losses, misses = reached.losses, reached.misses
    return TrainingFacts(
        first=_mean(losses[:_LAST]),
        last=_mean(losses[-_LAST:]),
        known_first=_mean(misses[:_LAST]),
        known_last=_mean(misses[-_LAST:]),
        n_bytes=reached.n_bytes,
        pieces=frozenset(reached.pieces),
        seconds=reached.seconds,
    )


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
        scalers = (network.scaler, network.out_scaler) if layout.both else (network.scaler,)
        for scaler, one in zip(scalers, spread.chunk(len(scalers), -1), strict=True):
            scaler.w.copy_(one)
        last = network.output_projection
        for projection in (last, network.output_projection_out) if layout.both else (last,):
            for values in projection[1].parameters():
                values.zero_()
    return network


class _StepTexts:
    """The texts of one step after another, and the tokenizers that cut them."""

    def __init__(
        self, model: LanguageModel, longest: int, parts: Sequence[Part], course: Course, reached: Reached
    ) -> None:
        self._model, self._longest, self._course, self._reached = model, longest, course, reached
        n_read = len(reached.losses)
        self._texts = islice(_batches(parts, course), n_read, None)
        self._tokenizers = sampled(model.tokenizer, parts, course.seed, n_read // course.steps_each)
        self._drawn: _Drawn | None = None
        self._began, self._n_read = 0.0, 0

    def loss(self, network: Predicting, draw: torch.Generator) -> Tensor:
        """Of the next token of the texts of the next step, in nats."""
        reached = self._reached
        self._began = self._began or time.process_time()
        self._n_read += 1
        if self._drawn is None or len(reached.losses) % self._course.steps_each == 0:
            self._drawn = _Drawn(self._model, next(self._tokenizers), self._longest)
            reached.pieces |= self._drawn.pieces
        batch = next(self._texts)
        reached.n_bytes += _size(batch)
        return self._drawn.loss(network, batch, draw)

    @property
    def seconds_each(self) -> float:
        """Of a processor that steps took from the first text read here, in the mean; 0 before."""
        return (time.process_time() - self._began) / self._n_read if self._n_read else 0.0


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
        *sides, _ = network(*self._fresh.of(self._rows, asked))
        n_shared, width = len(self._shared), sides[0].shape[1]
        column = self._column_by_id.clone()
        column[self._drawn.fresh[asked]] = n_shared + torch.arange(len(asked))
        mine = self._rows[self._drawn.old[self._shared]]
        both = [torch.cat(pair) for pair in zip(mine.chunk(len(sides), -1), sides, strict=True)]
        inputs, head = both[0], both[-1]  # one where the head reads the input's rows
        begin = self._rows[self._model.bos, :width].expand(len(rows), 1, -1)
        columns = column[ids]  # padding stands for token 0, whose row is there or not
        embedded = torch.cat([begin, inputs[columns.clamp(min=0)][:, :-1]], 1)
        halves = self._model.halves
        assert halves is not None, "else it was refused"
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

    def missed(self, network: Predicting, draw: torch.Generator, n: int) -> Tensor:
        """Squared distance of rows predicted from the true ones, as a share of their spread, mean over the sides."""
        some = torch.randperm(len(self._ids), generator=draw)[:n]
        true = self._rows[self._ids[some]]
        *sides, _ = network(*self._spelled.of(self._rows, some))
        apart = zip(sides, *(rows.chunk(len(sides), -1) for rows in (true, self._mean)), strict=True)
        return torch.stack(
            [(made - one).square().sum() / (one - mean).square().sum() for made, one, mean in apart]
        ).mean()


def _batches(parts: Sequence[Part], course: Course) -> Iterator[list[str]]:
    """Documents of one step after another."""
    stream, rng = documents(parts, course.seed + 1), random.Random(course.seed)
    while True:
        batch = list[str]()
        while _size(batch) < course.batch_bytes:
            text = next(islice(stream, 1))
            at = rng.randrange(max(1, len(text) - course.batch_bytes))
            batch.append(text[at : at + course.batch_bytes])
        yield batch


def _size(texts: Sequence[str]) -> int:
    return sum(len(text.encode()) for text in texts)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
