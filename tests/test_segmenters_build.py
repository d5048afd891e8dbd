"""`make segmenters`: one command trains what ships, keeps each as it is finished, and goes on where it was stopped."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.numpy import load_file

from core.segmenters.build import __main__ as build
from core.segmenters.build import byte_model, hnet
from core.segmenters.build.kept import KeptTraining, Made
from core.segmenters.weights import FOLDER

TEXTS = {"en": [f"The committee said {n} times that rules would help." for n in range(40)]}
ROOT = Path(__file__).parents[1]


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names in the order in which they are trained, a step each, into a folder of the test; none is judged."""
    order: list[str] = []

    def tiny_bytes(texts: Mapping[str, Sequence[str]]) -> Made:
        order.append("bytes")
        return byte_model.train_byte_model(texts, steps=1), {}

    def tiny_hnet(texts: Mapping[str, Sequence[str]]) -> Made:
        order.append("hnet")
        return hnet.router_of(hnet.train_hnet(texts, steps=1)), {"model": {"en": {"bits_per_byte": 8.0}}}

    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    (tmp_path / "data").mkdir()
    monkeypatch.setattr(build, "FOLDER", tmp_path / "data")
    monkeypatch.setattr(build, "QUALITY", tmp_path / "data" / "quality.json")
    monkeypatch.setattr(build, "learnt", lambda: TEXTS)
    monkeypatch.setattr(build, "MAKERS", {"bytes": tiny_bytes, "hnet": tiny_hnet})
    return order


@pytest.fixture
def described(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be judged."""
    found: list[dict[str, Any]] = []
    monkeypatch.setattr(build, "describe", found.append)
    return found


def test_a_stopped_run_goes_on_from_the_last_that_was_finished(
    tmp_path: Path, trained: list[str], described: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def stopped(texts: Mapping[str, Sequence[str]]) -> Made:
        raise KeyboardInterrupt

    makers = build.MAKERS
    monkeypatch.setattr(build, "MAKERS", {**makers, "hnet": stopped})
    with pytest.raises(KeyboardInterrupt):
        build.main([])
    first = (tmp_path / "data" / "bytes.safetensors").read_bytes()
    assert not (tmp_path / "data" / "hnet.safetensors").exists()
    assert not described
    assert capsys.readouterr().out.startswith("To train: bytes, hnet: about 0 seconds of a processor.")

    monkeypatch.setattr(build, "MAKERS", makers)
    assert build.main([]) == 0
    assert trained == ["bytes", "hnet"]
    assert capsys.readouterr().out.startswith("To train: hnet: ")
    assert (tmp_path / "data" / "bytes.safetensors").read_bytes() == first
    assert set(load_file(tmp_path / "data" / "hnet.safetensors")) == set(load_file(FOLDER / "hnet.safetensors"))
    assert described[0].keys() == {"bytes", "hnet"}
    assert described[0]["hnet"]["model"] == {"en": {"bits_per_byte": 8.0}}
    assert described[0]["bytes"]["seconds"] >= 0

    assert build.main(["bytes"]) == 0  # the same text and code: nothing is left to train
    assert trained == ["bytes", "hnet"]
    assert capsys.readouterr().out.startswith("To train: nothing. ")


def test_what_is_kept_is_of_one_text_and_one_code(trained: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptTraining(TEXTS)
    made = kept.made("one", lambda: ({"w": torch.ones(2)}, {"seconds": 3}))
    assert KeptTraining(TEXTS).made("one", lambda: pytest.fail("made again")) == made
    assert not KeptTraining({"en": ["another text"]}).has("one")
    monkeypatch.setattr("core.segmenters.build.kept._TAUGHT_BY", ("segmenters/trunk.py",))
    assert not KeptTraining(TEXTS).has("one")


def test_an_unknown_name_is_one_sentence(trained: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert build.main(["hnett"]) == 2
    assert capsys.readouterr().err.startswith("There is no shipped segmenter 'hnett'. Did you mean hnet?")
    assert not trained


def test_every_file_of_weights_that_ships_is_made_by_the_command() -> None:
    assert {path.stem for path in FOLDER.glob("*.safetensors")} == set(build.MAKERS)
    assert "core.segmenters.build $(KEYS)" in (ROOT / "Makefile").read_text(encoding="utf-8")
