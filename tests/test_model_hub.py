"""Models from the Hub, against the stand-in that speaks its protocol: what is fetched, what is refused before that."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.models.load import open_model
from core.models.score import score
from tests.hub_server import TOKEN, Hub, Repo, running
from tests.tiny_models import saved

ROOT = Path(__file__).resolve().parent.parent
TEXT = "the cat, naïve 你好"
CLIENT = """
import json, sys
from core.common.errors import UserError
from core.models.load import open_model
from core.models.score import score
from core.common.progress import listening
for line in sys.stdin:
    heard = []
    try:
        with listening(lambda done, total, stage: heard.append((done, total, stage))):
            model = open_model(json.loads(line), device="cpu")
        told = {"bits": score(model, [sys.argv[1]]).bits_per_byte, "name": model.name, "spec": model.spec,
                "notes": model.notes, "fingerprint": model.fingerprint}
    except UserError as error:
        told = {"error": str(error)}
    print(json.dumps({**told, "heard": heard}), flush=True)
"""


def opened(hub: Hub, home: Path, *specs: str, **environment: str) -> list[dict[str, Any]]:
    """What a process says that opens these specs, whose Hub is the stand-in."""
    known = {
        "PATH": "/usr/bin:/bin", "HF_ENDPOINT": hub.address, "HF_HOME": str(home / "hf"), "PYTHONPATH": str(ROOT),
        "TOKEN_ATLAS_HOME": str(home / "atlas"), "TOKEN_ATLAS_CHILD_SECONDS": "60", "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    asked = "".join(json.dumps(spec) + "\n" for spec in specs)
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, TEXT],
        input=asked, capture_output=True, text=True, timeout=240, check=False, env={**known, **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert TOKEN not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def asked_files(hub: Hub, repo: str) -> set[str]:
    return {r.rpartition("/")[2].split()[0] for r in hub.requests if "/resolve/" in r and f"/{repo}/" in r}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = saved(tmp_path_factory.mktemp("model"), "llama-untied")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def hub(files: dict[str, bytes]) -> Iterator[Hub]:
    config = json.loads(files["config.json"])
    encoder = json.dumps({**config, "model_type": "bert", "architectures": ["BertForMaskedLM"]}).encode()
    pickled = {name: data for name, data in files.items() if name != "model.safetensors"}
    repos = {
        "acme/model": Repo({**files, "modeling_evil.py": b"raise SystemExit('ran')", "onnx/model.onnx": b"x" * 5000}),
        "acme/pickled": Repo({**pickled, "pytorch_model.bin": b"\x80" * 5000}),
        "acme/encoder": Repo({**files, "config.json": encoder}),
        "acme/gated": Repo(files, gated=True),
        "acme/tokenizer": Repo({name: data for name, data in files.items() if name != "config.json"}),
    }
    with running(repos) as server:
        yield server


def test_a_model_of_the_hub_scores_as_its_folder_does_and_opens_without_a_network(
    hub: Hub, tmp_path: Path, files: dict[str, bytes]
) -> None:
    (got,) = opened(hub, tmp_path, "hub:acme/model")
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    assert got["bits"] == pytest.approx(score(open_model(str(folder), device="cpu"), [TEXT]).bits_per_byte, rel=1e-6)
    assert (got["name"], got["spec"]) == ("acme/model", "hub:acme/model")
    assert any(hub.repos["acme/model"].commit in note for note in got["notes"])
    assert asked_files(hub, "acme/model") == set(files), "no code, no subfolders"
    size = len(files["model.safetensors"])
    assert [size, size, f"Fetching acme/model ({size / 1e6:,.1f} MB)"] in got["heard"]
    (again,) = opened(hub, tmp_path, "hub:acme/model", HF_HUB_OFFLINE="1")
    assert (again["bits"], again["fingerprint"]) == (got["bits"], got["fingerprint"])
    assert any("cache" in note for note in again["notes"])


def test_what_cannot_be_used_is_refused_before_its_weights_are_fetched(hub: Hub, tmp_path: Path) -> None:
    names = ("pickled", "encoder", "tokenizer", "gated", "nobody")
    pickled, encoder, tokenizer, gated, nobody = opened(hub, tmp_path, *(f"hub:acme/{name}" for name in names))
    assert "pytorch_model.bin" in pickled["error"] and "safetensors" in pickled["error"]
    assert asked_files(hub, "acme/pickled") == set()
    assert "BertForMaskedLM" in encoder["error"]
    assert "model.safetensors" not in asked_files(hub, "acme/encoder")
    assert "no config.json" in tokenizer["error"]
    assert "acme/gated is gated" in gated["error"]
    assert "or it is private" in nobody["error"]


def test_nothing_in_the_cache_and_no_network_says_so(hub: Hub, tmp_path: Path) -> None:
    (got,) = opened(hub, tmp_path, "hub:acme/model", HF_HUB_OFFLINE="1")
    assert "not in this machine's Hub cache" in got["error"]
