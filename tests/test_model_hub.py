"""Models from the Hub, against the stand-in that speaks its protocol: what is fetched, what is refused before that."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.models.load import open_model
from core.models.score import score
from tests import gguf_models
from tests.hub_client import clients
from tests.hub_server import TOKEN, Hub, Repo, running
from tests.tiny_models import saved

ROOT = Path(__file__).resolve().parent.parent
TEXT = "the cat, naïve 你好"
Opened = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def opened() -> Iterator[Opened]:
    """What a process says that opens specs, whose Hub is the stand-in: `opened(hub, home, *specs, **environment)`."""

    def one(hub: Hub, home: Path, *specs: str, **environment: str) -> list[dict[str, Any]]:
        known = {
            "PATH": "/usr/bin:/bin", "HF_ENDPOINT": hub.address, "HF_HOME": str(home / "hf"), "PYTHONPATH": str(ROOT),
            "TOKEN_ATLAS_HOME": str(home / "atlas"), "TOKEN_ATLAS_CHILD_SECONDS": "60", "OMP_NUM_THREADS": "1",
        }  # fmt: skip
        told, printed = client({**known, **environment}, specs, TEXT)
        assert TOKEN not in json.dumps(told) + printed
        return told

    with clients() as client:
        yield one


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


HEAD = 48 * 2**20
CARD = b"---\nlicense: mit\n---\n# One"


@pytest.fixture(scope="module")
def gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return gguf_models.write(tmp_path_factory.mktemp("gguf") / "tiny-f32.gguf", gguf_models.llama())


@pytest.fixture
def gguf_hub(gguf: Path) -> Iterator[Hub]:
    small, folder = gguf.read_bytes(), gguf.parent
    huge = gguf_models.write(
        folder / "h.gguf", gguf_models.llama(), feed_forward_length=1_000_000, embedding_length=100_000
    )
    split = gguf_models.write(folder / "s.gguf", gguf_models.llama(), split=2)
    more = gguf_models.write(
        folder / "m.gguf", gguf_models.llama(), more={"blk.0.router.weight": np.zeros((64, 8), np.float32)}
    )
    about = json.dumps({"model_type": "llama"}).encode()
    repos = {
        "acme/one": Repo({"README.md": CARD, "config.json": about, "tiny-f32.gguf": small, "mmproj-f16.gguf": b"GGUF"}),
        "acme/long": Repo({"q/tiny-f32.gguf": small + bytes(2 * 2**20 + HEAD - len(small))}),
        "acme/huge": Repo({"h.gguf": huge.read_bytes() + bytes(HEAD)}),
        "acme/more": Repo({"m.gguf": more.read_bytes() + bytes(HEAD)}),
        "acme/split": Repo({"s-00001-of-00002.gguf": split.read_bytes()}),
        "acme/several": Repo({f"tiny-{kind}.gguf": small for kind in ("f32", "q8", "q4")}),
    }
    with running(repos) as server:
        yield server


def test_a_gguf_file_of_the_hub_scores_as_the_file_does(
    opened: Opened, gguf_hub: Hub, gguf: Path, tmp_path: Path
) -> None:
    bits = score(open_model(str(gguf), device="cpu"), [TEXT]).bits_per_byte
    named = "hub:acme/several/tiny-q8.gguf"
    one, chosen, asked = opened(gguf_hub, tmp_path, "hub:acme/one", named, "hub:acme/several?file=tiny-q8.gguf")
    assert one["bits"] == chosen["bits"] == asked["bits"] == pytest.approx(bits, rel=1e-6)
    assert (one["name"], one["spec"]) == ("tiny-f32", "hub:acme/one")
    assert any(gguf_hub.repos["acme/one"].commit in note for note in one["notes"])
    assert asked_files(gguf_hub, "acme/one") == {"tiny-f32.gguf", "README.md"}
    assert [each["licence"] for each in (one, chosen)] == ["mit", ""]
    assert (one["repository"], chosen["repository"]) == ("acme/one", "acme/several")
    commit = gguf_hub.repos["acme/several"].commit
    assert (chosen["pinned"], asked["pinned"]) == (f"{named}@{commit}", f"hub:acme/several@{commit}?file=tiny-q8.gguf")
    again, pinned = opened(gguf_hub, tmp_path, "hub:acme/one", chosen["pinned"], HF_HUB_OFFLINE="1")
    assert (again["fingerprint"], pinned["fingerprint"]) == (one["fingerprint"], chosen["fingerprint"])


def test_of_a_large_gguf_file_the_beginning_says_what_the_whole_one_is(
    opened: Opened, gguf_hub: Hub, tmp_path: Path
) -> None:
    (looked,) = opened(gguf_hub, tmp_path, "look:hub:acme/long")
    assert [int(r.split()[2]) for r in gguf_hub.requests if r.endswith(f" {HEAD}")] == [HEAD]
    assert not any(r.startswith("GET") and r.endswith("/q/tiny-f32.gguf") for r in gguf_hub.requests)
    (whole,) = opened(gguf_hub, tmp_path, "hub:acme/long")
    assert (looked["name"], looked["fingerprint"], looked["pinned"]) == (
        whole["name"], whole["fingerprint"], whole["pinned"],
    )  # fmt: skip
    assert not any("beginning" in note for note in whole["notes"])
    (pinned,) = opened(gguf_hub, tmp_path, whole["pinned"], HF_HUB_OFFLINE="1")
    assert pinned["bits"] == whole["bits"]


def test_a_gguf_file_that_cannot_be_used_is_refused_before_it_is_fetched(
    opened: Opened, gguf_hub: Hub, tmp_path: Path
) -> None:
    names = ("huge", "more", "split", "several", "several/tiny-q5.gguf", "one/tiny-f32.gguf?file=b.gguf")
    huge, more, split, several, absent, two = opened(gguf_hub, tmp_path, *(f"hub:acme/{name}" for name in names))
    assert "h needs" in huge["error"] and "GB free" in huge["error"]
    assert "m has the tensor 'blk.0.router.weight'" in more["error"]
    for name in ("huge", "more"):
        got = [r for r in gguf_hub.requests if f"/acme/{name}/resolve" in r and r.startswith("GET")]
        assert len(got) == 1 and got[0].endswith(f" {HEAD}"), got
    assert "one of 2 parts" in split["error"]
    assert "acme/several holds 3 GGUF files: tiny-f32.gguf, tiny-q4.gguf, tiny-q8.gguf." in several["error"]
    advised = several["error"].rpartition("such as ")[2].removesuffix(".")
    assert "bits" in opened(gguf_hub, tmp_path, advised)[0]
    assert "tiny-q5.gguf" in absent["error"] and "Did you mean" in absent["error"]
    assert "name two files" in two["error"]


def test_a_model_of_the_hub_scores_as_its_folder_does_and_opens_without_a_network(
    opened: Opened, hub: Hub, tmp_path: Path, files: dict[str, bytes]
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
    assert (size, size, f"Fetching acme/model ({size / 1e6:,.1f} MB)") in got["heard"]
    (again,) = opened(hub, tmp_path, "hub:acme/model", HF_HUB_OFFLINE="1")
    assert (again["bits"], again["fingerprint"]) == (got["bits"], got["fingerprint"])
    assert any("cache" in note for note in again["notes"])


def test_what_cannot_be_used_is_refused_before_its_weights_are_fetched(
    opened: Opened, hub: Hub, tmp_path: Path
) -> None:
    names = ("pickled", "encoder", "tokenizer", "gated", "nobody")
    pickled, encoder, tokenizer, gated, nobody = opened(hub, tmp_path, *(f"hub:acme/{name}" for name in names))
    assert "pytorch_model.bin" in pickled["error"] and "safetensors" in pickled["error"]
    assert asked_files(hub, "acme/pickled") == set()
    assert "BertForMaskedLM" in encoder["error"]
    assert "model.safetensors" not in asked_files(hub, "acme/encoder")
    assert "no config.json" in tokenizer["error"]
    assert "acme/gated is gated" in gated["error"]
    assert "or it is private" in nobody["error"]


def test_nothing_in_the_cache_and_no_network_says_so(opened: Opened, hub: Hub, tmp_path: Path) -> None:
    (got,) = opened(hub, tmp_path, "hub:acme/model", HF_HUB_OFFLINE="1")
    assert "not in this machine's Hub cache" in got["error"]
