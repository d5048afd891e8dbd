"""The Dockerfile's steps, without docker: its files alone, in a folder of their own, serve the app."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.server import free_port
from tests.free_server import answer

ROOT = Path(__file__).parents[1]
STEPS = re.findall(r"^([A-Z]+) (.*)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def steps(word: str) -> list[str]:
    return [rest for step, rest in STEPS if step == word]


def test_it_serves_as_a_user_without_rights_who_has_a_folder_for_results() -> None:
    words = [step for step, _ in STEPS]
    assert words.index("USER") < words.index("CMD") and steps("USER") == ["atlas"]
    assert "chown atlas /data" in (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert steps("VOLUME") == ["/data"] and "TOKEN_ATLAS_HOME=/data" in steps("ENV")[0]


def test_what_it_leaves_out_is_not_needed() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    copied = [name.rstrip("/") for line in steps("COPY") for name in line.split()[:-1]]
    assert not set(ignored) & set(copied)


@pytest.mark.slow
def test_its_files_alone_serve_the_app(tmp_path: Path) -> None:
    app, home, port = tmp_path / "app", tmp_path / "home", free_port()
    for line in steps("COPY"):
        *names, to = line.split()
        for name in names:
            _copy(ROOT / name, app / to, into=to.endswith("/"))
    command = json.loads(steps("CMD")[0])
    given = dict(pair.split("=") for pair in steps("ENV")[0].split())
    variables = {**os.environ, **given, "TOKEN_ATLAS_HOME": str(home)}
    assert command[:2] == ["python", "-m"]
    with subprocess.Popen(
        [sys.executable, *command[1:], "--port", str(port)], cwd=app, env=variables, stdout=subprocess.DEVNULL
    ) as server:
        try:
            assert answer(f"http://127.0.0.1:{port}/_stcore/health", server) == b"ok"
            assert b"<title>" in answer(f"http://127.0.0.1:{port}/", server)
        finally:
            server.terminate()
    written = {path.relative_to(app) for path in app.rglob("*") if "__pycache__" in path.parts}
    assert not written, "the app writes nothing beside its code"


def _copy(place: Path, to: Path, *, into: bool) -> None:
    to = to / place.name if into else to
    to.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.copytree(place, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(place, to)
