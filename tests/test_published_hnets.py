"""Published checkpoints of H-Net: the layers against torch and step by step, the files, and what is said of others."""

import json
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save
from torch import nn
from torch.nn import functional as F

from core.common.errors import TooLarge, UserError
from core.segmenters.lane import SegmenterLane, open_segmenter
from core.segmenters.published import opening
from core.segmenters.published.attention import AttentionShape, attention, gated_pair
from core.segmenters.published.encoder import BEGIN
from core.segmenters.published.mamba2 import PIECE, mamba2, scanned
from core.tokenizers.catalog import open_tokenizer
from tests.hub_asker import asker
from tests.hub_server import Hub, Repo, running
from tests.pages import opened
from tests.published_hnets import TWO_STAGES, State, attention_layer, mamba_layer, one_stage, two_stages

TEXT = "naïve def f(x):\n    return 'ไทย 你好 مرحبا'  # " + "word " * 20


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))


def kept(tmp_path: Path, tensors: State, name: str = "hnet_1stage_S.safetensors") -> Path:
    """A folder with these tensors in a file of this name."""
    folder = tmp_path / "model"
    folder.mkdir(exist_ok=True)
    if name.endswith(".safetensors"):
        (folder / name).write_bytes(save(tensors))
    else:
        torch.save(tensors, folder / name)
    return folder


def under(tensors: State, prefix: str) -> dict[str, Any]:
    return {key.removeprefix(prefix): one.numpy() for key, one in tensors.items() if key.startswith(prefix)}


def test_a_scan_is_the_recurrence_step_by_step_over_several_pieces() -> None:
    draw = np.random.default_rng(0)
    n, heads, width, state = 2 * PIECE + 5, 3, 4, 6
    x = draw.normal(size=(n, heads, width)).astype(np.float32)
    decay = -draw.exponential(0.3, (n, heads)).astype(np.float32)
    b, c = draw.normal(size=(2, n, state)).astype(np.float32)
    held, wanted = np.zeros((heads, state, width)), []
    for t in range(n):
        held = np.exp(decay[t].astype(np.float64))[:, None, None] * held + b[t][None, :, None] * x[t][:, None, :]
        wanted.append(np.einsum("n,hnp->hp", c[t], held))
    assert np.allclose(scanned(x, decay, b, c), wanted, atol=2e-4)


def test_a_mamba_2_layer_is_that_of_transformers() -> None:
    from transformers.models.mamba2.configuration_mamba2 import Mamba2Config
    from transformers.models.mamba2.modeling_mamba2 import Mamba2Mixer

    width, heads, state = 16, 4, 8
    config = Mamba2Config(
        hidden_size=width, num_heads=heads, head_dim=2 * width // heads, state_size=state, n_groups=1, expand=2,
        conv_kernel=4, chunk_size=16, num_hidden_layers=1, layer_norm_epsilon=1e-5, vocab_size=32,
    )  # fmt: skip
    tensors = mamba_layer("", width, heads, state, torch.Generator().manual_seed(1))
    mixer = Mamba2Mixer(config, layer_idx=0).eval()
    mixer.load_state_dict({name.removeprefix("mixer."): one for name, one in tensors.items() if "mixer" in name})
    u = torch.randn(1, 2 * PIECE + 9, width, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        wanted = mixer(u)
    wanted = wanted[0] if isinstance(wanted, tuple) else wanted
    assert np.allclose(mamba2(u[0].numpy(), under(tensors, "mixer.")), wanted.reshape(-1, width).numpy(), atol=1e-4)


@pytest.mark.parametrize("back", [-1, 5])
def test_attention_is_torchs_with_a_window_and_turned_by_place(back: int) -> None:
    n, width, heads, turned = 300, 24, 4, 4
    draw = torch.Generator().manual_seed(3)
    tensors = attention_layer("", width, 32, draw)
    x = torch.randn(n, width, generator=draw)
    queries, keys, values = (x @ tensors["mixer.Wqkv.weight"].T).reshape(n, 3, heads, -1).permute(1, 2, 0, 3)
    turns = torch.polar(torch.ones(n, 2), torch.arange(n)[:, None] * torch.tensor([1.0, 0.01]))

    def placed(y: torch.Tensor) -> torch.Tensor:
        pairs = torch.complex(y[..., :2], y[..., 2:turned]) * turns
        return torch.cat([pairs.real, pairs.imag, y[..., turned:]], -1)

    far = torch.arange(n)[:, None] - torch.arange(n)
    seen = F.scaled_dot_product_attention(
        placed(queries), placed(keys), values, attn_mask=(far >= 0) & ((far <= back) | (back < 0))
    )
    wanted = seen.transpose(0, 1).flatten(1) @ tensors["mixer.out_proj.weight"].T
    found = attention(x.numpy(), under(tensors, "mixer."), AttentionShape(heads, turned, back))
    assert np.allclose(found, wanted.numpy(), atol=1e-4)
    value, gate = (x @ tensors["mlp.fc1.weight"].T).chunk(2, -1)
    both = (F.silu(gate) * value) @ tensors["mlp.fc2.weight"].T
    assert np.allclose(gated_pair(x.numpy(), under(tensors, "mlp.")), both.numpy(), atol=1e-4)


def values(lane: SegmenterLane) -> NDArray[np.float32]:
    found = lane.chunks(TEXT).values
    assert found is not None
    return found


def slowly(tensors: State, text: bytes) -> list[float]:
    """p of each byte by torch, a step of each Mamba-2 layer at a time."""
    x = tensors["embeddings.weight"][[BEGIN, *text]]
    n = 0
    while f"backbone.encoder.layers.{n}.norm1.weight" in tensors:
        at = f"backbone.encoder.layers.{n}."
        x, n = x + _stepped(_normed(x, tensors[f"{at}norm1.weight"]), tensors, f"{at}mixer."), n + 1
    x = _normed(x, tensors["backbone.encoder.rmsnorm.weight"])
    asked = x @ tensors["backbone.routing_module.q_proj_layer.weight"].T
    held = x @ tensors["backbone.routing_module.k_proj_layer.weight"].T
    return [float((1 - F.cosine_similarity(asked[t], held[t + 1], dim=0)) / 2) for t in range(len(text))]


def _stepped(u: torch.Tensor, tensors: State, at: str) -> torch.Tensor:
    inner, heads = len(tensors[f"{at}norm.weight"]), len(tensors[f"{at}dt_bias"])
    state = (len(tensors[f"{at}conv1d.bias"]) - inner) // 2
    z, mixed, dt = torch.split(u @ tensors[f"{at}in_proj.weight"].T, [inner, inner + 2 * state, heads], -1)
    conv = nn.functional.conv1d(
        F.pad(mixed.T[None], (3, 0)), tensors[f"{at}conv1d.weight"], tensors[f"{at}conv1d.bias"], groups=mixed.shape[1]
    )
    x, b, c = torch.split(F.silu(conv[0].T), [inner, state, state], -1)
    held, rows = torch.zeros(heads, state, inner // heads), []
    for t in range(len(u)):
        step = F.softplus(dt[t] + tensors[f"{at}dt_bias"])
        here = x[t].reshape(heads, -1)
        held = torch.exp(-tensors[f"{at}A_log"].exp() * step)[:, None, None] * held
        held = held + step[:, None, None] * b[t][None, :, None] * here[:, None, :]
        rows.append((c[t][None, :, None] * held).sum(1) + tensors[f"{at}D"][:, None] * here)
    y = torch.stack(rows).flatten(1) * F.silu(z)
    return _normed(y, tensors[f"{at}norm.weight"]) @ tensors[f"{at}out_proj.weight"].T


def _normed(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight


@pytest.mark.parametrize("name", ["hnet_1stage_S.safetensors", "hnet_1stage_S.pt"])
def test_a_folder_opens_as_a_lane_whose_p_are_those_of_the_equations(tmp_path: Path, name: str) -> None:
    tensors = one_stage()
    lane = open_tokenizer(f"learned:file:{kept(tmp_path, tensors, name)}")
    assert isinstance(lane, SegmenterLane)
    cut, chunks = lane.segment(TEXT), lane.chunks(TEXT)
    wanted = slowly(tensors, TEXT.encode())
    assert np.allclose(values(lane), wanted, atol=1e-4)
    assert chunks.starts.tolist() == sorted({0, *np.flatnonzero(values(lane) > 0.5).tolist()})
    assert 5 < len(chunks.starts) < len(TEXT.encode()) - 5
    assert cut.lossless
    assert lane.info.label == "hnet_1stage_S"
    assert open_tokenizer(lane.info.spec).info == lane.info
    assert len(open_segmenter(f"{lane.info.spec.removeprefix('learned:')}?threshold=0.9").segment(TEXT)) < len(cut)


def test_the_numbers_may_be_stored_in_half_precision_and_lie_one_level_deeper(tmp_path: Path) -> None:
    tensors = one_stage()
    found = []
    for kind in (torch.bfloat16, torch.float16):
        stored = {name: one.to(kind) for name, one in tensors.items()}
        wanted = slowly({name: one.float() for name, one in stored.items()}, TEXT.encode())
        folder = kept(tmp_path, stored, f"{kind}.safetensors".removeprefix("torch."))
        found.append(open_segmenter(f"file:{folder / f'{kind}.safetensors'.removeprefix('torch.')}"))
        assert np.allclose(values(found[-1]), wanted, atol=1e-4)
        torch.save({"step": 3, "model": stored}, folder / "checkpoint.pt")
        again = open_segmenter(f"file:{folder / 'checkpoint.pt'}")
        assert np.array_equal(values(again), values(found[-1]))
    assert found[0].info.fingerprint != found[1].info.fingerprint


def test_chunks_of_a_second_stage_are_of_those_of_the_first(tmp_path: Path) -> None:
    folder = kept(tmp_path, two_stages(), "hnet_2stage_S.safetensors")
    spec = f"file:{folder}"
    first = open_segmenter(f"{spec}?stage=1").chunks(TEXT)
    with pytest.raises(UserError, match=r"Stage 2 of hnet_2stage_S has attention.*or choose stage 1"):
        open_segmenter(spec)
    (folder / "hnet_2stage_S.json").write_text(json.dumps(TWO_STAGES))
    second = open_segmenter(spec).chunks(TEXT)
    assert set(second.starts.tolist()) <= {0, *first.starts.tolist()}
    assert 1 < len(second.starts) < len(first.starts)
    assert second.values is not None
    assert set(np.flatnonzero(np.isfinite(second.values)).tolist()) <= set(first.starts.tolist())


def test_a_changed_file_is_read_again_and_one_that_is_not_is_not(tmp_path: Path) -> None:
    folder = kept(tmp_path, one_stage())
    first = open_segmenter(f"file:{folder}").info.fingerprint
    assert open_segmenter(f"file:{folder}").info.fingerprint == first
    assert len(list((tmp_path / "home" / "published-segmenters").iterdir())) == 1
    kept(tmp_path, one_stage(seed=1))
    assert open_segmenter(f"file:{folder}").info.fingerprint != first


def without(name: str) -> Callable[[State], State]:
    return lambda tensors: {key: one for key, one in tensors.items() if key != name}


def with_one(name: str, *shape: int) -> Callable[[State], State]:
    return lambda tensors: {**tensors, name: torch.zeros(*shape)}


AT = "backbone.encoder.layers.1."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (lambda _: {"model.embed_tokens.weight": torch.zeros(2, 2)}, "it has no tensor 'embeddings.weight'"),
        (without("backbone.routing_module.k_proj_layer.weight"), "has no tensor 'backbone.routing_module.k_proj_lay"),
        (without(f"{AT}mixer.A_log"), f"it has no tensor '{AT}mixer.A_log'"),
        (without(f"{AT}mixer.in_proj.weight"), f"'{AT}' is neither a Mamba-2 layer nor one of attention"),
        (with_one(f"{AT}mixer.out_proj.weight", 8, 32), "is 8 × 32, and beside the others it should be 16 × 32"),
        (with_one(f"{AT}mixer.conv1d.weight", 40, 1, 4), "conv1d.bias' is 48, and beside the others it should be 40"),
        (with_one(f"{AT}mixer.dt_bias", 5), "and beside the others it should be"),
        (with_one("embeddings.weight", 100, 16), "'embeddings.weight' has 100 rows, and bytes need 256"),
        (with_one("embeddings.weight", 256), "'embeddings.weight' is 256, and should have two sides"),
        (with_one("embeddings.weight", 256, 32), "is narrower than the one before"),
    ],
)  # fmt: skip
def test_another_layout_is_one_sentence(tmp_path: Path, changed: Callable[[State], State], said: str) -> None:
    folder = kept(tmp_path, changed(one_stage()))
    with pytest.raises(UserError) as error:
        open_segmenter(f"file:{folder}")
    assert str(error.value).startswith("hnet_1stage_S is no H-Net of a layout that is read here: ")
    assert said in str(error.value)
    assert str(error.value).endswith("or a BLT as transformers writes it.")
    assert not (tmp_path / "home" / "published-segmenters").exists() or not list(
        (tmp_path / "home" / "published-segmenters").iterdir()
    )


def test_what_is_no_checkpoint_is_one_sentence(tmp_path: Path) -> None:
    def refused(spec: str, said: str) -> None:
        with pytest.raises(UserError) as error:
            open_segmenter(spec)
        assert said in str(error.value), str(error.value)

    folder = kept(tmp_path, one_stage())
    refused(f"file:{tmp_path / 'nothing'}", "There is no file or folder")
    (tmp_path / "empty").mkdir()
    refused(f"file:{tmp_path / 'empty'}", "has no file of weights (.safetensors, .pt, .pth, .bin). It is empty.")
    whole = (folder / "hnet_1stage_S.safetensors").read_bytes()
    (folder / "b.safetensors").write_bytes(whole[: len(whole) // 4])
    refused(f"file:{folder}", "has several files of weights: b.safetensors, hnet_1stage_S.safetensors. Name one")
    refused(f"file:{folder / 'b.safetensors'}", "b.safetensors ends early")
    (folder / "c.safetensors").write_bytes(b"\xff" * 100)
    refused(f"file:{folder / 'c.safetensors'}", "is no safetensors file: its header would have")
    (folder / "d.safetensors").write_bytes(b"\x05" + bytes(7) + b"[1,2]" + bytes(40))
    refused(f"file:{folder / 'd.safetensors'}", "The header of d.safetensors cannot be read")
    kept(tmp_path, {**one_stage(), f"{AT}mixer.D": torch.full((4,), torch.inf)}, "e.safetensors")
    refused(f"file:{folder / 'e.safetensors'}", f"'{AT}mixer.D' in e.safetensors holds NaN or infinity")
    kept(tmp_path, {**one_stage(), f"{AT}mixer.D": torch.zeros(4, dtype=torch.float64)}, "f.pt")
    refused(f"file:{folder / 'f.pt'}", "is stored as 'DoubleStorage'; read are F32, F16, BF16.")
    (folder / "g.pt").write_bytes(b"no zip")
    refused(f"file:{folder / 'g.pt'}", "g.pt is not as torch.save writes files of weights")
    (folder / "config.json").write_text("[")
    refused(f"file:{folder / 'e.safetensors'}", "'config.json' beside the weights cannot be read")


def test_a_list_of_very_many_tensors_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(tmp_path, one_stage(), "h.pt")
    monkeypatch.setattr("core.segmenters.published.torch_file.MOST_HEADER", 1000)
    with pytest.raises(UserError, match=r"h\.pt is not as torch\.save writes files of weights"):
        open_segmenter(f"file:{folder}")


class Evil:
    """Would make a folder where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


def test_a_pickle_that_is_a_program_is_refused_and_does_not_run(tmp_path: Path) -> None:
    folder, proof = tmp_path / "model", tmp_path / "ran"
    folder.mkdir()
    torch.save({**one_stage(), "more": Evil(proof)}, folder / "model.pt", pickle_module=pickle)
    with pytest.raises(UserError, match=r"model\.pt is not opened: its list of tensors names 'posix.mkdir'"):
        open_segmenter(f"file:{folder}")
    assert not proof.exists()


def test_a_long_text_is_refused_by_how_large_the_encoder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_MOST_PRODUCTS", 1)
    lane = open_segmenter(f"file:{kept(tmp_path, one_stage())}")
    with pytest.raises(TooLarge, match=r"hnet_1stage_S cuts texts of up to 1.000 bytes"):
        lane.segment("a" * 1001)


def test_the_page_adds_one_by_its_path_and_says_what_is_wrong_with_another(tmp_path: Path) -> None:
    folder = kept(tmp_path, one_stage())
    app = opened("segmentation", tokenizers=["learned:words"])

    def add(name: str) -> None:
        next(box for box in app.text_input if box.label == "Published H-Net or BLT").set_value(name)
        next(button for button in app.button if button.label == "Add segmenter").click().run()
        assert not app.exception

    add(str(folder / "nothing.pt"))
    assert any("There is no file or folder" in error.value for error in app.error)
    add(f" {folder} ")
    assert app.session_state["tokenizers"] == ["learned:words", f"learned:file:{folder}"]


def test_paths_and_the_hub_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    with pytest.raises(UserError, match="TOKEN_ATLAS_PATHS=off"):
        open_segmenter("file:/a")
    with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
        open_segmenter("hub:a/b")


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    large = {**one_stage(), "backbone.main_network.large": torch.zeros(1_000_000)}
    folder = tmp_path_factory.mktemp("files")
    torch.save(large, folder / "hnet.pt")
    safe, pickled = save(large), (folder / "hnet.pt").read_bytes()
    told = json.dumps(TWO_STAGES).encode()
    repos = {
        "ann/safe": Repo({"model.safetensors": safe, "config.json": b"{}", "README.md": b"#"}),
        "ann/official": Repo({"hnet_1stage_S.pt": pickled, "README.md": b"#"}),
        "ann/many": Repo(
            {"models/two.safetensors": save(two_stages()), "models/two.json": told, "models/one.safetensors": safe}
        ),
        "ann/locked": Repo({"model.safetensors": safe}, gated=True),
        "ann/other": Repo({"model.safetensors": save({"a": torch.zeros(3)})}),
    }
    with running(repos) as server:
        yield server


@pytest.fixture(scope="module")
def asked(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], dict[str, Any]]]:
    """What a process says that opens segmenters and whose Hub is the stand-in."""
    told = (
        '{"label": (lane := open_segmenter(*asked)).info.label, "about": lane.info.algorithm, '
        '"starts": lane.chunks("a few words of text").starts.tolist()}'
    )
    with asker(hub, tmp_path_factory.mktemp("hub"), "from core.segmenters.lane import open_segmenter", told) as ask:
        yield ask


@pytest.mark.parametrize(
    ("repo", "file", "label"),
    [("ann/safe", "model.safetensors", "safe"), ("ann/official", "hnet_1stage_S.pt", "hnet_1stage_S")],
)
def test_of_a_file_on_the_hub_only_what_comes_before_the_router_is_fetched(
    hub: Hub, asked: Callable[[str], dict[str, Any]], repo: str, file: str, label: str
) -> None:
    found = asked(f"hub:{repo}")
    commit = hub.repos[repo].commit
    assert found["label"] == label
    assert f"Commit {commit} of {repo} on the Hub, {file}." in found["about"]
    parts = [one.split() for one in hub.requests if one.startswith(f"GET /{repo}/resolve/{commit}/{file}")]
    assert all(len(one) == 3 for one in parts), "never the whole file"
    assert sum(int(one[2]) for one in parts) < len(hub.repos[repo].files[file]) / 2
    hub.requests.clear()
    assert asked(f"hub:{repo}") == found
    assert not any("/resolve/" in one for one in hub.requests), "what was read is kept"


def test_a_file_in_a_folder_is_named_behind_a_slash(asked: Callable[[str], dict[str, Any]]) -> None:
    assert asked("hub:ann/many/models/two.safetensors")["label"] == "two"
    both = [asked(f"hub:ann/many/models/two.safetensors?stage={n}")["starts"] for n in "12"]
    assert set(both[1]) < set(both[0]) | {0}
    assert asked("hub:ann/many/models/one.safetensors@v1.0")["label"] == "one"
    assert "several files of weights: models/one.safetensors, models/two.saf" in asked("hub:ann/many")["error"]
    assert "has no file 'models/three.pt'. There is: models/one" in asked("hub:ann/many/models/three.pt")["error"]


def test_what_the_hub_refuses_is_said_and_what_was_read_opens_without_it(
    hub: Hub, asked: Callable[[str], dict[str, Any]]
) -> None:
    assert "ann/locked is gated" in asked("hub:ann/locked")["error"]
    assert "There is no repository 'ann/nothing'" in asked("hub:ann/nothing")["error"]
    assert asked("hub:ann/other")["error"].startswith("other is no H-Net of a layout that is read here")
    before = asked("hub:ann/safe")
    hub.repos["ann/safe"].status = hub.repos["ann/other"].status = 503
    away = asked("hub:ann/safe")
    assert away["starts"] == before["starts"]
    assert "Opened as it was read before, for the Hub has trouble (status 503)." in away["about"]
    assert asked("hub:ann/other")["error"].startswith("The Hub has trouble (status 503). Try ann/other again")
    hub.repos["ann/safe"].status = hub.repos["ann/other"].status = 0
