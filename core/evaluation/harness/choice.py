"""Which tasks of lm-eval may run here: those of the installed package, or of a folder that may be named.

A task is code: its templates and `!function` lines run in this process, and its data may be fetched. Hence

* a folder is taken only where paths may be named, and never one that holds uploads;
* of the package, and of a folder, only tasks that score choices or continuations run. None that runs what a model
  writes, builds its data by code of its own or is a Python class does;
* nothing is fetched with the Hub switched off, and no data set of more than `MOST_DATA_BYTES`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.common.errors import TooLarge, UnknownName, UserError, shown
from core.common.home import home
from core.common.numbers import count
from core.common.optional_package import OptionalPackage
from core.common.settings import settings

PACKAGE = OptionalPackage("lm-eval", ("lm_eval", "accelerate"), "lmeval")
MOST_DATA_BYTES = 2 * 2**30  # of a data set's whole repository
MOST_TASKS = 100
ACCURACIES = ("acc", "acc_norm")
WITHOUT_NETWORK = (
    "Try again where the Hub can be reached, or name a folder of tasks whose data lies here "
    "(lm_eval:folder=DIR; the tasks' data_files are paths of this machine)."
)
_SCORED = ("multiple_choice", "loglikelihood")
_READERS = {"json", "csv", "parquet", "text", "arrow"}  # of datasets: they read files that a task names


@dataclass(frozen=True)
class ChosenTasks:
    """Tasks that may run.

    Args:
        asked: names of tasks, groups and tags, which lm-eval takes apart.
        names: of the single tasks that they stand for.
        manager: of lm-eval, which knows them.
    """

    asked: tuple[str, ...]
    names: tuple[str, ...]
    manager: Any


def chosen_tasks(names: str, folder: str = "") -> ChosenTasks:
    """The tasks that are asked for, found and vetted; no data is read.

    Args:
        names: with spaces between; groups and tags as well. Empty takes all of a folder.
        folder: of YAML files, whose tasks are meant instead of the package's.

    Raises:
        UserError: lm-eval is not there, there is no such task or folder, or it may not run here.
    """
    if PACKAGE.advice:
        raise UserError(PACKAGE.advice)
    place = _allowed(folder) if folder else None
    index, manager = _manager(place, _newest(place))
    asked = names.split() or (_single(index) if place else [])
    if not asked:
        raise UserError("Name tasks of lm-eval with spaces between, such as arc_easy hellaswag.")
    found = dict(leaf for name in asked for leaf in _leaves(name, index))
    if not 1 <= len(found) <= MOST_TASKS:
        raise UserError(f"{shown(names)} comes to {count(len(found))} tasks: name 1 to {MOST_TASKS}.")
    for name, task in found.items():
        _vet(name, task)
    _vet_data(found)
    return ChosenTasks(tuple(asked), tuple(found), manager)


def task_files(folder: str) -> list[Path]:
    """What a folder of tasks is known by: its YAML and Python files and its data.

    Raises:
        UserError: there is no such folder, or it may not be named.
    """
    return sorted(path for path in _allowed(folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _allowed(folder: str) -> Path:
    settings().refuse("file")
    place, kept = Path(folder).expanduser().resolve(), home().resolve()
    if not place.is_dir():
        raise UserError(f"There is no folder {shown(folder)}. Name one with tasks of lm-eval, *.yaml.")
    if place.is_relative_to(kept) or kept.is_relative_to(place):
        raise UserError(
            f"{shown(folder)} holds what others sent, and tasks can run code. Put your tasks into a folder of your own."
        )
    return place


def _newest(folder: Path | None) -> int:
    """When a folder's tasks last changed."""
    return max((path.stat().st_mtime_ns for path in folder.rglob("*.yaml")), default=0) if folder else 0


@lru_cache(maxsize=4)
def _manager(folder: Path | None, _changed: int) -> tuple[Mapping[str, Any], Any]:
    """(entries by name, the task manager); of the package this takes seconds."""
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(folder) if folder else None, include_defaults=folder is None)
    return dict(manager.task_index), manager


def _leaves(name: str, index: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> Iterator[tuple[str, Any]]:
    """(name, configuration) of the tasks that a name stands for; functions in it are names still."""
    entry, own = index.get(name), dict(given or {})
    if entry is None:
        if own.keys() > {"task"}:  # a group's own, written out within it
            yield name, own
            return
        raise UnknownName("task of lm-eval", name, index)
    members = sorted(entry.tags) if entry.cfg is None else entry.cfg["task"] if _is_group(entry.cfg) else None
    if members is None:
        yield name, {**entry.cfg, **own}
        return
    for member in members if isinstance(members, list) else [members]:
        more = member if isinstance(member, dict) else {}
        inner = more.get("task", more.get("group")) if more else member
        if isinstance(inner, list):
            raise UserError(f"{shown(name)} holds a group within a group. Name the tasks themselves.")
        yield from _leaves(str(inner), index, {**own, **more})


def _single(index: Mapping[str, Any]) -> list[str]:
    """Names of tasks that are neither groups nor tags."""
    return [name for name, entry in index.items() if entry.cfg is not None and not _is_group(entry.cfg)]


def _is_group(task: Mapping[str, Any]) -> bool:
    return "group" in task and "class" not in task


def _vet(name: str, task: Mapping[str, Any]) -> None:
    """Do nothing if a task may run here, and has an accuracy.

    Raises:
        UserError: it may not, or has none.
    """
    if "class" in task or "custom_dataset" in task:
        raise UserError(f"{shown(name)} is made by Python code of its own, which does not run here. Name another task.")
    if task.get("unsafe_code") or task.get("output_type") not in _SCORED:
        raise UserError(
            f"{shown(name)} has models write, and is not run here. Name a task of choices or continuations, such as "
            "arc_easy or lambada_openai."
        )
    metrics = [each.get("metric") for each in task.get("metric_list") or [{"metric": "acc"}]]
    if not any(metric in ACCURACIES for metric in metrics):
        raise UserError(f"{shown(name)} has no accuracy (acc). Name another task.")


def _vet_data(tasks: Mapping[str, Mapping[str, Any]]) -> None:
    """Do nothing if the data of tasks may be read here.

    Raises:
        UserError: it would be fetched, and nothing may be, or it is too much.
    """
    remote = sorted({str(task.get("dataset_path")) for task in tasks.values() if _fetched(task)})
    if remote:
        settings().refuse("network")
    for repository in remote:
        if repository in _READERS:
            continue  # addresses that a task of the package names itself
        size = _repository_bytes(repository)
        if size > MOST_DATA_BYTES:
            raise TooLarge(
                f"The data set {shown(repository)} holds {size / 2**30:,.1f} GB, and {MOST_DATA_BYTES / 2**30:g} GB "
                "are the most that is fetched. Name another task, or one in a folder with a part of its data."
            )


def _fetched(task: Mapping[str, Any]) -> bool:
    """Does its data lie elsewhere?"""
    path, how = str(task.get("dataset_path")), task.get("dataset_kwargs") or {}
    files = list(_words(how.get("data_files"))) + list(_words(how.get("data_dir")))
    return any("://" in file for file in (path, *files)) or not (path in _READERS or Path(path).expanduser().is_dir())


def _words(value: Any) -> Iterator[str]:
    inner: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    yield from [value] if isinstance(value, str) else [word for each in inner for word in _words(each)]


@lru_cache(maxsize=256)
def _repository_bytes(repository: str) -> int:
    """All files of a data set on the Hub.

    Raises:
        UserError: the Hub does not say.
    """
    import httpx2
    from huggingface_hub import HfApi

    try:
        files = HfApi().dataset_info(repository, files_metadata=True, timeout=30).siblings or []
    except (httpx2.HTTPError, OSError, ValueError, RuntimeError) as error:
        raise UserError(
            f"The data set {shown(repository)} cannot be looked up: {_why_not(error, repository)}. {WITHOUT_NETWORK}"
        ) from None
    return sum(file.size or 0 for file in files)


def _why_not(error: Exception, repository: str) -> str:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    from core.tokenizers.hub_download import trouble

    if isinstance(error, GatedRepoError):
        page = f"https://huggingface.co/datasets/{repository}"
        return f"its owner asks who uses it; ask for access at {page}, and set HF_TOKEN to an access token"
    if isinstance(error, RepositoryNotFoundError):
        return "the Hub has none of that name, or it is private and HF_TOKEN does not open it"
    return f"the Hub {trouble(error)}"
