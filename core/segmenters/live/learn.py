"""Learns a segmenter slice by slice: where one ends the next goes on, in this process or in a later one."""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from core.common.atomic import write_whole
from core.common.codec import to_json
from core.common.errors import UserError
from core.common.home import home
from core.common.progress import report
from core.segmenters.build.text import CODE
from core.segmenters.live.bpe_beside import learn_beside, parameters
from core.segmenters.live.learner import LEARNERS, Learner, Texts
from core.segmenters.live.recipe import MOST_LINE, SLICES, BpeBeside, LearningRecipe, Snapshot
from core.training.sources import PYTHON, source_label
from core.training.train import parts_of

_MOST_LINES, _MOST_OF_A_LINE = 40, 600  # that are judged on, and bytes of one
_LEAST_BYTES = 2_000
Here = Callable[[Path], Path]


def read(recipe: LearningRecipe, here: Here = lambda path: path) -> tuple[Texts, list[str]]:
    """(lines to learn from, by text; lines kept apart, from each text as many).

    Raises:
        UserError: there is too little of either.
    """
    parts = parts_of(recipe.text, here)
    texts = {
        CODE if part.name == source_label(PYTHON) else part.name: lines
        for part in parts
        if (lines := [line for chunk in part.chunks for line in chunk.split("\n") if line.strip()])
    }
    n_bytes = sum(len(line.encode()) for lines in texts.values() for line in lines)
    each = max(1, _MOST_LINES // len(parts))
    apart = [
        line for part in parts for line in _short(part.held_out)[:each]
    ]  # the first of each, so that all are of every text
    if n_bytes < _LEAST_BYTES or not apart:
        raise UserError(
            "There is too little text: a segmenter needs some thousand bytes in several lines, of which a part is kept "
            "apart to judge it. Give more."
        )
    return texts, apart


def _short(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.strip() and len(line.encode()) <= _MOST_OF_A_LINE]


def learn_slice(recipe: LearningRecipe, n: int, here: Here = lambda path: path) -> Snapshot:
    """The segmenter after n slices of its time.

    It goes on from where slice n - 1 was kept, or begins anew where that is gone.
    """
    texts, apart = read(recipe, here)
    learner, spent = _as_kept(recipe, n - 1, texts)
    until = recipe.seconds * n / SLICES
    while spent < until:
        start = time.process_time()
        learner.step(spent / recipe.seconds)
        spent += time.process_time() - start
        report(min(int(spent), recipe.seconds), recipe.seconds, f"{learner.steps} steps")
    if n < SLICES:
        _keep(recipe, n, learner, spent)
    found = _snapshot(learner, spent, recipe.line or apart[0][:MOST_LINE], apart, last=n == SLICES)
    _forget(recipe, n - 1)
    return found


def model_beside(recipe: LearningRecipe, here: Here = lambda path: path) -> BpeBeside:
    """The model on BPE beside it."""
    texts, apart = read(recipe, here)
    size = parameters(LEARNERS[recipe.family](texts, recipe.text.seed).model)
    return learn_beside(recipe, size, texts, apart, here)


def _snapshot(learner: Learner, spent: float, line: str, apart: Sequence[str], *, last: bool) -> Snapshot:
    cut = learner.cut()
    shown = cut(line)
    values = np.full(len(line.encode()), np.nan, np.float32) if shown.values is None else shown.values
    weights = np.frombuffer(learner.weights(), np.uint8) if last else np.empty(0, np.uint8)
    return Snapshot(
        seconds=spent,
        steps=learner.steps,
        n_read=learner.n_read,
        line=line,
        starts=shown.starts,
        values=values.astype(np.float32),
        line_bits=np.array([learner.bits(text) for text in apart]),
        line_bytes=np.array([len(text.encode()) for text in apart], np.int64),
        line_chunks=np.array([len(cut(text).starts) for text in apart], np.int64),
        n_parameters=parameters(learner.model),
        weights=weights,
        threshold=learner.threshold,
    )


def _place(recipe: LearningRecipe, n: int) -> Path:
    known = hashlib.sha256(to_json(recipe, {}).encode()).hexdigest()[:24]
    return home("learning") / f"{known}-{n}.pt"


def _as_kept(recipe: LearningRecipe, n: int, texts: Texts) -> tuple[Learner, float]:
    """A learner after n slices, as it was kept, or one that has not begun; and the seconds that it has learnt."""
    learner = LEARNERS[recipe.family](texts, recipe.text.seed)
    with suppress(OSError, ValueError):
        data = _place(recipe, n).read_bytes()
        spent, kept = data.split(b"\n", 1)
        learner.go_on(kept)
        return learner, float(spent)
    return learner, 0.0


def _keep(recipe: LearningRecipe, n: int, learner: Learner, spent: float) -> None:
    with suppress(OSError):  # without it the next slice begins anew
        write_whole(_place(recipe, n), f"{spent}\n".encode() + learner.kept())


def _forget(recipe: LearningRecipe, n: int) -> None:
    _place(recipe, n).unlink(missing_ok=True)
