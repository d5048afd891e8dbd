"""Trains a tokenizer by a recipe, measures it on text kept apart, and compares its file with it."""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.jobs.store.files import Input
from core.training.export import check_export, vocabulary_file
from core.training.measured import entry_counts, measured, parallel_tokens
from core.training.recipe import Trained, TrainingRecipe
from core.training.sources import corpus_of, source_content, source_label
from core.training.text import (
    PARALLEL,
    SourceText,
    TrainingPart,
    TrainingText,
    most_of_each,
    parallel_lines,
    read_parts,
)
from core.training.trainer import TRAINERS, NotMakeable, Trainer

_LIBRARIES = ("tokenizers", "sentencepiece", "ffbpe")
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
    parts = parts_of(recipe, here)
    text = TrainingText(parts, parallel_lines(_contents(recipe.parallel, here), parts))
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
        parallel_tokens(made, parts),
        entry_counts(made, parts),
        bool(text.held_out),
        seconds,
        trainer.exact_export,
        n_compared,
        _versions(),
    )


def parts_of(recipe: TrainingRecipe, here: Callable[[Path], Path] = lambda path: path) -> tuple[TrainingPart, ...]:
    """The texts of a recipe, each with the lines that are kept apart.

    Raises:
        UserError: a text is not what it was, or holds none.
    """
    sources = _sources(recipe, here)
    return read_parts(sources, recipe.options.heldout, recipe.seed, _most(recipe, sources))


def _versions() -> dict[str, str]:
    """The libraries that train, as far as they are installed."""
    found = dict[str, str]()
    for name in _LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


def _check_size(made: Tokenizer, recipe: TrainingRecipe, trainer: Trainer) -> None:
    """Do nothing if there are as many entries as were asked for.

    Raises:
        NotMakeable: the text does not give so many.
    """
    options, found = recipe.options, made.get_vocab_size()
    wanted, ways = options.vocab, ["Give more text"]
    if found < wanted:
        ways += [f"ask for {count(found)} entries"] if found > trainer.n_least + len(options.specials) else []
        lower = f"lower the minimum frequency, which is {options.min_frequency}"
        ways += [lower] if options.min_frequency > 1 else []
        raise NotMakeable(
            f"The text gives {count(found)} entries by {trainer.label}, not {count(wanted)}. "
            f"{', or '.join(filter(None, [', '.join(ways[:-1]), ways[-1]]))}."
        )
    assert found == wanted, f"{trainer.key} made {found} entries"


def _contents(files: Sequence[Input], here: Callable[[Path], Path]) -> list[tuple[str, bytes]]:
    """Name and text of each source."""
    return [(source_label(one.name), _content(one, here)) for one in files]


def _sources(recipe: TrainingRecipe, here: Callable[[Path], Path]) -> list[SourceText]:
    """The text, of which languages of one corpus are parallel, and what is also named as parallel."""
    named = {one.name for one in recipe.parallel}
    corpora = [corpus_of(one.name) or (PARALLEL if one.name in named else "") for one in recipe.files]
    contents = _contents(recipe.files, here)
    return [SourceText(name, data, corpus) for (name, data), corpus in zip(contents, corpora, strict=True)]


def _most(recipe: TrainingRecipe, sources: Sequence[SourceText]) -> list[int]:
    """Bytes of each to read; of parallel texts, to train on."""
    options, shares = recipe.options, recipe.shares
    most = most_of_each([len(one.data) for one in sources], options.most_bytes, shares)
    if not shares:
        return most
    return [int(n * (1 - options.heldout)) if one.corpus else n for n, one in zip(most, sources, strict=True)]


def _content(file: Input, here: Callable[[Path], Path]) -> bytes:
    """The text of a source, the same as when the recipe was made."""
    data = source_content(file.name, here)
    if hashlib.sha256(data).hexdigest() != file.fingerprint:
        raise UserError(f"The text of {source_label(file.name)} has changed since training was asked for. Ask again.")
    return data
