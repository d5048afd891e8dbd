"""The scripts of the components, and tests of their pure parts in node."""

import subprocess
from pathlib import Path

import pytest

import components.segmentation.token_view.component
import components.widgets.text_editor.component  # noqa: F401  both register their scripts
from components.frame.scripted_component import source_of
from tests.node import ROOT, node, package

NAMES = ("correctness/noUndeclaredVariables", "correctness/noUnusedVariables", "suspicious/noRedeclare")


def biome(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    program = str(package("@biomejs/biome") / "bin" / "biome")
    command = [node(), program, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("component", ["token_view", "text_editor"])
def test_files_joined_into_one_scope_use_what_they_declare_and_declare_what_they_use(
    component: str, tmp_path: Path
) -> None:
    (tmp_path / "whole.js").write_text(source_of(f"token_atlas_{component}"), encoding="utf-8")
    found = biome("lint", "--error-on-warnings", *(f"--only={name}" for name in NAMES), "whole.js", folder=tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Checked 1 file" in found.stderr


def test_the_pure_parts_of_the_scripts() -> None:
    files = sorted(map(str, (ROOT / "tests" / "javascript").glob("*.test.js")))
    done = subprocess.run([node(), "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
