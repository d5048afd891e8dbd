"""What a user asks for, checked before anything is trained: a recipe, or one sentence on what is wrong."""

import hashlib
from collections.abc import Mapping, Sequence

from core.common.errors import UnknownName, UserError
from core.common.memory import machine_bytes
from core.common.numbers import count, so_many
from core.common.params import Value
from core.jobs.store.files import Input
from core.training.options import MOST_VOCABULARY, Options
from core.training.pretokenizers import DIGITS, NORMALISERS
from core.training.recipe import TrainingRecipe
from core.training.sources import in_full, source_content, source_label
from core.training.text import most_of_each
from core.training.trainer import TRAINERS, Trainer

BASE_MB = 1536  # the libraries with their threads, and room to compare the file
SPECIALS = ("<|endoftext|>",)
LEAST_FREQUENCY = 2
HELD_OUT = 0.02
MOST_SHARE = 1_000_000
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
    most_bytes: int = 0,
    shares: Sequence[float] = (),
) -> TrainingRecipe:
    """The recipe of a tokenizer.

    Args:
        files: paths, uploads as `upload:HASH/NAME`, languages as `CORPUS CODE`, or `python` for its library's code.
        parallel: the same.
        pre: empty for the trainer's usual one.
        most_bytes: of each text, its beginning; 0 for all of it.
        shares: of the text, in bytes, a number for each file; of each as much is taken as all can keep to them.

    Raises:
        UserError: a name is unknown, a number out of range, two things contradict each other, a file cannot be read,
            or it would take more memory than there is.
    """
    entry = TRAINERS.get(trainer)
    options = Options(vocab, pre or entry.pre, digits, normaliser, min_frequency, tuple(specials), heldout, most_bytes)
    _check(entry, options)
    params = entry.read(dict(given or {}), seed)
    if not files:
        raise UserError("There is no text to train on. Name at least one file.")
    _check_shares(shares, len(files))
    texts, others = [_input(name) for name in files], [_input(name) for name in parallel]
    sizes = [n for _, n in texts]
    if shares and 0 in sizes:
        raise UserError(f"{source_label(files[sizes.index(0)])} holds no text, so it can have no share. Leave it out.")
    taken = [min(n, most or n) for n, most in zip(sizes, most_of_each(sizes, most_bytes, shares), strict=True)]
    n_bytes = sum(taken) + sum(n for _, n in others)
    recipe = TrainingRecipe(
        trainer, options, dict(params.values), seed, _first(texts), _first(others), n_bytes, tuple(map(float, shares))
    )
    if (need := memory_mb(recipe)) > machine_bytes() / 2**20:
        raise UserError(
            f"{entry.label} takes about {count(need)} MB for {count(n_bytes / 2**20)} MB of text, and this machine has "
            f"{count(machine_bytes() / 2**20)} MB. Give it a part of the text."
        )
    return recipe


def memory_mb(recipe: TrainingRecipe) -> int:
    """Memory that training may take, in megabytes."""
    return BASE_MB + TRAINERS.get(recipe.trainer).bytes_per_byte * recipe.n_bytes // 2**20


def _check(entry: Trainer, asked: Options) -> None:
    if asked.pre not in entry.cuts:
        raise UnknownName(f"pre-tokenizer of {entry.key}", asked.pre, entry.cuts)
    if asked.digits not in DIGITS:
        raise UnknownName("way to cut digits", asked.digits, DIGITS)
    if asked.normaliser not in NORMALISERS:
        raise UnknownName("normaliser", asked.normaliser, NORMALISERS)
    if asked.min_frequency < 1:
        raise UserError(f"The minimum frequency cannot be {asked.min_frequency}: give 1 or more.")
    if not 0 <= asked.heldout <= _MOST_HELD_OUT:
        raise UserError(f"The share kept apart cannot be {asked.heldout:g}: give one from 0 to {_MOST_HELD_OUT}.")
    if asked.most_bytes < 0:
        raise UserError(
            f"{count(asked.most_bytes)} bytes of each text cannot be taken: give a number, or 0 for all of it."
        )
    specials = asked.specials
    if len(set(specials)) < len(specials) or not all(one.strip() == one and one for one in specials):
        raise UserError("Special tokens must differ, and none may be empty or begin or end with a space. Name others.")
    least = entry.n_least + len(specials)
    if not least < asked.vocab <= MOST_VOCABULARY:
        raise UserError(
            f"{count(asked.vocab)} entries cannot be made: {entry.label} needs more than {count(least)}, for its "
            f"alphabet and the special tokens, and the most is {count(MOST_VOCABULARY)}. Ask for another number."
        )


def _check_shares(shares: Sequence[float], n_files: int) -> None:
    if shares and len(shares) != n_files:
        given, texts = so_many(len(shares), "share", "shares"), so_many(n_files, "text", "texts")
        raise UserError(f"{given} for {texts}. Give one for each, or none.")
    wrong = next((one for one in shares if not 0 < one <= MOST_SHARE), None)
    if wrong is not None:
        raise UserError(
            f"A share cannot be {wrong:g}: give a number above 0 and up to {count(MOST_SHARE)}, or leave the text out."
        )


def _first(found: Sequence[tuple[Input, int]]) -> tuple[Input, ...]:
    return tuple(one for one, _ in found)


def _input(name: str) -> tuple[Input, int]:
    """A text with the hash of its content, and its bytes."""
    full = in_full(name)
    data = source_content(full)
    return Input(full, hashlib.sha256(data).hexdigest()), len(data)
