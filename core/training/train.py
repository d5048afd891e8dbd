"""Trains a tokenizer by a recipe, measures it on text kept apart, and compares its file with it."""

import hashlib
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from core.common.errors import UnreadableFile, UserError, shown
from core.common.progress import report
from core.jobs.store.files import Input
from core.training.export import check_export, vocabulary_file
from core.training.recipe import Trained, TrainingRecipe
from core.training.text import TrainingText, parallel_lines, read_parts
from core.training.trainer import TRAINERS, Trainer

_LIBRARIES = ("tokenizers", "sentencepiece")
_MOST_COMPARED = 500  # lines of the text itself, beside those of all scripts


def trained(recipe: TrainingRecipe, here: Callable[[Path], Path] = lambda path: path) -> Trained:
    """The tokenizer of a recipe; nothing is written.

    Args:
        here: where a file lies on this machine.

    Raises:
        UserError: the text is not what it was, holds none, or does not give so many entries.
    """
    trainer, options = TRAINERS.get(recipe.trainer), recipe.options
    report(0, 0, "Reading")
    parts = read_parts(_contents(recipe.files, here), options.heldout, recipe.seed)
    text = TrainingText(parts, parallel_lines(_contents(recipe.parallel, here)))
    task = trainer.task(text, options, trainer.read(dict(recipe.params), recipe.seed))
    report(0, 0, "Training")
    start = time.perf_counter()
    made = trainer.train(task)
    seconds = time.perf_counter() - start
    _check_size(made, recipe, trainer)
    report(0, 0, "Comparing")
    n_compared = check_export(made, options.specials, trainer.unknown, text.held_out[:_MOST_COMPARED])
    data = vocabulary_file(made)
    measured = {part.name: part.held_out if text.held_out else part.chunks for part in parts}
    return Trained(
        recipe,
        np.frombuffer(data, np.uint8),
        trainer.unknown,
        made.get_vocab_size(),
        sum(part.n_bytes for part in parts),
        sum(len(line.encode()) for some in measured.values() for line in some),
        bool(text.held_out),
        bytes_per_token(made, [line for some in measured.values() for line in some]),
        {name: bytes_per_token(made, some) for name, some in measured.items() if some},
        seconds,
        trainer.exact_export,
        n_compared,
        {name: version(name) for name in _LIBRARIES},
    )


def bytes_per_token(tokenizer: Tokenizer, texts: Sequence[str]) -> float:
    """Bytes of texts by tokens that they are cut into."""
    n_tokens = sum(len(one.ids) for one in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False))
    return sum(len(text.encode()) for text in texts) / n_tokens if n_tokens else float("nan")


def _check_size(made: Tokenizer, recipe: TrainingRecipe, trainer: Trainer) -> None:
    """Do nothing if there are as many entries as were asked for.

    Raises:
        UserError: the text does not give so many.
    """
    wanted, found = recipe.options.vocab, made.get_vocab_size()
    if found < wanted:
        raise UserError(
            f"The text gives {found:,} entries by {trainer.label}, not {wanted:,}. Give more text, ask for "
            f"--vocab {found}, or lower --min-frequency, which is {recipe.options.min_frequency}."
        )
    assert found == wanted, f"{trainer.key} made {found} entries"


def _contents(files: Sequence[Input], here: Callable[[Path], Path]) -> list[tuple[str, bytes]]:
    return [(one.name, _content(one, here(Path(one.name)))) for one in files]


def _content(file: Input, path: Path) -> bytes:
    """The content of a file, the same as when the recipe was made."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{shown(path.name)} cannot be read: {error.strerror or error}.") from None
    if hashlib.sha256(data).hexdigest() != file.fingerprint:
        raise UserError(f"{shown(path.name)} has changed since training was asked for. Ask again.")
    return data
