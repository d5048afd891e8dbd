"""The wheel: its command works from any folder, and its names are on no other program's path."""

import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from benchmarks.server import free_port
from core.common.program import VERSION
from tests.free_server import answer

ROOT = Path(__file__).parents[1]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, ROOT)
    made = run(*pip, cwd=folder)
    assert made.returncode == 0, made.stderr
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path) -> Path:
    """A fresh environment that has the wheel, and borrows the packages that it requires from this one."""
    folder = wheel.parent / "environment"
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    done = run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder


def test_only_one_name_lands_among_the_packages(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.partition("/")[0] for name in names} == {"token_atlas", f"token_atlas-{VERSION}.dist-info"}
    tracked = run("git", "ls-files", "core", "components", "pages", "data", "app.py", cwd=ROOT).stdout.split()
    assert not tracked or {f"token_atlas/{name}" for name in tracked} <= set(names)


def test_it_asks_for_what_the_requirements_pin(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read(f"token_atlas-{VERSION}.dist-info/METADATA").decode()
    asked = {line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Requires-Dist: ")}
    pinned = {line for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line}
    assert {line.lower().replace("_", "-") for line in pinned} <= {line.lower().replace("_", "-") for line in asked}
    assert {"large", "lmeval", "login", "ray"} == {
        line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Provides-Extra: ")
    }


def test_its_command_works_from_any_folder(environment: Path, tmp_path: Path) -> None:
    command = environment / "bin" / "token-atlas"
    text = "Größe zählt"
    cut = run(command, "segment", "--tokenizer", "mistral:tekken", "--text", text, cwd=tmp_path)
    assert cut.returncode == 0 and "zählt" in cut.stdout, cut.stderr
    wrong = run(command, "segment", "--text", text, cwd=tmp_path)
    assert wrong.returncode == 2 and "Try token-atlas segment --help" in wrong.stderr
    assert "usage: token-atlas run" in run(command, "run", "--help", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_its_app_starts_from_any_folder_and_is_set_up_as_in_a_checkout(environment: Path, tmp_path: Path) -> None:
    port = free_port()
    command = [environment / "bin" / "token-atlas", "run", "--address", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(list(map(str, command)), cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        try:
            assert answer(f"http://127.0.0.1:{port}/_stcore/health", server) == b"ok"
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
                assert page.status == 200 and "frame-ancestors" in page.headers["Content-Security-Policy"]
        finally:
            server.terminate()
    assert list(tmp_path.iterdir()) == []
