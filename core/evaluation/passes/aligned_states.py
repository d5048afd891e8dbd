"""Hidden states of two models at the same places of the same texts: the bytes where both begin a token."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UserError
from core.evaluation.base import Subject
from core.evaluation.passes.likelihood import Likelihood
from core.evaluation.passes.next_byte import Shared, shared_places
from core.evaluation.passes.resegmented import cut_otherwise
from core.models.language_model import LanguageModel
from core.models.score import Slice, score

SAMPLE_BYTES = 20_000
MOST_PLACES = 2_000


@dataclass(frozen=True, eq=False)
class Aligned:
    """States at M places, each model having read the same bytes before them.

    Args:
        places: where.
        ours, theirs: of the transplant and the original, every layer, the embeddings first, (M, D) each, on the CPU.
        recut: of the original where it reads the text as the new tokenizer cuts it; None where it cannot.
        why: why there is no `recut`.
    """

    places: Shared
    ours: tuple[Tensor, ...]
    theirs: tuple[Tensor, ...]
    recut: tuple[Tensor, ...] | None
    why: str = ""


def aligned(subject: Subject) -> Aligned:
    """States of a subject and of its original; computed once."""
    return subject.once("aligned states", lambda: _aligned(subject))


def _aligned(subject: Subject) -> Aligned:
    reference = subject.reference
    usable = Likelihood(subject).usable
    few = reference.sample(SAMPLE_BYTES, usable & subject.reading.has_next_bytes)
    places = _some(shared_places(subject.reading, reference.original_reading, few), reference.seed)
    texts = reference.only(few)
    scores = subject.reading.scores
    cut = scores.window_bytes, scores.stride_bytes

    def of_original() -> tuple[tuple[Tensor, ...], tuple[Tensor, ...] | None, str]:
        theirs = _states(subject.original, texts, places, *cut)
        try:
            return theirs, _states(cut_otherwise(subject, texts), texts, places, *cut), ""
        except UserError as error:
            return theirs, None, str(error)

    key = ("aligned states", subject.model.tokenizer.info.fingerprint, few.tobytes())
    theirs, recut, why = reference.once(key, of_original)
    return Aligned(places, _states(subject.model, texts, places, *cut), theirs, recut, why)


def _some(places: Shared, seed: int) -> Shared:
    """At most `MOST_PLACES` of these, drawn at random."""
    n = len(places.text)
    chosen = np.sort(np.random.default_rng(seed).permutation(n)[:MOST_PLACES])
    text, offset, ours, theirs = (p[chosen] for p in (places.text, places.offset, places.ours, places.theirs))
    return Shared(text, offset, ours, theirs, places.text_theirs)


def _states(
    model: LanguageModel, texts: list[str], places: Shared, window_bytes: int, stride_bytes: int
) -> tuple[Tensor, ...]:
    """Of every layer at these places; the model must begin a token at each."""
    row_of = {pair: row for row, pair in enumerate(zip(places.text.tolist(), places.offset.tolist(), strict=True))}
    starts = [model.tokenizer.segment(text).starts if text else np.empty(0, np.int32) for text in texts]
    kept: list[Tensor] = []

    def watch(seen: Slice) -> None:
        pairs = zip(seen.texts.tolist(), seen.tokens.tolist(), strict=True)
        rows = np.array([row_of.get((n, int(starts[n][token])), -1) for n, token in pairs])
        at = torch.from_numpy(np.flatnonzero(rows >= 0))
        if not kept:
            kept.extend(torch.full((len(row_of), state.shape[1]), torch.nan) for state in seen.states)
        for keep, state in zip(kept, seen.states, strict=True):
            keep[torch.from_numpy(rows[rows >= 0])] = state[at.to(state.device)].float().cpu()

    score(model, texts, window_bytes=window_bytes, stride_bytes=stride_bytes, observers=[watch], layers=True)
    return tuple(kept)


def sums_by_text(places: Shared, n_texts: int, *values: NDArray[np.generic]) -> NDArray[np.float64]:
    """Sums over the places of each text of some values, and the number of places, (Q + 1, N)."""
    rows = [np.bincount(places.text, np.asarray(v, np.float64), n_texts) for v in values]
    return np.array([*rows, np.bincount(places.text, minlength=n_texts)], np.float64)
