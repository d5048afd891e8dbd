"""What the program needs is declared at exact versions, and what that brings with it is held."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(file: str) -> dict[str, str]:
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition(";")[0].partition("==") for line in lines if line and not line.startswith(("#", "-"))]
    assert all(mark for _, mark, _ in pairs), f"{file} has a line without =="
    return {plain(name): number for name, _, number in pairs}


DIRECT = pinned("requirements.txt")
OPTIONAL = ("requirements-large.txt", "requirements-lmeval.txt", "requirements-login.txt", "requirements-ray.txt")
ALL = {**DIRECT, **pinned("requirements-dev.txt"), **{k: v for file in OPTIONAL for k, v in pinned(file).items()}}


def test_what_is_imported_is_declared() -> None:
    known = packages_distributions()
    own = {"core", "components", "pages", "app", "benchmarks", "tests"}
    missing = set()
    for path in [ROOT / "app.py", *(p for top in ("core", "components", "pages") for p in (ROOT / top).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for top in {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - own:
                if not {plain(name) for name in known.get(top, [top])} & set(ALL):
                    missing.add(f"{path.relative_to(ROOT)}: {top}")
    assert not missing


def test_constraints_hold_every_indirect_package_that_is_installed() -> None:
    held, pending, indirect = pinned("constraints.txt"), list(DIRECT), set()
    while pending:
        for line in requires(pending.pop()) or []:
            wanted = Requirement(line)
            name = plain(wanted.name)
            if name not in indirect and (wanted.marker is None or wanted.marker.evaluate({"extra": ""})):
                indirect.add(name)
                pending.append(name)
    of_torch = re.compile(r"nvidia|cuda|triton")  # what only some builds of torch need, which pins it itself
    assert {name for name in indirect if not of_torch.match(name)} <= {*held, *ALL}
    assert not set(held) & set(ALL), "direct packages stand in requirements*.txt only"


def test_every_optional_part_can_be_installed_and_is_there_for_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = project["tool"]["hatch"]["metadata"]["hooks"]["requirements_txt"]["optional-dependencies"]
    assert sorted(file for files in parts.values() for file in files) == list(OPTIONAL)
    assert {f"requirements-{part}.txt" for part in parts} == set(OPTIONAL)
    for file in OPTIONAL:
        assert f"-r {file}" in (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
        assert (ROOT / file).read_text(encoding="utf-8").startswith("-r requirements.txt\n")


@pytest.mark.parametrize("target", ["run.stamp", "test.stamp", "login.stamp"])
def test_make_installs_under_the_constraints(target: str) -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition(f"$(VENV)/{target}:")[2].partition("touch")[0]
    assert "-c constraints.txt" in recipe
    assert "constraints.txt |" in recipe


def test_starlette_is_the_one_that_streamlit_is_tried_with() -> None:
    assert version("starlette") == DIRECT["starlette"]
