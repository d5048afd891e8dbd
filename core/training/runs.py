"""Runs: what several recipes share that differ in nothing but size, and what each is called beside the others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from core.training.pretokenizers import AS_PRE, NO_NORMALISER
from core.training.recipe import Trained, TrainingRecipe
from core.training.sources import source_label
from core.training.trainer import TRAINERS

_FEW = 3  # texts of which all shares are told


@dataclass(frozen=True)
class TrainingRun:
    """Everything that a plan changes but the size of the vocabulary.

    Args:
        trainer: its key.
        pre, digits, normaliser: as in `Options`.
        shares: of the texts, relative to one another; empty for all there is of each.
        seed: of what is drawn.
    """

    trainer: str
    pre: str
    digits: str
    normaliser: str
    shares: tuple[float, ...]
    seed: int


_NOUNS = {
    "trainer": "trainer", "pre": "pre-tokenizer", "digits": "cut of digits", "normaliser": "normaliser",
    "shares": "mixture", "seed": "seed",
}  # fmt: skip
_WAYS = ("pre", "digits", "normaliser", "shares")  # what is told of a run beside its trainer and its seed


def run_of(recipe: TrainingRecipe) -> TrainingRun:
    """The run that a recipe is of."""
    asked = recipe.options
    return TrainingRun(recipe.trainer, asked.pre, asked.digits, asked.normaliser, recipe.shares, recipe.seed)


def by_run(made: Iterable[Trained]) -> dict[TrainingRun, list[Trained]]:
    """Those of each run, smaller ones first."""
    found: dict[TrainingRun, list[Trained]] = {}
    for one in sorted(made, key=lambda one: one.n_vocabulary):
        found.setdefault(run_of(one.recipe), []).append(one)
    return found


def differences(one: TrainingRecipe, other: TrainingRecipe) -> list[str]:
    """In what two recipes differ beside their size, as nouns."""
    a, b = run_of(one), run_of(other)
    return [_NOUNS[each.name] for each in fields(TrainingRun) if getattr(a, each.name) != getattr(b, each.name)]


def way_of(recipe: TrainingRecipe, among: Sequence[TrainingRecipe] = ()) -> tuple[str, ...]:
    """What is told of a run beside its trainer: what is set otherwise in other runs of that trainer, in words.

    Args:
        among: recipes beside which it stands; where there are none, what is not as usual is told.
    """
    others = [one for one in among if one.trainer == recipe.trainer]
    told, own = _told(recipe, others), run_of(recipe)
    alike = len(set(map(_mixture, others))) < len({one.shares for one in others})
    return tuple(_mixture(recipe, in_full=alike) if name == "shares" else _in_words(own, name) for name in told)


def run_key(recipe: TrainingRecipe, among: Sequence[TrainingRecipe]) -> str:
    """What a link calls a run beside others, such as `bpe`, or `bpe~gpt2~1` of seed 1."""
    own = run_of(recipe)
    values = [getattr(own, name) for name in _told(recipe, [one for one in among if one.trainer == recipe.trainer])]
    ways = [":".join(f"{share:g}" for share in one) if isinstance(one, tuple) else one for one in values]
    return "~".join([own.trainer, *ways, *([f"{own.seed}"] if own.seed else [])])


def _told(recipe: TrainingRecipe, others: Sequence[TrainingRecipe]) -> list[str]:
    """Names of what tells a recipe from others by the same trainer; of what is not as usual where there are none."""
    beside = list(map(run_of, others)) or [run_of(recipe), _usual(recipe.trainer)]
    return [name for name in _WAYS if len({getattr(one, name) for one in beside}) > 1]


def run_label(recipe: TrainingRecipe, among: Sequence[TrainingRecipe] = (), *, with_seed: bool = True) -> str:
    """What a run is called beside others: by its trainer, and by what else tells it from them."""
    seed = [f"seed {recipe.seed}"] if with_seed and recipe.seed else []
    return ", ".join([TRAINERS.get(recipe.trainer).label, *way_of(recipe, among), *seed])


def settings_of(recipe: TrainingRecipe) -> list[str]:
    """What is set otherwise than usual for all trainers, in words; the pre-tokenizer aside."""
    own, usual = run_of(recipe), _usual(recipe.trainer)
    told = [name for name in _WAYS[1:] if getattr(own, name) != getattr(usual, name)]
    return [_mixture(recipe, in_full=True) if name == "shares" else _in_words(own, name) for name in told]


def _usual(trainer: str) -> TrainingRun:
    return TrainingRun(trainer, TRAINERS.get(trainer).pre, AS_PRE, NO_NORMALISER, (), 0)


def _in_words(run: TrainingRun, name: str) -> str:
    if name == "digits":
        return f"digits {run.digits}"
    if name == "normaliser":
        return "no normaliser" if run.normaliser == NO_NORMALISER else run.normaliser
    return run.pre


def mixture_label(shares: Sequence[float], texts: Sequence[str], *, in_full: bool = False) -> str:
    """Shares of texts in words: all of few, else the largest.

    Args:
        shares: relative to one another; empty for all there is of each.
        texts: names of the sources.
        in_full: all shares, however many.

    >>> mixture_label([], []), mixture_label([3, 1], ["a.txt", "b.txt"])
    ('all there is', 'shares 3:1')
    >>> mixture_label([3, 1, 1, 1], ["a.txt", "b.txt", "c.txt", "d.txt"])
    '50% a'
    """
    if not shares:
        return "all there is"
    if len(set(shares)) == 1:
        return "equal shares"
    if in_full or len(shares) <= _FEW:
        return "shares " + ":".join(f"{share:g}" for share in shares)
    most = max(shares)
    return f"{most / sum(shares):.0%} {source_label(texts[shares.index(most)])}"


def _mixture(recipe: TrainingRecipe, *, in_full: bool = False) -> str:
    return mixture_label(recipe.shares, [one.name for one in recipe.files], in_full=in_full)
