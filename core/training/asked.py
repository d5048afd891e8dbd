"""What a user asks for, checked before anything is trained: a recipe, or one sentence on what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

from core.common.errors import UnknownName, UserError
from core.common.memory import machine_bytes
from core.common.numbers import count, so_many
from core.common.params import Value
from core.jobs.store.files import Input
from core.training.distinct import TextAhead, distinct_bytes
from core.training.options import MOST_VOCABULARY, Options
from core.training.pretokenizers import AS_PRE, DIGITS, NO_NORMALISER, NORMALISERS, Cut
from core.training.recipe import TrainingRecipe
from core.training.sources import in_full, opened_source, source_label
from core.training.specials import check_specials
from core.training.text import most_of_each
from core.training.trainer import TRAINERS, Trainer
from core.training.training_file import TrainingFile
from core.training.training_source import TrainingSource

BASE_MB = 1536  # room of their own for the libraries, whose threads ask for more than they take
_PROCESS_MB = 150  # to train, to compare the file and to measure, without what goes by the text
_ARROW_MB = 80  # more, where arrow counts pieces
_APART = 5  # memory per byte of lines that are kept apart, with what they are compared with
_HELD = 2  # and per byte of a text that lies in memory
SPECIALS = ("<|endoftext|>",)
LEAST_FREQUENCY = 2
HELD_OUT = 0.02
MOST_SHARE = 1_000_000
_MOST_HELD_OUT = 0.5
_MOST_TIMES = 10_000  # that a share may be of another


def asked_recipe(
    trainer: str,
    vocab: int,
    files: Sequence[str],
    *,
    parallel: Sequence[str] = (),
    given: Mapping[str, Value] | None = None,
    seed: int = 0,
    pre: str = "",
    digits: str = AS_PRE,
    normaliser: str = NO_NORMALISER,
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
        shares: of the text, in bytes, a number for each file; of each as much is taken as all can keep to them. Shares
            that say the same give the same recipe.

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
    shares = in_lowest_terms(shares)
    texts, others = [_looked_at(name) for name in files], [_looked_at(name) for name in parallel]
    sizes = [one.n_bytes for one in texts]
    if shares and 0 in sizes:
        raise UserError(f"{source_label(files[sizes.index(0)])} holds no text, so it can have no share. Leave it out.")
    taken = [min(n, most or n) for n, most in zip(sizes, most_of_each(sizes, most_bytes, shares), strict=True)]
    n_bytes = sum(taken) + sum(one.n_bytes for one in others)
    apart = heldout * sum(min(n, most_bytes or n) for n in sizes)
    about = _about_mb(entry, options, texts, taken, others, int(_APART * apart))
    if about > machine_bytes() / 2**20:
        raise UserError(
            f"{entry.label} takes about {count(about)} MB for {count(n_bytes / 2**20)} MB of text, and this machine "
            f"has {count(machine_bytes() / 2**20)} MB. Give it a part of the text."
        )
    return TrainingRecipe(
        trainer,
        options,
        dict(params.values),
        seed,
        tuple(one.input for one in texts),
        tuple(one.input for one in others),
        n_bytes,
        shares,
        about,
    )


def memory_mb(recipe: TrainingRecipe) -> int:
    """Memory that training may take, in megabytes: twice what it was estimated to take, beside a base."""
    return BASE_MB + 2 * recipe.about_mb


@dataclass(frozen=True)
class _LookedAt:
    """A source, as a recipe names it and as it is."""

    input: Input
    source: TrainingSource

    @property
    def n_bytes(self) -> int:
        """That it has."""
        return self.source.n_bytes


def _about_mb(
    entry: Trainer,
    options: Options,
    texts: Sequence[_LookedAt],
    taken: Sequence[int],
    parallel: Sequence[_LookedAt],
    apart: int,
) -> int:
    """Memory that training takes at its most, in megabytes, estimated from parts of the text.

    Args:
        taken: bytes of each text that are trained on.
        apart: bytes that what is kept apart takes.
    """
    cut = Cut(entry.counts or options.pre, options.digits, options.normaliser, entry.level)
    ahead = _ahead(texts, taken), _ahead(parallel, [one.n_bytes for one in parallel])
    counted = entry.word_bytes * sum(distinct_bytes(each, cut) for each in ahead) if entry.word_bytes else 0
    in_memory = sum(one.n_bytes for one in (*texts, *parallel) if one.source.in_memory)
    return (
        _PROCESS_MB
        + bool(cut.letters) * _ARROW_MB
        + int(counted + entry.text_bytes * sum(taken) + apart + _HELD * in_memory) // 2**20
    )


def _ahead(texts: Sequence[_LookedAt], taken: Sequence[int]) -> tuple[TextAhead, ...]:
    return tuple(TextAhead(one.input.fingerprint, n, one.source.read) for one, n in zip(texts, taken, strict=True))


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
    check_specials(asked.specials, entry.unknown)
    least = entry.n_least + len(asked.specials)
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
    if shares and max(shares) > _MOST_TIMES * min(shares):
        raise UserError(
            f"Of shares from {min(shares):g} to {max(shares):g} the least leaves next to nothing of its text. Keep "
            f"them within {count(_MOST_TIMES)} times one another, or leave that text out."
        )


def in_lowest_terms(shares: Sequence[float]) -> tuple[float, ...]:
    """The same shares by the smallest whole numbers, where they are whole; of a single text there are none.

    >>> in_lowest_terms([6, 2]), in_lowest_terms([0.5, 0.5]), in_lowest_terms([3]), in_lowest_terms([1.5, 1])
    ((3.0, 1.0), (1.0, 1.0), (), (1.5, 1.0))
    """
    if len(shares) < 2:
        return ()
    if len(set(shares)) == 1:
        return (1.0,) * len(shares)
    whole = all(share == int(share) for share in shares)
    by = gcd(*map(int, shares)) if whole else 1
    return tuple(share / by for share in shares)


def _looked_at(name: str) -> _LookedAt:
    full = in_full(name)
    source = opened_source(full)
    return _LookedAt(Input(full, _hashed(source) if isinstance(source, TrainingFile) else source.hashed()), source)


@lru_cache(maxsize=64)  # asked for anew whenever a form is drawn
def _hashed(file: TrainingFile) -> str:
    return file.hashed()
