"""The Dockerfile's steps, without docker: its files alone, in a folder of their own, serve the app."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks.server import free_port
from core.__main__ import parser
from tests.free_server import answer

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
STEPS = re.findall(r"^([A-Z]+) +(.*)$", TEXT, re.MULTILINE)


def steps(word: str) -> list[str]:
    return [rest for step, rest in STEPS if step == word]


def test_there_is_no_kind_of_step_that_nothing_here_looks_at() -> None:
    looked_at = {"FROM", "RUN", "WORKDIR", "COPY", "USER", "ENV", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {step for step, _ in STEPS} == looked_at
    assert len(steps("RUN")) == 2 and steps("WORKDIR") == ["/app"]
    oldest = tuple(map(int, re.findall(r"python:(\d+)\.(\d+)-", steps("FROM")[0])[0]))
    assert oldest >= (3, 11)


def test_what_it_installs_from_was_copied_before() -> None:
    install = next(n for n, (step, line) in enumerate(STEPS) if step == "RUN" and "pip install" in line)
    copied = {name for step, line in STEPS[:install] if step == "COPY" for name in line.split()[:-1]}
    waiting = re.findall(r"-[rc] (\S+)", STEPS[install][1])
    assert set(waiting) == {"constraints.txt", "requirements-login.txt"}
    while waiting:
        name = waiting.pop()
        assert name in copied
        waiting += re.findall(r"^-r (\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


def test_its_port_and_its_folder_are_those_that_compose_names_and_the_app_serves_on() -> None:
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["atlas"]
    (port,) = steps("EXPOSE")
    assert [each.rpartition(":")[2] for each in service["ports"]] == [port]
    assert [each.partition(":")[2] for each in service["volumes"]] == steps("VOLUME")
    asked = parser().parse_args(json.loads(steps("CMD")[0])[3:])
    assert (asked.port, asked.address) == (int(port), "0.0.0.0")
    assert f":{port}/_stcore/health" in steps("HEALTHCHECK")[0]


def test_it_serves_as_a_user_without_rights_who_has_a_folder_for_results() -> None:
    words = [step for step, _ in STEPS]
    assert words.index("USER") < words.index("CMD") and steps("USER") == ["atlas"]
    assert "chown atlas /data" in steps("RUN")[0]
    assert "TOKEN_ATLAS_HOME=/data" in steps("ENV")[0]


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
            assert subprocess.run(_health(port), check=False).returncode == 0
        finally:
            server.terminate()
    written = {path.relative_to(app) for path in app.rglob("*") if "__pycache__" in path.parts}
    assert not written, "the app writes nothing beside its code"


def _health(port: int) -> list[str]:
    """The command that asks whether the app lives, here and with all the time that a busy machine needs."""
    command = steps("HEALTHCHECK")[0].partition("CMD ")[2]
    _, *rest = shlex.split(command.replace("8501", str(port)).replace("timeout=5", "timeout=240"))
    return [sys.executable, *rest]


def _copy(place: Path, to: Path, *, into: bool) -> None:
    to = to / place.name if into else to
    to.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.copytree(place, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(place, to)
