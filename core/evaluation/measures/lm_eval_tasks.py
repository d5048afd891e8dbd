"""Accuracy on tasks of lm-eval, beside the original item by item."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.common.definitions import Definition
from core.common.params import Param, Params
from core.evaluation.base import Evaluator, Subject
from core.evaluation.harness.choice import PACKAGE, chosen_tasks, task_files
from core.evaluation.harness.scores import TaskScores, task_scores
from core.evaluation.passes.columns import number_columns
from core.evaluation.results import Column, Measures, Table
from core.models.language_model import LanguageModel
from core.stats.bootstrap import MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number
from core.stats.sign_test import sign_test_p

HEADLINE = "acc"


def evaluate(subject: Subject, params: Params) -> Measures:
    """Of every task, and of all together."""
    found, original = _scored(subject.model, params), subject.reference.original
    before = None
    if original is not None:
        key = ("lm-eval of the original", tuple(sorted(params.values.items())))
        before = subject.reference.once(key, lambda: _scored(original, params))
    headline = [n for n, one in enumerate(found) if one.metric == HEADLINE] or list(range(len(found)))
    numbers = {
        "accuracy": _mean([found[n].right for n in headline], params.seed),
        "difference_to_original": _mean([_paired(found[n], before[n]) for n in headline], params.seed)
        if before
        else Number(np.nan, reason="There is no original to compare with."),
    }
    facts = {"n_tasks": len({one.task for one in found}), "lm_eval": _version()}
    return Measures(numbers, {"tasks": _by_task(found, before, params.seed)}, facts)


def _scored(model: LanguageModel, params: Params) -> list[TaskScores]:
    tasks = chosen_tasks(params.word("tasks"), params.word("folder"))
    return task_scores(model, tasks, params.whole("limit"), params.whole("shots"), params.whole("batch"))


def _paired(one: TaskScores, other: TaskScores) -> NDArray[np.float64]:
    """What is gained on each item, float64 (N,); both answered the same items."""
    assert np.array_equal(one.items, other.items), f"{one.task} gave two models other items"
    return one.right - other.right


def _mean(by_task: Sequence[NDArray[np.float64]], seed: int) -> Number:
    """The mean of the tasks' means, with the interval of resampling items within each task."""
    value, n = float(np.mean([one.mean() for one in by_task])), sum(map(len, by_task))
    if n < MIN_ITEMS:
        return Number(value, reason=f"An interval needs at least {MIN_ITEMS} items, and there are {n}.")
    shares = np.concatenate([one / (len(one) * len(by_task)) for one in by_task])
    ends = np.cumsum([len(one) for one in by_task])
    strata = [np.arange(end - len(one), end) for one, end in zip(by_task, ends, strict=True)]
    low, high = percentiles(resampled_sums(shares[None], strata, seed=seed)[0])
    return Number(value, float(low), float(high))


def _by_task(found: Sequence[TaskScores], before: Sequence[TaskScores] | None, seed: int) -> Table:
    columns: dict[str, Column] = {
        "task": tuple(one.task for one in found),
        "metric": tuple(one.metric for one in found),
        "version": tuple(one.version for one in found),
        "n_items": np.array([len(one.items) for one in found]),
        **_accuracies("model", found),
    }
    if before is not None:
        differs = [_paired(one, other) for one, other in zip(found, before, strict=True)]
        columns |= _accuracies("original", before)
        columns |= number_columns("difference", [_mean([one], seed) for one in differs])
        columns |= {"lost": _count(differs, -1), "won": _count(differs, 1)}
        columns["p"] = np.array([_mcnemar(one) for one in differs])
    return Table(columns)


def _accuracies(who: str, scores: Sequence[TaskScores]) -> Mapping[str, Column]:
    return {
        f"{who}_accuracy": np.array([one.accuracy for one in scores]),
        f"{who}_stderr": np.array([one.stderr for one in scores]),
    }


def _count(differs: Sequence[NDArray[np.float64]], sign: int) -> NDArray[np.int64]:
    return np.array([int((np.sign(one) == sign).sum()) for one in differs])


def _mcnemar(differs: NDArray[np.float64]) -> float:
    return sign_test_p(int((differs > 0).sum()), int((differs < 0).sum()))


def _version() -> str:
    from importlib.metadata import version

    return version("lm_eval")


def _check(params: Params) -> None:
    chosen_tasks(params.word("tasks"), params.word("folder"))


def _reads(params: Params) -> Sequence[Path]:
    folder = params.word("folder")
    return task_files(folder) if folder else ()


EVALUATOR = Evaluator(
    key="lm_eval",
    label="Tasks of lm-eval",
    definition=(
        "Accuracy on tasks of EleutherAI's lm-eval, run by that package on the model in memory: an item is right where "
        "the right choice is likeliest. Beside the original on the same items. Tasks of choices or continuations that "
        "have an accuracy can be named; every text begins with the model's BOS."
    ),
    source="Gao et al., the language model evaluation harness; the paired test is that of McNemar 1947, exact",
    numbers=(
        Definition(
            "accuracy",
            "Accuracy on tasks",
            "",
            "higher",
            "The mean of the tasks' accuracies (acc); the interval resamples items within tasks.",
        ),
        Definition(
            "difference_to_original",
            "Accuracy beyond the original's",
            "",
            "higher",
            "The mean over tasks of accuracy less the original's on the same items; the interval resamples items.",
        ),
    ),
    cost="a pass over every choice of every item, limit items of each task; data sets of the Hub are fetched once",
    passes=2.0,
    evaluate=evaluate,
    package=PACKAGE,
    check=_check,
    reads=_reads,
    params=(
        Param(
            key="tasks",
            label="Tasks",
            default="",
            help="Names of tasks, groups or tags, with spaces between; empty takes all of a folder.",
        ),
        Param(
            key="folder",
            label="Folder of tasks",
            default="",
            help="With YAML files of your own, whose tasks are meant instead of the package's. Its Python code runs.",
        ),
        Param(
            key="limit",
            label="Items",
            default=200,
            help="Most items of each task, its first; 0 for all.",
            low=0,
            high=1_000_000,
        ),
        Param(
            key="shots",
            label="Examples before an item",
            default=-1,
            help="-1 for as many as the task says.",
            low=-1,
            high=64,
        ),
        Param(
            key="batch",
            label="Texts at a time",
            default=4,
            help="More are faster on a GPU, and take more memory.",
            low=1,
            high=1024,
        ),
    ),
)
