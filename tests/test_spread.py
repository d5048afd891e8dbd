"""Models that no single device holds: spread over devices, memory and disk, and read like whole ones."""

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from core.common.errors import Changed, UserError
from core.jobs.job import KINDS, Context, Unit
from core.lab.participants import opened as opened_plan
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan, plan_of
from core.lab.run import transplanted_outcome
from core.lab.submission import submission
from core.models import memory, offloaded, placement, spread
from core.models.export import export
from core.models.language_model import LanguageModel
from core.models.large import SPREADS
from core.models.load import open_model, outline
from core.models.memory import weight_bytes
from core.models.score import Slice, score
from core.models.spread import free_places, spread_over
from tests.tiny_models import V, opened, saved

TEXTS = ["the cat sat on the mat " * 8, "naïve café 你好", "hello hello world"]
_GB = 2**30

accelerate = pytest.importorskip("accelerate", reason="accelerate is not installed")


def on_disk(whole: LanguageModel) -> str:
    """What to ask for so that the layers of a model lie on the disk."""
    assert whole.placement is not None
    return f"spread:{0.8 * whole.placement.n_bytes / _GB:.9f}"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[LanguageModel, LanguageModel]]:
    """A model whole and with layers on the disk, by its name; opened once."""
    known = dict[str, tuple[LanguageModel, LanguageModel]]()

    def both(name: str) -> tuple[LanguageModel, LanguageModel]:
        if name not in known:
            whole = opened(tmp_path_factory.mktemp(name), name)
            known[name] = whole, open_model(whole.spec, on_disk(whole))
        return known[name]

    return both


@pytest.mark.parametrize("name", ["gpt2-tied", "llama-untied", "gemma2-soft-caps", "opt-narrow-embedding"])
def test_layers_on_the_disk_give_the_bits_of_the_whole(
    models: Callable[[str], tuple[LanguageModel, LanguageModel]], name: str
) -> None:
    whole, apart = models(name)
    assert apart.placement is not None and apart.placement.bytes_on_disk > 0
    assert any(values.is_meta for values in apart.module.parameters())
    assert not apart.matrices().input.is_meta and not apart.matrices().head.is_meta
    assert apart.halves is not None
    states: dict[str, list[Tensor]] = {"whole": [], "apart": []}

    def keep(found: list[Tensor], seen: Slice) -> None:
        found.extend(seen.states)

    a, b = (
        score(model, TEXTS, batch_tokens=256, observers=[partial(keep, states[which])], layers=True)
        for model, which in ((whole, "whole"), (apart, "apart"))
    )
    assert a.bits_per_byte == b.bits_per_byte
    assert all(torch.equal(one, other) for one, other in zip(states["whole"], states["apart"], strict=True))


def test_another_vocabulary_shares_the_layers_on_the_disk(
    models: Callable[[str], tuple[LanguageModel, LanguageModel]],
) -> None:
    whole, apart = models("llama-untied")
    order = torch.arange(V).flip(0)
    new = [
        model.with_matrices(
            replace(model.matrices(), input=model.matrices().input[order]), model.tokenizer, model.special_ids
        )
        for model in (whole, apart)
    ]
    assert score(new[0], TEXTS).bits_per_byte == score(new[1], TEXTS).bits_per_byte
    assert new[0].fingerprint == new[1].fingerprint != whole.fingerprint
    assert apart.fingerprint == whole.fingerprint
    assert score(apart, TEXTS).bits_per_byte == score(whole, TEXTS).bits_per_byte  # which is as it was


def test_what_is_spread_is_exported_as_from_the_whole(
    models: Callable[[str], tuple[LanguageModel, LanguageModel]], tmp_path: Path
) -> None:
    written = []
    for which, model in zip(("whole", "apart"), models("gpt2-tied"), strict=True):
        more = torch.cat([model.matrices().input] * 3)  # which the room that the model was given does not hold
        new = model.with_matrices(replace(model.matrices(), input=more), model.tokenizer, model.special_ids)
        written.append(export(new, tmp_path / which, "card", {}, TEXTS))
    assert written[0].bits_per_byte == written[1].bits_per_byte
    one, other = (open_model(str(each.folder), "cpu") for each in written)
    for (name, values), (same, others) in zip(
        one.module.state_dict().items(), other.module.state_dict().items(), strict=True
    ):
        assert name == same and torch.equal(values, others)


def test_weights_that_are_rewritten_lie_in_a_folder_as_long_as_their_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """transformers puts the experts of a mixture into one tensor: those are not in the checkpoint's files."""
    import transformers

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    left = tmp_path / "scratch" / "token-atlas-offloaded-999999999-x"  # of a process that was killed
    left.mkdir()
    folder = saved(tmp_path / "model", "llama-untied")
    kind: Any = transformers.MixtralForCausalLM
    torch.manual_seed(0)
    fields = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.MixtralConfig(
        vocab_size=V, num_key_value_heads=2, num_local_experts=3, max_position_embeddings=128, eos_token_id=0, **fields
    )
    kind(config).save_pretrained(folder)
    whole = open_model(str(folder), "cpu")
    apart = open_model(str(folder), on_disk(whole))
    (there,) = (tmp_path / "scratch").iterdir()
    assert there != left and any(there.iterdir())
    new = apart.with_matrices(apart.matrices(), apart.tokenizer, apart.special_ids)
    del apart
    assert score(new, TEXTS).bits_per_byte == score(whole, TEXTS).bits_per_byte
    del new
    import gc

    gc.collect()
    assert list((tmp_path / "scratch").iterdir()) == []
    with monkeypatch.context() as broken:
        broken.setattr("core.models.load.settled", lambda *_: pytest.fail("cut short"))
        with pytest.raises(BaseException, match="cut short"):
            open_model(str(folder), on_disk(whole))
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_file_that_changes_under_its_model_is_told(tmp_path: Path) -> None:
    whole = opened(tmp_path, "llama-untied")
    apart = open_model(whole.spec, on_disk(whole))
    weights = tmp_path / "model.safetensors"
    shutil.copyfile(weights, tmp_path / "copy")
    os.utime(weights, (0, 0))
    with pytest.raises(Changed, match=r"model\.safetensors"):
        score(apart, TEXTS)
    weights.unlink()
    with pytest.raises(UserError, match="went away while its model was at work"):
        score(apart, TEXTS)


def test_a_transplant_onto_layers_on_the_disk_measures_what_it_does_onto_the_whole(
    models: Callable[[str], tuple[LanguageModel, LanguageModel]],
) -> None:
    whole, _ = models("llama-untied")
    plan = Plan(
        whole.spec, "builtin:utf8-bytes", methods=(Choice("subword_mean"),), languages=("eng_Latn",), sentences=2
    )
    found = []
    for device in ("cpu", on_disk(whole)):
        there = opened_plan(replace(plan, device=device))
        found.append(transplanted_outcome(there, plan.methods[0], 0, "x").measures["bits_per_byte"].numbers)
        assert there.original.fetched == (device != "cpu")
    assert {key: number.value for key, number in found[0].items()} == pytest.approx(
        {key: number.value for key, number in found[1].items()}, rel=1e-6, nan_ok=True
    )
    apart = replace(plan, device=on_disk(whole))
    look = outlined(apart)
    assert "on disk" in look.original.notes[0] and look.needs[whole.name] < weight_bytes(whole.module, torch.float32)
    asked = plan_of(submission(look).params["plan"]).device
    again = outlined(replace(plan, device=asked)).original.placement
    assert again is not None and look.original.placement is not None
    assert again.spread == look.original.placement.spread
    with pytest.raises(UserError, match=r"trains copies of .*, which is spread"):
        outlined(replace(apart, evaluators=(Choice("recovery"),)))
    with pytest.raises(UserError, match=r"Token distillation cannot be used here.*layers are fetched one at a time"):
        outlined(replace(apart, methods=(Choice("token_distillation"),)))


@pytest.fixture(scope="module")
def skeleton() -> Any:
    """Ten layers of some 160 kB in float32 below 41 kB with a row per token, without memory."""
    import transformers

    config = transformers.LlamaConfig(
        vocab_size=160, hidden_size=64, intermediate_size=128, num_hidden_layers=10, num_attention_heads=4
    )
    with torch.device("meta"):
        return transformers.AutoModelForCausalLM.from_config(config)


def layer_and_rest(skeleton: Any) -> tuple[int, int]:
    """Bytes of a layer, and of all that is none."""
    layer = weight_bytes(skeleton.model.layers[0], torch.float32)
    return layer, weight_bytes(skeleton, torch.float32) - 10 * layer


def in_float32(part: nn.Module) -> int:
    return weight_bytes(part, torch.float32)


def test_gpus_are_filled_first_then_memory_then_the_disk(skeleton: Any) -> None:
    layer, rest = layer_and_rest(skeleton)
    room = {"cuda:0": rest + 4 * layer, "cuda:1": 2 * layer, "cpu": 3 * layer}
    found = spread_over("x", skeleton, in_float32, room)
    # Of four layers' room where it computes, one is for the layer that is fetched.
    assert found.n_layers == {"cuda:0": 3, "cuda:1": 2, "cpu": 3, "disk": 2}
    assert found.n_bytes == {"cuda:0": rest + 3 * layer, "cuda:1": 2 * layer, "cpu": 3 * layer, "disk": 2 * layer}
    assert found.words == "3 on cuda:0, 2 on cuda:1, 3 in memory and 2 on disk"
    for part in ("model.embed_tokens", "model.norm", "lm_head", "model.rotary_emb"):
        assert found.by_part[part] == "cuda:0"
    assert found.device_map["model.layers.4"] == 1 and found.device_map["model.layers.9"] == "disk"
    covered = [name for name in skeleton.state_dict() if any(name.startswith(f"{part}.") for part in found.by_part)]
    assert covered == list(skeleton.state_dict())


def test_where_the_gpus_hold_all_no_room_is_kept_for_fetching(skeleton: Any) -> None:
    layer, rest = layer_and_rest(skeleton)
    found = spread_over("x", skeleton, in_float32, {"cuda:0": rest + 5 * layer, "cuda:1": 5 * layer, "cpu": 0})
    assert found.n_layers == {"cuda:0": 5, "cuda:1": 5, "cpu": 0, "disk": 0}
    short = {"cuda:0": rest + 5 * layer, "cuda:1": 4 * layer, "cpu": 50 * layer}
    assert spread_over("x", skeleton, in_float32, short).n_layers == {"cuda:0": 4, "cuda:1": 4, "cpu": 2, "disk": 0}
    with pytest.raises(UserError, match=r"in 4-bit numbers, which is more than the devices that compute have free"):
        spread_over("x", skeleton, in_float32, short, stays_whole="4-bit")


def test_what_fits_nowhere_is_refused(skeleton: Any) -> None:
    layer, rest = layer_and_rest(skeleton)
    with pytest.raises(UserError, match="does not fit even when it is spread: its embedding, its head and one layer"):
        spread_over("x", skeleton, in_float32, {"cuda:0": rest + layer - 1, "cuda:1": layer, "cpu": 50 * layer})
    with pytest.raises(UserError, match="no stack of layers"):
        spread_over("x", nn.Linear(2, 2), in_float32, {"cpu": 0})


def test_each_of_two_models_may_take_half(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spread, "free_bytes", lambda _: 10 * _GB)
    whole, half = free_places("spread"), free_places("spread", 0.5)
    assert half["cpu"] == whole["cpu"] // 2
    assert free_places("spread:2")["cpu"] == 2 * _GB
    for wrong in ("spread:", "spread:much", "spread:-1", "spread:nan", "spread:inf"):
        with pytest.raises(UserError, match="names no number of gigabytes"):
            free_places(wrong)


def test_what_fits_on_no_device_is_spread_by_itself_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = saved(tmp_path, "llama-untied")
    whole = outline(str(folder)).placement
    assert whole is not None and whole.spread is None
    monkeypatch.setattr(memory, "free_bytes", lambda _: memory.WORKSPACE_BYTES)
    monkeypatch.setattr(placement, "free_places", lambda *_: {"cpu": int(0.8 * whole.n_bytes)})
    found = outline(str(folder))
    assert found.placement is not None and found.placement.spread is not None
    assert "does not fit on cpu alone, so it is spread" in found.notes[0]
    assert found.placement.again().startswith("spread:0.")
    with pytest.raises(UserError, match=r"--device spread"):
        outline(str(folder), "cpu")
    monkeypatch.setattr(placement, "SPREADS", replace(SPREADS, modules=("no_such_module",)))
    with pytest.raises(UserError, match="free"):
        outline(str(folder))
    with pytest.raises(UserError, match=r"cannot be spread here: accelerate.*is not installed.*large"):
        outline(str(folder), "spread")


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        ("gaps", {"text": "The morning was bright and everybody remembered yesterday.", "most": 3}),
        ("next_byte", {"prompt_hex": b"The mor".hex(), "walked": 3, "every": 2}),
        ("under_trained", {"share": 0.01}),
    ],
)
def test_a_job_about_a_model_that_its_gpu_does_not_hold_says_what_it_says_of_the_whole(
    kind: str, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"model": "shipped:tiny-english", **params}
    whole = KINDS.get(kind).run_unit(Unit("", {}), Context(asked))
    whole_placement = outline("shipped:tiny-english").placement
    assert whole_placement is not None
    monkeypatch.setattr(memory, "free_bytes", lambda _: memory.WORKSPACE_BYTES)
    monkeypatch.setattr(placement, "free_places", lambda *_: {"cpu": int(0.8 * whole_placement.n_bytes)})
    with pytest.raises(UserError, match="free"):
        KINDS.get(kind).run_unit(Unit("", {}), Context(asked))
    apart = KINDS.get(kind).run_unit(Unit("", {}), Context(asked, device="cuda:0"))
    assert str(apart.facts) == str(whole.facts) and apart.arrays.keys() == whole.arrays.keys()


def test_what_fits_is_not_spread(tmp_path: Path) -> None:
    found = opened(tmp_path, "llama-untied")
    there = open_model(found.spec, "spread")
    assert there.placement is not None and there.placement.spread is None and there.whole
    assert not offloaded.hooks(there.module)
