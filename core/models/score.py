"""The probability that a language model gives to texts, token by token, in one pass that others can watch.

Each text stands alone: it begins with the model's BOS, which is conditioned on and not scored, and remembers nothing of
the texts before. Long texts are cut into windows by bytes (`core.models.scoring_windows`). Windows of like length run
together, padded on the right, where nothing that is scored can see the padding, so that batching changes no
probability. Logits exist for one slice of positions at a time, and never for a whole batch: a vocabulary of 150,000
takes no more memory than one of 5,000.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.common.progress import report
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel
from core.models.scoring_windows import Window, windows
from core.tokenizers.segmentation import Ints, Segmentation

USUAL_WINDOW_BYTES = 1024
_BATCH_TOKENS = {"cuda": 16_384, "mps": 4_096, "cpu": 2_048}
_SLICE_BYTES = {"cuda": 2**28, "mps": 2**26, "cpu": 2**21}  # of logits: on a CPU what its cache holds
_FEWEST_ROWS = 256  # of a slice, each of which reads the whole head: over 32,000 tokens 16 rows ran a third as fast


@dataclass(frozen=True, eq=False)
class TextScores:
    """What a model says of one text.

    Args:
        ids: int32 (T,).
        starts, ends: byte span of each token in the text, int32 (T,).
        nats: minus the natural logarithm of each token's probability, float64 (T,); NaN for a token that was not
            scored (the first, where a model has no BOS) or to which the model gave no number.
        n_bytes: of the text in UTF-8.
        lossless: whether the tokens say the text back exactly; if not, `nats` are of another text.
    """

    ids: Ints
    starts: Ints
    ends: Ints
    nats: NDArray[np.float64]
    n_bytes: int
    lossless: bool

    @property
    def total_nats(self) -> float:
        """Of the whole text; NaN if any token has none."""
        return float(self.nats.sum())

    @property
    def bits_per_byte(self) -> float:
        """Bits that the model needs per byte of the text; NaN for an empty one."""
        return self.total_nats / math.log(2) / self.n_bytes if self.n_bytes else math.nan


@dataclass(frozen=True, eq=False)
class Scores:
    """What a model says of several texts.

    Args:
        texts: one for each text, in order.
        window_bytes, stride_bytes: how long texts were cut.
        notes: what a user of these numbers should know, one sentence each.
    """

    texts: tuple[TextScores, ...]
    window_bytes: int
    stride_bytes: int
    notes: tuple[str, ...] = ()

    @property
    def total_nats(self) -> float:
        """Of all texts."""
        return float(sum(text.total_nats for text in self.texts))

    @property
    def n_bytes(self) -> int:
        """Of all texts."""
        return sum(text.n_bytes for text in self.texts)

    @property
    def bits_per_byte(self) -> float:
        """Of all texts together; NaN where there are no bytes, or a token has no probability."""
        return self.total_nats / math.log(2) / self.n_bytes if self.n_bytes else math.nan


@dataclass(frozen=True, eq=False)
class Slice:
    """Some scored positions while their logits exist; what an observer wants to keep, it copies.

    Args:
        texts: which text each is of, int64 (n,).
        tokens: which of its tokens is predicted there, int64 (n,).
        targets: ids of those tokens, int64 (n,), on the device.
        logits: float32 (n, V), on the device.
        log_partition: logarithm of the sum of their exponentials, float32 (n,).
        states: hidden states there, (n, D) of every layer or, unless all were asked for, of the last alone; none for
            an architecture whose head cannot be taken off, unless all were asked for.
    """

    texts: NDArray[np.int64]
    tokens: NDArray[np.int64]
    targets: Tensor
    logits: Tensor
    log_partition: Tensor
    states: tuple[Tensor, ...]


Observer = Callable[[Slice], None]


def usual_window(*models: LanguageModel) -> int:
    """Bytes of a window that each of these models can look back on even where every byte is a token."""
    limits = [m.max_tokens - 1 for m in models if m.max_tokens is not None]
    return max(1, min([USUAL_WINDOW_BYTES, *limits]))


def usual_batch(model: LanguageModel) -> int:
    """Positions that a model reads in one run."""
    device = model.device if model.placement is None else model.placement.device
    return _BATCH_TOKENS[device.type]


def score(
    model: LanguageModel,
    texts: Sequence[str],
    *,
    window_bytes: int = 0,
    stride_bytes: int = 0,
    batch_tokens: int = 0,
    observers: Sequence[Observer] = (),
    layers: bool = False,
) -> Scores:
    """The model's probabilities for these texts; progress is reported in bytes.

    Args:
        window_bytes: 0 takes `usual_window`; to compare models give all the same.
        stride_bytes: 0 takes half the window, so that all but a text's first tokens see at least that much.
        batch_tokens: positions in one run of the model; 0 takes what suits the device. Halved where memory runs out.
        observers: called with every `Slice`, in no particular order of texts.
        layers: hand observers the states of all layers.

    Raises:
        UserError: a text has no UTF-8 form, a token has no row, a window is longer than the model can look back, or
            memory does not suffice for a single window.
    """
    window = window_bytes or usual_window(model)
    stride = stride_bytes or max(1, window // 2)
    cut = [_Text(model, n, text) for n, text in enumerate(texts)]
    run = _ScoringRun(model, cut, observers, layers)
    jobs = [(text, w) for text in cut for w in windows(text.starts, text.ends, window, stride)]
    _refuse_long(model, jobs, window)
    total, done = sum(len(text.segmentation.text) for text in cut), 0
    for batch in _batches(jobs, batch_tokens or usual_batch(model)):
        run.batch(batch)
        done += sum(text.n_bytes(w) for text, w in batch)
        report(done, total, f"Scoring {model.name}")
    return Scores(tuple(text.scores() for text in cut), window, stride, tuple(_notes(model, cut, run)))


class _Text:
    """A text on its way: its tokens, and their nats as they become known."""

    def __init__(self, model: LanguageModel, n: int, text: str) -> None:
        self.n = n
        self.segmentation: Segmentation = model.tokenizer.segment(text)
        self.ids, self.starts, self.ends = self.segmentation.ids, self.segmentation.starts, self.segmentation.ends
        self.nats = np.full(len(self.ids), np.nan)
        if len(self.ids) and int(self.ids.max()) >= model.n_rows:
            raise UserError(
                f"Text {count(n + 1)} holds token {count(int(self.ids.max()))}, for which {model.name} has no row: it "
                f"has {count(model.n_rows)}. Its tokenizer and its weights do not belong together."
            )

    def n_bytes(self, window: Window) -> int:
        """That a window scores."""
        return int(self.ends[window.last - 1] - (self.ends[window.scored - 1] if window.scored else 0))

    def scores(self) -> TextScores:
        found = self.segmentation
        return TextScores(self.ids, self.starts, self.ends, self.nats, len(found.text), found.lossless)


Job = tuple[_Text, Window]


@dataclass
class _ScoringRun:
    model: LanguageModel
    texts: list[_Text]
    observers: Sequence[Observer]
    layers: bool
    halved_to: int = 0
    slice_rows: int = field(init=False)

    def __post_init__(self) -> None:
        self.slice_rows = max(_FEWEST_ROWS, _SLICE_BYTES[self.model.device.type] // (4 * self.model.n_rows))

    def batch(self, jobs: list[Job]) -> None:
        """Score these windows, in smaller batches if memory does not suffice."""
        places, states = _Places(self.model, jobs), None
        if not places.n:
            return
        try:
            states = self._states(places)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        if states is not None:  # not within the try: what observers do with their memory is theirs to mend
            self._slices(places, states)
            return
        if self.model.device.type == "cuda":
            torch.cuda.empty_cache()
        if len(jobs) == 1:
            raise self._too_large(f"a window of {count(len(jobs[0][1]))} tokens")
        half = len(jobs) // 2
        self.halved_to = min(self.halved_to or half, half)
        self.batch(jobs[:half])
        self.batch(jobs[half:])

    def _states(self, places: "_Places") -> tuple[Tensor, ...]:
        """Hidden states at the scored positions, (n, D) each; or the logits where the head cannot be taken off."""
        model = self.model
        if model.halves is not None:
            found = model.states(places.ids, layers=self.layers)
        else:
            found = (*(model.hidden(places.ids) if self.layers else ()), model.logits(places.ids))
        return tuple(part[places.rows, places.columns] for part in found)

    @torch.no_grad()
    def _slices(self, places: "_Places", found: tuple[Tensor, ...]) -> None:
        halves, begin = self.model.halves, 0
        states = found if halves is not None else found[:-1]
        while begin < places.n:
            end = min(places.n, begin + self.slice_rows)
            try:
                logits = (found[-1][begin:end] if halves is None else halves.logits(found[-1][begin:end])).float()
                partition = logits.logsumexp(1)
                targets = places.targets[begin:end]
                nats = (partition - logits.gather(1, targets[:, None])[:, 0]).double().cpu().numpy()
            except (RuntimeError, MemoryError) as error:
                if not out_of_memory(error):
                    raise
                if end - begin == 1:
                    raise self._too_large(
                        f"the logits of one position over {count(self.model.n_rows)} tokens"
                    ) from None
                self.slice_rows = (end - begin) // 2
                self.halved_to = self.halved_to or 1
                continue
            if not self.layers and halves is None:
                states = ()
            texts, tokens = places.texts[begin:end], places.tokens[begin:end]
            for n in np.unique(texts):
                mine = texts == n
                self.texts[n].nats[tokens[mine]] = nats[mine]
            if self.observers:
                seen = Slice(texts, tokens, targets, logits, partition, tuple(s[begin:end] for s in states))
                for observe in self.observers:
                    observe(seen)
            begin = end

    def _too_large(self, what: str) -> UserError:
        return UserError(
            f"{self.model.device} ran out of memory while {self.model.name} scored {what}. Choose a smaller window, "
            "a smaller number format (bfloat16), or a device with more memory."
        )


class _Places:
    """One batch on the device: padded ids, and where in it which token of which text is predicted."""

    def __init__(self, model: LanguageModel, jobs: list[Job]) -> None:
        lead = [] if model.bos is None else [model.bos]
        inputs = [np.concatenate([lead, text.ids[w.first : w.last - 1]]).astype(np.int64) for text, w in jobs]
        # Padding comes behind all that is scored, so any id will do.
        ids = np.zeros((len(jobs), max(1, *map(len, inputs))) if inputs else (0, 1), np.int64)
        rows, columns, texts, tokens = [], [], [], []
        for row, ((text, w), read) in enumerate(zip(jobs, inputs, strict=True)):
            ids[row, : len(read)] = read
            predicted = np.arange(w.scored, w.last)
            at = predicted - w.first - 1 + len(lead)  # the position that predicts a token is the one before it
            predicted, at = predicted[at >= 0], at[at >= 0]
            rows.append(np.full(len(at), row))
            columns.append(at)
            texts.append(np.full(len(at), text.n))
            tokens.append(predicted)
        self.texts, self.tokens = np.concatenate(texts), np.concatenate(tokens)
        self.n = len(self.texts)
        targets = np.concatenate([text.ids[t] for (text, _), t in zip(jobs, tokens, strict=True)]).astype(np.int64)
        self.ids, self.rows, self.columns, self.targets = (
            torch.from_numpy(part).to(model.device)
            for part in (ids, np.concatenate(rows), np.concatenate(columns), targets)
        )


def _batches(jobs: list[Job], batch_tokens: int) -> Iterator[list[Job]]:
    """Windows of like length together, the longest first, so that too little memory shows at once."""
    batch: list[Job] = []
    for job in sorted(jobs, key=lambda j: -len(j[1])):
        if batch and (len(batch) + 1) * (len(batch[0][1]) + 1) > batch_tokens:
            yield batch
            batch = []
        batch.append(job)
    if batch:
        yield batch


def _refuse_long(model: LanguageModel, jobs: list[Job], window_bytes: int) -> None:
    longest = max((len(w) for _, w in jobs), default=0)
    if model.max_tokens is not None and longest > model.max_tokens:
        raise UserError(
            f"A window of {count(window_bytes)} bytes is {count(longest)} tokens of {model.name}, which looks back on "
            f"{count(model.max_tokens)}. Choose a window of at most {count(model.max_tokens - 1)} bytes."
        )


def _notes(model: LanguageModel, texts: list[_Text], run: _ScoringRun) -> Iterator[str]:
    lossy = sum(not text.segmentation.lossless for text in texts)
    if lossy:
        yield (
            f"{model.tokenizer.info.label} does not give back {count(lossy)} of {count(len(texts))} texts exactly, so "
            "their bits are those of another text and compare with nothing."
        )
    undefined = sum(int(np.isnan(text.nats[1:]).sum()) for text in texts)
    if undefined:
        nothing = so_many(undefined, "token", "tokens")
        yield f"{model.name} gives no number to {nothing}, so bits per byte are undefined."
    if run.halved_to:
        least = so_many(run.halved_to, "window", "windows")
        yield f"{model.device} ran out of memory, so batches were made smaller, down to {least}."
