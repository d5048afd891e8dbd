"""What a user asks for, checked before anything is trained: a recipe, or one sentence on what is wrong."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.common.errors import UnknownName, UnreadableFile, UserError, shown
from core.common.memory import machine_bytes
from core.common.named_path import named_path
from core.common.params import Value
from core.jobs.store.files import Input
from core.training.options import MOST_VOCABULARY, Options
from core.training.pretokenizers import DIGITS, NORMALISERS
from core.training.recipe import TrainingRecipe
from core.training.trainer import TRAINERS, Trainer

BASE_MB = 1536  # the libraries with their threads, and room to compare the file
SPECIALS = ("<|endoftext|>",)
LEAST_FREQUENCY = 2
HELD_OUT = 0.02
_MOST_HELD_OUT = 0.5


def asked_recipe(
    trainer: str,
    vocab: int,
    files: Sequence[str],
    *,
    parallel: Sequence[str] = (),
    given: Mapping[str, Value] | None = None,
    seed: int = 0,
    pre: str = "",
    digits: str = "as the pre-tokenizer",
    normaliser: str = "none",
    min_frequency: int = LEAST_FREQUENCY,
    specials: Sequence[str] = SPECIALS,
    heldout: float = HELD_OUT,
) -> TrainingRecipe:
    """The recipe of a tokenizer.

    Args:
        pre: empty for the trainer's usual one.

    Raises:
        UserError: a name is unknown, a number out of range, two things contradict each other, a file cannot be read,
            or it would take more memory than there is.
    """
    entry = TRAINERS.get(trainer)
    _check(entry, vocab, pre, digits, normaliser, min_frequency, specials, heldout)
    params = entry.read(dict(given or {}), seed)
    options = Options(vocab, pre or entry.pre, digits, normaliser, min_frequency, tuple(specials), heldout)
    if not files:
        raise UserError("There is no text to train on. Name at least one file.")
    texts, others = [_input(name) for name in files], [_input(name) for name in parallel]
    n_bytes = sum(Path(one.name).stat().st_size for one in (*texts, *others))
    recipe = TrainingRecipe(trainer, options, dict(params.values), seed, tuple(texts), tuple(others), n_bytes)
    if (need := memory_mb(recipe)) > machine_bytes() / 2**20:
        raise UserError(
            f"{entry.label} takes about {need:,} MB for {n_bytes / 2**20:,.0f} MB of text, and this machine has "
            f"{machine_bytes() / 2**20:,.0f} MB. Give it a part of the text."
        )
    return recipe


def memory_mb(recipe: TrainingRecipe) -> int:
    """Memory that training may take, in megabytes."""
    return BASE_MB + TRAINERS.get(recipe.trainer).bytes_per_byte * recipe.n_bytes // 2**20


def _check(
    entry: Trainer,
    vocab: int,
    pre: str,
    digits: str,
    normaliser: str,
    min_frequency: int,
    specials: Sequence[str],
    heldout: float,
) -> None:
    if pre and pre not in entry.cuts:
        raise UnknownName(f"pre-tokenizer of {entry.key}", pre, entry.cuts)
    if digits not in DIGITS:
        raise UnknownName("way to cut digits", digits, DIGITS)
    if normaliser not in NORMALISERS:
        raise UnknownName("normaliser", normaliser, NORMALISERS)
    if min_frequency < 1:
        raise UserError(f"--min-frequency cannot be {min_frequency}: give 1 or more.")
    if not 0 <= heldout <= _MOST_HELD_OUT:
        raise UserError(f"--heldout cannot be {heldout:g}: give a share from 0 to {_MOST_HELD_OUT}.")
    if len(set(specials)) < len(specials) or not all(one.strip() == one and one for one in specials):
        raise UserError("Special tokens must differ, and none may be empty or begin or end with a space. Name others.")
    least = entry.n_least + len(specials)
    if not least < vocab <= MOST_VOCABULARY:
        raise UserError(
            f"--vocab cannot be {vocab:,}: {entry.label} needs more than {least:,} entries, for its alphabet and the "
            f"special tokens, and at most {MOST_VOCABULARY:,} are made."
        )


def _input(name: str) -> Input:
    path = named_path(name).absolute()
    if not path.is_file():
        what = "is a folder: name the files in it" if path.is_dir() else "is no file. Check the path"
        raise UnreadableFile(f"{shown(name)} {what}.")
    try:
        with path.open("rb") as file:
            return Input(str(path), hashlib.file_digest(file, "sha256").hexdigest())
    except OSError as error:
        raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}.") from None
