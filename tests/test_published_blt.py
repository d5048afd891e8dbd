"""Patchers of published BLTs: entropies, patches and limits against transformers, and what is said of other files."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save
from transformers.models.blt.configuration_blt import BltConfig, BltPatcherConfig
from transformers.models.blt.modeling_blt import BltPatcher

from core.common.errors import UserError
from core.segmenters.lane import SegmenterLane, open_segmenter
from core.segmenters.published.patcher_layout import OFFSET
from tests.hub_asker import asker
from tests.hub_server import Repo, running
from tests.pages import opened
from tests.published_hnets import State

TEXT = "naïve def f(x):\n    return 'ไทย 你好 مرحبا'  # " + "word " * 60
SIZES = {
    "vocab_size": 260,
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def patcher(**config: Any) -> BltPatcher:
    """One of transformers with weights that were drawn, so large that entropies differ."""
    torch.manual_seed(0)
    found = BltPatcher(BltPatcherConfig(**SIZES | config)).eval()
    with torch.no_grad():
        for values in found.parameters():
            values.copy_(values + 0.2 * torch.randn_like(values))
    return found


def kept(tmp_path: Path, one: BltPatcher, prefix: str = "model.patcher.", **config: Any) -> Path:
    """The folder of a checkpoint as transformers writes it, with something beside the patcher that is never read."""
    folder = tmp_path / "blt"
    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(save(tensors(one, prefix)))
    told = BltConfig(patcher_config=one.config.to_dict(), **config).to_json_string(use_diff=True)
    (folder / "config.json").write_text(told)
    return folder


def tensors(one: BltPatcher, prefix: str = "model.patcher.") -> State:
    found = {prefix + name: values.contiguous() for name, values in one.state_dict().items()}
    return found | {"model.local_encoder.embed_tokens.weight": torch.full((260, 8), torch.nan)}


def by_transformers(one: BltPatcher, text: str, threshold: float, most: int | None) -> tuple[list[float], list[int]]:
    """Entropies in nats of each byte before it is read, and where patches of bytes start."""
    ids = torch.tensor([[1, *(byte + OFFSET for byte in text.encode())]])
    with torch.no_grad():
        entropies, lengths, _ = one(ids, patch_size=4, threshold=threshold, max_patch_length=most)
    sizes = [n for n in lengths[0].tolist() if n]
    assert sizes[0] == 1 and sum(sizes) == len(ids[0]), "the token that begins a text is a patch of its own"
    starts = np.cumsum([0, *sizes[1:-1]]).tolist()
    return entropies[0, :-1].tolist(), starts


def between(nats: list[float]) -> float:
    """A threshold in the widest gap of the upper half, but for its end: some bytes are over it, and most are not."""
    upper = np.sort(nats)[len(nats) // 2 : -len(nats) // 10]
    widest = int(np.diff(upper).argmax())
    return float(upper[widest : widest + 2].mean())


def entropies(lane: SegmenterLane, text: str = TEXT) -> list[float]:
    found = lane.chunks(text).values
    assert found is not None
    return found.tolist()


@pytest.mark.parametrize(
    ("config", "most", "prefix"),
    [
        ({}, None, "model.patcher."),
        ({"sliding_window": 9}, 7, "patcher."),
        ({"sliding_window": None, "num_key_value_heads": 2}, 1, "model.patcher."),
        ({"rope_parameters": {"rope_type": "default", "rope_theta": 300.0}, "rms_norm_eps": 0.1}, 30, "model.patcher."),
    ],
)
def test_it_cuts_where_transformers_cuts(
    tmp_path: Path, config: Mapping[str, Any], most: int | None, prefix: str
) -> None:
    one = patcher(**config)
    wanted, _ = by_transformers(one, TEXT, 1.0, most)
    threshold = between(wanted)
    lane = open_segmenter(f"file:{kept(tmp_path, one, prefix, patching_threshold=threshold, max_patch_length=most)}")
    wanted, starts = by_transformers(one, TEXT, threshold, most)
    assert np.allclose(entropies(lane), wanted, atol=1e-4)
    assert np.abs(np.array(wanted) - threshold).min() > 1e-4, "rounding decides nothing"
    assert lane.chunks(TEXT).starts.tolist() == starts
    assert lane.info.label == "blt" and lane.segmenter.unit == "nats"


def test_threshold_rule_and_limit_can_be_set_otherwise(tmp_path: Path) -> None:
    one = patcher()
    folder = kept(tmp_path, one, max_patch_length=5)
    wanted, starts = by_transformers(one, TEXT, 5.0, None)
    lane = open_segmenter(f"file:{folder}?threshold=5&most_bytes=0")
    assert lane.chunks(TEXT).starts.tolist() == starts
    rises = open_segmenter(f"file:{folder}?rule=rises&threshold=0.5&most_bytes=0").chunks(TEXT)
    over = [n for n in range(1, len(wanted)) if wanted[n] - wanted[n - 1] > 0.5]
    assert rises.starts.tolist() == [0, *over] and rises.values is not None
    assert np.allclose(rises.values[1:], np.diff(wanted), atol=1e-4) and np.isnan(rises.values[0])
    longest = open_segmenter(f"file:{folder}?threshold=6").segment(TEXT)
    assert set((longest.ends - longest.starts).tolist()[:-1]) == {5}


def test_what_a_config_leaves_away_is_as_in_transformers(tmp_path: Path) -> None:
    one = patcher(hidden_size=48, num_attention_heads=12)
    folder = kept(tmp_path, one)
    (folder / "config.json").write_text('{"model_type": "blt"}')
    lane = open_segmenter(f"file:{folder}")
    wanted, starts = by_transformers(one, TEXT, BltConfig().patching_threshold, None)
    assert np.allclose(entropies(lane), wanted, atol=1e-4) and lane.chunks(TEXT).starts.tolist() == starts
    assert lane.params.number("threshold") == BltConfig().patching_threshold


def test_numbers_may_be_stored_in_half_precision_and_what_was_read_is_kept(tmp_path: Path) -> None:
    one = patcher().bfloat16().float()
    folder = kept(tmp_path, one)
    before = entropies(open_segmenter(f"file:{folder}"))
    (folder / "model.safetensors").write_bytes(save({name: each.bfloat16() for name, each in tensors(one).items()}))
    assert entropies(open_segmenter(f"file:{folder}")) == before
    assert len([*(tmp_path / "home").rglob("*.safetensors")]) == 2


def _without(name: str) -> Callable[[State], State]:
    return lambda state: {key: each for key, each in state.items() if name not in key}


@pytest.mark.parametrize(
    ("changed", "config", "said"),
    [
        (_without("patcher."), {}, "is a BLT without its patcher"),
        (_without("layers.1.mlp.up_proj"), {}, r"has no tensor 'model.patcher.layers.1.mlp.up_proj.weight'"),
        (_without("layers."), {}, "has 0 layers"),
        (
            lambda state: state | {"model.patcher.norm.weight": torch.ones(3)}, {},
            r"norm.weight' is 3, and .* should be 32",
        ),
        (
            lambda state: state | {"model.patcher.embed_tokens.weight": torch.ones(256, 32)}, {},
            "has 256 rows, and bytes need 260",
        ),
        (lambda state: state, {"model_type": "llama"}, "Put its config.json there"),
        (lambda state: state, {"patching_mode": "space"}, "says that patching_mode is 'space'"),
        (lambda state: state, {"patcher_config": {"num_attention_heads": 5}}, "which does not divide"),
        (lambda state: state, {"patcher_config": {"rope_parameters": {"rope_type": "yarn"}}}, "no usable rope_type"),
        (lambda state: state, {"patcher_config": 3}, "no usable patcher_config"),
        (lambda state: state, {"max_patch_length": 0}, "no usable max_patch_length"),
        (lambda state: state, {"patching_threshold": "high"}, "no usable patching_threshold"),
    ],
)  # fmt: skip
def test_another_layout_is_one_sentence(
    tmp_path: Path, changed: Callable[[State], State], config: Mapping[str, Any], said: str
) -> None:
    folder = kept(tmp_path, one := patcher())
    (folder / "model.safetensors").write_bytes(save(changed(tensors(one))))
    told = json.loads((folder / "config.json").read_text()) | config
    (folder / "config.json").write_text(json.dumps(told))
    with pytest.raises(UserError, match=said):
        open_segmenter(f"file:{folder}")


def test_of_a_file_on_the_hub_only_the_patcher_is_fetched(tmp_path: Path) -> None:
    folder = kept(tmp_path, patcher())
    large = tensors(patcher()) | {"model.local_decoder.large": torch.zeros(1_000_000)}
    told = '{"label": (lane := open_segmenter(*asked)).info.label, "starts": lane.chunks("some words").starts.tolist()}'
    repo = Repo({"model.safetensors": save(large), "config.json": (folder / "config.json").read_bytes()})
    with (
        running({"ann/blt": repo}) as hub,
        asker(hub, tmp_path / "hub", "from core.segmenters.lane import open_segmenter", told) as ask,
    ):
        found = ask("hub:ann/blt")
        parts = [one.split() for one in hub.requests if "/model.safetensors" in one and one.startswith("GET")]
    assert found["label"] == "blt" and found["starts"][0] == 0
    assert sum(int(one[2]) for one in parts) < len(repo.files["model.safetensors"]) / 4


def test_looking_at_its_values_leaves_a_threshold_of_many_digits_as_it_is(tmp_path: Path) -> None:
    spec = f"learned:file:{kept(tmp_path, patcher(), patching_threshold=4.123456789)}"
    app = opened("segmentation", tokenizers=[spec], tool="Byte values")
    assert [one.value for one in app.slider if one.label == "Threshold"] == [4.123456789]
    assert app.session_state["tokenizers"] == [spec]
