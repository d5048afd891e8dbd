"""What a model makes of tasks of lm-eval, item by item."""

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.home import home
from core.evaluation.harness.choice import ACCURACIES, WITHOUT_NETWORK, ChosenTasks
from core.models.architecture import first_line
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel
from core.models.loadable_tokenizer import configuration, loadable

_RESAMPLES = 10  # of lm-eval's own errors of other metrics, which nobody reads


@dataclass(frozen=True, eq=False)
class TaskScores:
    """One accuracy of one task.

    Args:
        task: its name.
        metric: "acc", or "acc_norm", by likelihood per character.
        version: of the task, as lm-eval gives it.
        items: number of each item within the task, int64 (N,).
        right: whether each was answered rightly, between 0 and 1, float64 (N,).
        accuracy, stderr: of the task, as lm-eval gives them.
    """

    task: str
    metric: str
    version: str
    items: NDArray[np.int64]
    right: NDArray[np.float64]
    accuracy: float
    stderr: float


def task_scores(
    model: LanguageModel, tasks: ChosenTasks, limit: int = 0, shots: int = -1, batch: int = 8
) -> list[TaskScores]:
    """Accuracies of a model through `lm_eval.simple_evaluate`, with the model in memory behind its HFLM.

    Every text begins with the model's BOS, as in all measures here.

    Args:
        limit: most items of each task, its first; 0 for all.
        shots: examples before each item; -1 for as many as the task says.
        batch: texts that are read at a time.

    Raises:
        UserError: the tokenizer has no form that transformers loads, a text is too long, or lm-eval fails.
    """
    from lm_eval import simple_evaluate

    with _quietly():
        found: Any = simple_evaluate(
            _wrapped(model, batch),
            tasks=list(tasks.asked),
            task_manager=tasks.manager,
            num_fewshot=None if shots < 0 else shots,
            limit=limit or None,
            bootstrap_iters=_RESAMPLES,
            random_seed=None,  # what this process draws elsewhere stays as it is
            numpy_random_seed=None,
            torch_random_seed=None,
        )
    return [each for name in sorted(found["samples"]) for each in _of_task(found, name)]


def _wrapped(model: LanguageModel, batch: int) -> Any:
    """lm-eval's own interface to a transformers model."""
    from lm_eval.models.huggingface import HFLM

    return HFLM(
        pretrained=model.module,
        tokenizer=transformers_tokenizer(model),
        batch_size=batch,
        max_length=model.max_tokens,
        prefix_token_id=model.bos,
    )


def transformers_tokenizer(model: LanguageModel) -> Any:
    """A model's tokenizer as transformers has it, which begins every text with the model's BOS where it has one.

    Raises:
        UserError: it has no form that transformers loads.
    """
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    engine = Tokenizer.from_buffer(loadable(model.tokenizer))
    if model.bos is not None:
        start = engine.id_to_token(model.bos)
        engine.post_processor = TemplateProcessing(single=f"{start} $A", special_tokens=[(start, model.bos)])
    said = json.loads(configuration(model.tokenizer, dict(model.special_ids), model.max_tokens))
    build: Any = PreTrainedTokenizerFast
    return build(tokenizer_object=engine, **{k: v for k, v in said.items() if k != "tokenizer_class"})


@contextmanager
def _quietly() -> Iterator[None]:
    """lm-eval without its bars, with its data kept at home, and its failures as messages for the user.

    Raises:
        UserError: something in it failed.
    """
    import datasets
    import httpx2

    before, datasets.config.HF_DATASETS_CACHE = datasets.config.HF_DATASETS_CACHE, home("datasets")
    try:
        with redirect_stderr(io.StringIO()):
            yield
    except UserError:
        raise
    except Exception as error:  # a task's code may raise anything
        if out_of_memory(error):
            raise UserError("Memory ran out within lm-eval. Lower batch, or name tasks of shorter texts.") from None
        if isinstance(error, ConnectionError | httpx2.HTTPError | datasets.exceptions.DatasetNotFoundError):
            raise UserError(f"A data set cannot be fetched: {first_line(error)}. {WITHOUT_NETWORK}") from None
        raise UserError(f"lm-eval failed: {first_line(error)}. Try the task in lm-eval itself.") from None
    finally:
        datasets.config.HF_DATASETS_CACHE = before


def _of_task(found: Mapping[str, Any], task: str) -> Iterator[TaskScores]:
    samples, numbers = found["samples"][task], found["results"][task]
    for metric in ACCURACIES:
        mine = _of_metric(samples, metric)
        if not mine:
            continue
        items, right = zip(*sorted(mine.items()), strict=True)
        key = next(name for name in numbers if name.startswith(f"{metric},"))
        stderr = numbers[key.replace(",", "_stderr,", 1)]
        yield TaskScores(
            task,
            metric,
            str(found["versions"].get(task, "")),
            np.array(items, np.int64),
            np.array(right, np.float64),
            float(numbers[key]),
            float(stderr) if isinstance(stderr, float) else float("nan"),
        )


def _of_metric(samples: Sequence[Mapping[str, Any]], metric: str) -> dict[int, float]:
    """By item; of several filters the first."""
    found = dict[int, float]()
    for sample in samples:
        if metric in sample:
            found.setdefault(int(sample["doc_id"]), float(sample[metric]))
    return found
