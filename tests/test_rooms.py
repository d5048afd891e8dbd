"""Rooms stand in one order, and imports run along it: a room reads only what stands before it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = [
    "common",
    "stats",
    "text",
    "tokenizers",
    "segmentation",
    "export",
    "jobs",
    "corpora",
    "counting",
    "metrics",
    "premium",
    "vocabulary",
    "training",
    "models",
    "segmenters",
    "transplants",
    "evaluation",
    "lab",
    "probes",
    "work",
    "cli",
]
COMPONENTS = [
    "frame",
    "cached",
    "widgets",
    "charts",
    "publish",
    "segmentation",
    "runs",
    "vocabulary",
    "premium",
    "training",
    "lab",
    "probes",
]


def modules(top: str) -> list[Path]:
    found = sorted((ROOT / top).rglob("*.py"))
    assert len(found) > 100, "what is said of none is true of none"
    return found


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Dotted names that a module imports, wherever in it, and modules that it starts as `-m NAME`."""
    found = list[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.relative_to(ROOT)} line {node.lineno}: a relative import"
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return tuple(found)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def arrows(top: str) -> Iterator[tuple[Path, str, str]]:
    """Each import within `core` or `components`: the module, its room, and the room that it reads."""
    for path in modules(top):
        parts = path.relative_to(ROOT / top).parts
        for name in imported(path):
            steps = name.split(".")
            if steps[0] == top and len(steps) > 1 and len(parts) > 1:
                yield path, parts[0], steps[1]


@pytest.mark.parametrize(("top", "order"), [("core", CORE), ("components", COMPONENTS)])
def test_a_room_imports_only_rooms_before_it(top: str, order: list[str]) -> None:
    wrong = {
        f"{path.relative_to(ROOT)} reads {top}.{there}"
        for path, here, there in arrows(top)
        if order.index(there) > order.index(here)
    }
    assert not wrong


@pytest.mark.parametrize(("top", "order"), [("core", CORE), ("components", COMPONENTS)])
def test_there_are_rooms_and_nothing_else(top: str, order: list[str]) -> None:
    names = {path.name for path in (ROOT / top).iterdir() if path.name != "__pycache__"}
    assert names == {*order, "__init__.py", *(["__main__.py"] if top == "core" else [])}
    assert all((ROOT / top / room / "__init__.py").is_file() for room in order)


def test_core_reads_neither_streamlit_nor_what_draws() -> None:
    """Over every module, also those that are imported late."""
    above = {"streamlit", "components", "pages", "app"}
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules("core")
        for name in imported(path)
        if name.split(".")[0] in above
    }
    assert not wrong


def test_components_do_not_read_pages() -> None:
    wrong = {
        path for path in modules("components") for name in imported(path) if name.split(".")[0] in {"pages", "app"}
    }
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Imports inside functions count too."""
    names = {dotted(path): path for top in ("core", "components") for path in modules(top)}

    def module_of(name: str) -> str:
        while name and name not in names:
            name = name.rpartition(".")[0]
        return name

    graph = {name: {module_of(each) for each in imported(path)} - {name, ""} for name, path in names.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" ← ".join(error.args[1]))


def test_a_class_name_occurs_once() -> None:
    """One word for one idea; a private name counts like the public one that it resembles."""
    places: dict[str, list[str]] = {}
    for path in [*modules("core"), *modules("components")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(dotted(path))
    assert not {name: found for name, found in places.items() if len(found) > 1}


@pytest.mark.parametrize("room", ["core/vocabulary", "core/training", "components/vocabulary", "components/training"])
def test_numbers_are_grouped_in_one_way(room: str) -> None:
    """By `core.common.numbers`; charts are told by their layout, and one module tries commas on tokenizers."""
    grouped = re.compile(r"(?<![%{])\{[^{}]+:,[.}]")
    found = {path.name for path in (ROOT / room).rglob("*.py") if grouped.search(path.read_text(encoding="utf-8"))}
    assert found <= {"place_values.py"}


def test_every_table_of_a_page_says_what_stands_for_a_missing_number() -> None:
    """Streamlit writes "None" by itself."""
    silent = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for top in ("components", "pages")
        for path in sorted((ROOT / top).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "dataframe"
        and "placeholder" not in {keyword.arg for keyword in call.keywords}
    ]
    assert silent == []
