"""Trains a tokenizer by a recipe, measures it on text kept apart, and compares its file with it."""

import hashlib
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.jobs.store.files import Input
from core.training.export import check_export, vocabulary_file
from core.training.measured import measured
from core.training.recipe import Trained, TrainingRecipe
from core.training.sources import source_content, source_label
from core.training.text import TrainingText, parallel_lines, read_parts
from core.training.trainer import TRAINERS, NotMakeable, Trainer

_LIBRARIES = ("tokenizers", "sentencepiece")
_MOST_COMPARED = 500  # lines of the text itself, beside those of all scripts


def trained(recipe: TrainingRecipe, here: Callable[[Path], Path] = lambda path: path) -> Trained:
    """The tokenizer of a recipe; nothing is written.

    Args:
        here: where a file lies on this machine.

    Raises:
        NotMakeable: the text does not give so many.
        UserError: the text is not what it was, or holds none.
    """
    trainer, options = TRAINERS.get(recipe.trainer), recipe.options
    report(0, 0, "Reading")
    parts = read_parts(_contents(recipe.files, here, options.most_bytes), options.heldout, recipe.seed)
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
    whole, each = measured(made, parts)
    return Trained(
        recipe,
        np.frombuffer(data, np.uint8),
        trainer.unknown,
        made.get_vocab_size(),
        whole,
        tuple(each),
        bool(text.held_out),
        seconds,
        trainer.exact_export,
        n_compared,
        {name: version(name) for name in _LIBRARIES},
    )


def _check_size(made: Tokenizer, recipe: TrainingRecipe, trainer: Trainer) -> None:
    """Do nothing if there are as many entries as were asked for.

    Raises:
        NotMakeable: the text does not give so many.
    """
    wanted, found = recipe.options.vocab, made.get_vocab_size()
    if found < wanted:
        raise NotMakeable(
            f"The text gives {count(found)} entries by {trainer.label}, not {count(wanted)}. Give more text, ask for "
            f"{count(found)} entries, or lower the minimum frequency, which is {recipe.options.min_frequency}."
        )
    assert found == wanted, f"{trainer.key} made {found} entries"


def _contents(files: Sequence[Input], here: Callable[[Path], Path], most: int = 0) -> list[tuple[str, bytes]]:
    """Name and text of each source, of which no more than so many bytes are taken, up to the end of a line."""
    return [(source_label(one.name), _beginning(_content(one, here), most)) for one in files]


def _beginning(data: bytes, most: int) -> bytes:
    """
    >>> _beginning(b"one\\ntwo\\nthree", 9), _beginning(b"one", 0), _beginning("\u00e9\u00e9".encode(), 3).decode()
    (b'one\\ntwo\\n', b'one', '\u00e9')
    """
    if not most or len(data) <= most:
        return data
    return data[: data.rfind(b"\n", 0, most) + 1] or data[:most].decode(errors="ignore").encode()


def _content(file: Input, here: Callable[[Path], Path]) -> bytes:
    """The text of a source, the same as when the recipe was made."""
    data = source_content(file.name, here)
    if hashlib.sha256(data).hexdigest() != file.fingerprint:
        raise UserError(f"The text of {source_label(file.name)} has changed since training was asked for. Ask again.")
    return data
