"""README and docs are true: tables are those of the code, files, modules and commands are there, counts are counted."""

import ast
import doctest
import re
from pathlib import Path

import pytest

from core.__main__ import COMMANDS
from core.metrics.base import METRICS
from core.premium.atlas import atlas_tokenizers
from core.segmentation.agreement import BOUNDARY_F1, UNANIMOUS_SHARE
from core.segmentation.cost import CONTEXT_SHARE, COST
from core.tokenizers.catalog import SOURCES
from core.tokenizers.formats.packaged import PACKAGED
from core.tokenizers.well_known import well_known
from core.training.trainer import TRAINERS
from core.transplants.base import METHODS
from tests.datafolder import needs_data
from tests.fidelity.test_fidelity import collected
from tests.test_rooms import COMPONENTS, CORE

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
}
README = PAGES["README.md"].read_text(encoding="utf-8")
NUMERALS = {
    13: "thirteen",
    14: "fourteen",
    15: "fifteen",
    16: "sixteen",
    17: "seventeen",
    18: "eighteen",
    19: "nineteen",
    20: "twenty",
}


def text(page: str) -> str:
    return PAGES[page].read_text(encoding="utf-8")


def definitions_table() -> str:
    """The numbers of the pages as Markdown, from their definitions."""
    known = sorted(METRICS.all().values(), key=lambda one: one.order)
    meanings = [*(one.definition for one in known), COST, CONTEXT_SHARE, BOUNDARY_F1, UNANIMOUS_SHARE]
    rows = [f"| {d.label} | {d.unit or '–'} | {d.text} | {d.source or 'this project'} |" for d in meanings]
    return "\n".join(["| number | unit | definition | source |", "| --- | --- | --- | --- |", *rows])


def test_every_number_is_defined_as_in_the_code() -> None:
    assert definitions_table() in text("docs/numbers.md"), "paste what definitions_table() gives into docs/numbers.md"


@needs_data
def test_the_fidelity_table_names_every_tokenizer_compared() -> None:
    rows = set(re.findall(r"^\| (\w+) \| ([^|]+) \| [^|]+ \| 4,0\d\d \|", text("docs/fidelity.md"), re.MULTILINE))
    assert rows == {(case.source, case.name) for case in collected()}


def test_every_place_a_tokenizer_can_come_from_is_named() -> None:
    schemes = [source.scheme for source in SOURCES.all().values() if source.scheme]
    assert [scheme for scheme in schemes if f"`{scheme}:" not in text("docs/tokenizers.md")] == []


def test_every_setting_is_named_and_no_other() -> None:
    inner = {"TOKEN_ATLAS_WORKER", "TOKEN_ATLAS_COPIES"}  # set by the project's own processes for each other
    modules = [*ROOT.glob("core/**/*.py"), *ROOT.glob("components/**/*.py"), ROOT / "app.py"]
    used = {name for path in modules for name in settings_in(ast.parse(path.read_text(encoding="utf-8")))}
    assert set(re.findall(r"`(TOKEN_ATLAS_\w+)`", text("docs/settings.md"))) == used - inner


def settings_in(tree: ast.AST) -> set[str]:
    words = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {word for word in words if re.fullmatch(r"TOKEN_ATLAS_[A-Z0-9_]+", word)}


@pytest.mark.parametrize("page", PAGES)
def test_pictures_pages_and_modules_that_a_page_names_are_there(page: str) -> None:
    words = text(page)
    links = [name for name in re.findall(r"\]\(([^)#]+)[^)]*\)", words) if "://" not in name]
    assert [name for name in links if not (PAGES[page].parent / name).exists()] == []
    named = re.findall(r"`((?:core|components|pages|data|docs|tests|benchmarks)/[\w/.-]*)`", words)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_commands_that_a_page_names_are_there(page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([\w-]+)", text(page), re.MULTILINE)) <= targets
    commands = {path.stem for path in (ROOT / "core" / "cli").glob("*.py")}
    assert set(re.findall(r"python -m core (\w+)", text(page))) <= commands


@pytest.mark.parametrize(
    "constant",
    [
        "SOURCE",
        "CORPUS",
        "ENGINE",
        "METRIC",
        "DIVISION",
        "AUDIT",
        "TRAINER",
        "SEGMENTER",
        "METHOD",
        "EVALUATOR",
        "JOB",
        "PROBE",
        "EDIT",
        "COMMAND",
        "VIEW",
    ],
)
def test_every_kind_of_entry_is_told_how_to_add(constant: str) -> None:
    assert f"| `{constant}` |" in text("docs/extending.md")


def test_counts_in_the_readme_are_counted() -> None:
    methods = NUMERALS[sum(not one.control for one in METHODS.all().values())]
    assert f"{methods.capitalize()} methods, measured per byte" in README
    assert f"counts of {len(atlas_tokenizers())} tokenizers" in README
    assert f"more than {len(well_known()) // 10 * 10} well-known models" in README
    trainers = NUMERALS[len(TRAINERS.all())]
    assert f"{trainers.capitalize()} trainers, on" in README and f"{trainers} trainers in sizes" in README


def test_every_trainer_stands_in_its_table_with_whether_its_file_is_exact() -> None:
    """In the table of what the trainers are, and none that is not there."""
    rows = re.findall(r"^\| `([\w-]+)` \| [^|]+ \| [^|]+ \| ([^|]+) \|$", text("docs/training.md"), re.MULTILINE)
    assert {key: said == "yes" for key, said in rows} == {key: one.exact_export for key, one in TRAINERS.all().items()}


def test_the_readme_maps_every_room_and_names_every_command() -> None:
    house = README.split("## The house")[1].split("## Limits")[0]
    assert [room for room in CORE if f"`core/{room}`" not in house] == []
    assert f"{', '.join(COMPONENTS[:5])}, then a room a page: {', '.join(COMPONENTS[5:])} |" in house
    offered = README.split("lists what the pages offer as commands:")[1].split(";")[0]
    assert set(re.findall(r"`(\S+)`", offered)) == set(COMMANDS.all())


def test_the_architecture_page_has_the_rooms_in_their_order() -> None:
    page = text("docs/architecture.md")
    rooms = page.split("## The rooms of core")[1].split("## Three ideas")[0]
    assert sorted(re.findall(r"^\| `core/(\w+)` \|", rooms, re.MULTILINE)) == sorted(CORE)
    drawn = page.split("```")[1]
    assert re.findall(r"[a-z]+", drawn.split("core/")[1].split("data/")[0]) == CORE
    assert re.findall(r"[a-z]+", drawn.split("components/")[1].split("│")[0]) == COMPONENTS


def test_every_package_with_vocabularies_is_named_with_their_licences() -> None:
    packages = {entry.file.package for entry in PACKAGED.values()} | {"quicktok-v1", "mistral-common"}
    for page in (text("docs/tokenizers.md"), (ROOT / "data" / "tokenizers" / "README.md").read_text(encoding="utf-8")):
        assert [package for package in packages if package not in page] == []


def test_the_readme_is_short_and_its_snippet_runs() -> None:
    assert len(README.splitlines()) <= 150
    assert doctest.testfile(str(PAGES["README.md"]), module_relative=False).attempted >= 3
    assert doctest.testfile(str(PAGES["README.md"]), module_relative=False).failed == 0


def test_files_that_quick_leaves_out_are_there() -> None:
    lines = (ROOT / "tests" / "thorough.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not (ROOT / line).is_file()] == []
