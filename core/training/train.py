"""Trains a tokenizer by a recipe, measures it on text kept apart, and compares its file with it."""

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from core.common.numbers import count
from core.common.progress import report
from core.common.resident_peak import ResidentPeak
from core.jobs.store.files import Input
from core.training.export import as_in_its_file, check_export, vocabulary_file
from core.training.measured import entry_counts, measured, parallel_tokens, phrases_first
from core.training.pretokenizers import BUDOUX
from core.training.recipe import Trained, TrainingRecipe
from core.training.sources import opened_source
from core.training.text import PARALLEL, TrainingPart, TrainingText, parallel_lines, read_parts
from core.training.trainer import TRAINERS, NotMakeable, Trainer
from core.training.training_file import changed
from core.training.training_source import TrainingSource

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
    text = TrainingText(parts, parallel_lines(_sources(recipe.parallel, here), parts))
    task = trainer.task(text, options, trainer.read(dict(recipe.params), recipe.seed))
    report(0, 0, "Training")
    start, peak = time.perf_counter(), ResidentPeak()
    made = trainer.train(task)
    seconds, peak_bytes = time.perf_counter() - start, peak.bytes()
    _check_size(made, recipe, trainer)
    report(0, 0, "Comparing")
    data, made = vocabulary_file(made), as_in_its_file(made)
    n_compared = check_export(made, data, options.specials, trainer.unknown, text.held_out[:_MOST_COMPARED])
    whole, each = measured(made, parts)
    of_phrases = task.cut.pre == BUDOUX
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
        trainer.exact_export and not of_phrases,
        n_compared,
        _versions((*_LIBRARIES, BUDOUX) if of_phrases else _LIBRARIES),
        phrases_first(made, task.cut, parts) if of_phrases else None,
        peak_bytes,
    )


def parts_of(recipe: TrainingRecipe, here: Callable[[Path], Path] = lambda path: path) -> tuple[TrainingPart, ...]:
    """The texts of a recipe, each with the lines that are kept apart.

    Raises:
        UserError: a text is not what it was, or holds none.
    """
    sources = _sources(recipe.files, here, {one.name for one in recipe.parallel})
    options = recipe.options
    return read_parts(sources, options.heldout, recipe.seed, options.most_bytes, recipe.shares)


def _versions(libraries: Iterable[str]) -> dict[str, str]:
    """Those of libraries, as far as they are installed."""
    found = dict[str, str]()
    for name in libraries:
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


def _sources(
    files: Sequence[Input], here: Callable[[Path], Path], parallel: Collection[str] = ()
) -> list[TrainingSource]:
    """The texts of a recipe, the same as when it was made.

    Args:
        parallel: names of those that are parallel with one another.
    """
    found = [opened_source(one.name, here, PARALLEL if one.name in parallel else "") for one in files]
    for source, one in zip(found, files, strict=True):
        if source.hashed() != one.fingerprint:
            raise changed(source.name)
    return found
