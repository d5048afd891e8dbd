"""How often the model finds the right continuation likeliest, beside the original."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.numbers import count
from core.common.params import Params
from core.evaluation.base import Evaluator, Reference, Subject
from core.evaluation.passes.choice_items import ChoiceItem, shipped_items
from core.evaluation.passes.choices import ChoicesMade, chosen
from core.evaluation.passes.columns import number_columns
from core.evaluation.results import Column, Measures, Table
from core.models.language_model import LanguageModel
from core.models.score import usual_window
from core.stats.bootstrap import MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number
from core.stats.shares import share
from core.stats.sign_test import sign_test_p

EVERY = ""  # language
_BYTES = 10_000.0  # of all items with all their choices


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of all items that every model here reads exactly, and of those of each language."""
    items, reference = shipped_items(), subject.reference
    found = {"model": chosen(subject.model, items, _window(subject.model, reference))}
    if (original := reference.original) is not None:
        found["original"] = reference.once(
            "choices of the original", lambda: chosen(original, items, _window(original, reference))
        )
    usable = np.logical_and.reduce([one.usable for one in found.values()])
    languages = np.array([item.language for item in items])
    parts = {EVERY: usable} | {code: usable & (languages == code) for code in dict.fromkeys(languages.tolist())}
    numbers = {
        "accuracy": _accuracy(found["model"].right[usable]),
        "difference_to_original": _difference(found, usable, languages, params.seed),
    }
    tables = {"languages": _by_language(found, parts), "items": _by_item(items, found, usable)}
    return Measures(numbers, tables, _facts(items, found, usable), _remarks(usable))


def _window(model: LanguageModel, reference: Reference) -> int:
    known = [m for m in (model, reference.original, reference.donor) if m is not None]
    return reference.window_bytes or usual_window(*known)


def _accuracy(right: NDArray[np.bool_]) -> Number:
    """Share of items, with Wilson's interval."""
    if not len(right):
        return Number(np.nan, reason="No item is read exactly by every model.")
    return share(int(right.sum()), len(right))


def _difference(
    found: dict[str, ChoicesMade], usable: NDArray[np.bool_], languages: NDArray[np.str_], seed: int
) -> Number:
    """Accuracy less the original's on the same items, with the interval of resampling items within each language."""
    if "original" not in found:
        return Number(np.nan, reason="There is no original to compare with.")
    if not usable.any():
        return Number(np.nan, reason="No item is read exactly by every model.")
    differs = found["model"].right.astype(np.float64) - found["original"].right
    value, n = float(differs[usable].mean()), int(usable.sum())
    if n < MIN_ITEMS:
        return Number(value, reason=f"An interval needs at least {MIN_ITEMS} items, and there are {n}.")
    strata = [np.flatnonzero(usable & (languages == code)) for code in dict.fromkeys(languages.tolist())]
    low, high = percentiles(resampled_sums(differs[None], strata, seed=seed)[0] / n)
    return Number(value, float(low), float(high))


def _by_language(found: dict[str, ChoicesMade], parts: dict[str, NDArray[np.bool_]]) -> Table:
    columns: dict[str, Column] = {
        "language": tuple(parts),
        "n_items": np.array([int(part.sum()) for part in parts.values()]),
    }
    for name, one in found.items():
        columns |= number_columns(f"{name}_accuracy", [_accuracy(one.right[part]) for part in parts.values()])
    return Table(columns)


def _by_item(items: Sequence[ChoiceItem], found: dict[str, ChoicesMade], usable: NDArray[np.bool_]) -> Table:
    columns: dict[str, Column] = {
        "language": tuple(item.language for item in items),
        "kind": tuple(item.kind for item in items),
        "prompt": tuple(item.prompt for item in items),
        "answer": tuple(item.answer for item in items),
        "usable": usable,
    }
    for name, one in found.items():
        columns[f"{name}_choice"] = tuple(item.choices[k] for item, k in zip(items, one.at.tolist(), strict=True))
        columns[f"{name}_right"] = one.right
    return Table(columns)


def _facts(items: Sequence[ChoiceItem], found: dict[str, ChoicesMade], usable: NDArray[np.bool_]) -> dict[str, float]:
    chances = np.array([1 / len(item.choices) for item in items])[usable]
    facts: dict[str, float] = {"n_items": int(usable.sum()), "chance": float(chances.mean()) if len(chances) else 0.0}
    if "original" in found:
        model, original = (found[name].right & usable for name in ("model", "original"))
        lost, won = int((original & ~model).sum()), int((model & ~original).sum())
        facts |= {"lost": lost, "won": won, "p": sign_test_p(won, lost)}
    return facts


def _remarks(usable: NDArray[np.bool_]) -> tuple[str, ...]:
    n = int((~usable).sum())
    are = "is" if n == 1 else "are"
    return (
        (f"{count(n)} of {count(len(usable))} items {are} left out: one of the models does not read it exactly.",)
        if n
        else ()
    )


EVALUATOR = Evaluator(
    key="multiple_choice",
    label="Multiple choice",
    definition=(
        "Share of short items, plain facts, grammar and continuations in six languages, of which the model gives the "
        "right continuation the fewest bits per byte, beside the original on the same items. They are our own and few: "
        "they show damage, not fine differences. A model that knows nothing gets about a third right by chance."
    ),
    source="data/choices; the paired test is that of McNemar 1947, exact",
    numbers=(
        Definition("accuracy", "Right choices", "", "higher", "Share of items, with Wilson's interval."),
        Definition(
            "difference_to_original",
            "Choices beyond the original's",
            "",
            "higher",
            "Accuracy less the original's on the same items; the interval resamples items.",
        ),
    ),
    cost="one pass over some 360 short texts, about 10 kB",
    evaluate=evaluate,
    own_bytes=lambda params, n_bytes: _BYTES,
)
