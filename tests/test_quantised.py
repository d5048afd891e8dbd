"""Layers packed into eight and four bits: what they lose, what they take, and what cannot be done with them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from core.common.errors import UserError
from core.lab.participants import opened as opened_plan
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.run import original_outcome, transplanted_outcome
from core.models import quantised
from core.models.export import export
from core.models.language_model import LanguageModel
from core.models.large import PACKS
from core.models.load import open_model, outline
from core.models.quantised import refuse_quantised
from core.models.score import score
from tests.tiny_models import CONFIGURATIONS, GROUPED, SMALL, saved

TEXTS = ["the cat sat on the mat " * 8, "naïve café 你好", "hello hello world"]
here = pytest.mark.skipif(bool(PACKS.advice), reason="accelerate and bitsandbytes are not installed")


# As the small ones, with rows of whole blocks; in the last those of one layer are none.
WIDE: dict[str, tuple[str, dict[str, Any]]] = {
    "gpt2-tied": ("GPT2Config", {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 128}),
    "llama-untied": ("LlamaConfig", {**SMALL, **GROUPED, "hidden_size": 64, "intermediate_size": 96}),
}


def wide(folder: Path, name: str) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CONFIGURATIONS, name, WIDE[name])
        return saved(folder, name)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], LanguageModel]:
    """One model in each number format; opened once."""
    spec, known = str(wide(tmp_path_factory.mktemp("model"), "gpt2-tied")), dict[str, LanguageModel]()

    def of(numbers: str) -> LanguageModel:
        if numbers not in known:
            known[numbers] = open_model(spec, "cpu", numbers)
        return known[numbers]

    return of


@here
@pytest.mark.parametrize("numbers", ["8-bit", "4-bit"])
def test_packed_layers_lose_little_and_take_what_was_foreseen(
    models: Callable[[str], LanguageModel], numbers: str
) -> None:
    whole, packed = models("float32"), models(numbers)
    assert packed.numbers == numbers and not packed.whole and f"{numbers} numbers" in packed.notes[0]
    assert packed.n_parameters == whole.n_parameters
    assert torch.equal(packed.matrices().input, whole.matrices().input)
    foreseen = outline(whole.spec, "cpu", numbers).placement
    assert foreseen is not None and packed.placement is not None
    held = sum(values.numel() * values.element_size() for values in packed.module.parameters())
    assert held <= foreseen.n_bytes <= 1.03 * held
    layers = sum(layer.numel() for layer in whole.module.transformer.h.parameters())
    assert foreseen.n_bytes < whole.module.num_parameters() * 4 - 2 * layers  # half at least of what they took
    bits = [score(model, TEXTS).bits_per_byte for model in (whole, packed)]
    assert 0 < abs(bits[1] - bits[0]) < 0.01 * bits[0]


@here
def test_another_vocabulary_on_packed_layers_is_exported_with_the_body_as_stored(
    models: Callable[[str], LanguageModel], tmp_path: Path
) -> None:
    whole, packed = models("float32"), models("4-bit")
    rows = packed.matrices().input + 0.01
    new = packed.with_matrices(replace(packed.matrices(), input=rows), packed.tokenizer, packed.special_ids)
    bits = score(new, TEXTS).bits_per_byte
    assert bits != score(packed, TEXTS).bits_per_byte
    written = export(new, tmp_path / "new", "card", {}, TEXTS)
    assert written.bits_per_byte == pytest.approx(bits, rel=1e-6)
    again = open_model(str(written.folder), "cpu")
    assert torch.equal(again.matrices().input, rows)
    for name, values in again.module.transformer.h.state_dict().items():
        assert torch.equal(values, whole.module.transformer.h.state_dict()[name])


@here
def test_what_trains_copies_of_packed_weights_is_refused_before_any_is_read(tmp_path: Path) -> None:
    spec = str(wide(tmp_path, "gpt2-tied"))
    plan = Plan(spec, "builtin:utf8-bytes", methods=(Choice("subword_mean"),), sentences=2, device="cpu", dtype="4-bit")
    outlined(plan)
    for measure in ("recovery", "alm_recovery"):
        with pytest.raises(UserError, match=r"trains copies of .*, which is in 4-bit numbers: only whole weights"):
            outlined(replace(plan, evaluators=(Choice(measure),)))


@here
@pytest.mark.parametrize("numbers", ["8-bit", "4-bit"])
def test_rows_are_learnt_through_packed_layers(tmp_path: Path, numbers: str) -> None:
    spec = str(wide(tmp_path, "llama-untied"))
    choice = Choice("token_distillation", {"passes": 1})
    plan = Plan(
        spec, "builtin:utf8-bytes", methods=(choice,), languages=("eng_Latn",), sentences=2, device="cpu", dtype=numbers
    )
    there = opened_plan(plan)
    found = transplanted_outcome(there, choice, 0, "x")
    assert found.measures["bits_per_byte"].numbers
    assert any(f"{numbers} numbers" in remark for remark in original_outcome(there).remarks)


@here
def test_layers_whose_rows_are_no_whole_blocks_stay_whole(tmp_path: Path) -> None:
    """bitsandbytes reads such weights wrongly on processors with AVX512: 2 % more bits, of what loses .1 %."""
    spec = str(wide(tmp_path / "wide", "llama-untied"))
    whole, packed = open_model(spec, "cpu"), open_model(spec, "cpu", "4-bit")
    layer = packed.module.model.layers[0].mlp
    assert layer.down_proj.weight.dtype == torch.float32 and layer.up_proj.weight.dtype == torch.uint8
    assert any("2 of its 14 linear layers stay whole" in note for note in packed.notes)
    bits = [score(model, TEXTS).bits_per_byte for model in (whole, packed)]
    assert 0 < abs(bits[1] - bits[0]) < 0.01 * bits[0]
    assert not any(getattr(part, "support_avx512bf16_for_cpu", False) for part in packed.module.modules())
    narrow = str(saved(tmp_path / "narrow", "llama-untied"))
    with pytest.raises(UserError, match=r"in 4-bit numbers: none of its layers is a multiple of 64 wide.*Pick 8-bit\."):
        open_model(narrow, "cpu", "4-bit")
    assert open_model(narrow, "cpu", "8-bit").numbers == "8-bit"


def test_without_the_library_or_on_another_device_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = str(wide(tmp_path, "gpt2-tied"))
    monkeypatch.setattr(quantised, "PACKS", replace(PACKS, modules=("no_such_module",)))
    with pytest.raises(UserError, match=r"cannot be read in 4-bit numbers here: bitsandbytes.*requirements-large\.txt"):
        open_model(spec, "cpu", "4-bit")
    monkeypatch.setattr(quantised, "PACKS", replace(PACKS, modules=()))
    with pytest.raises(UserError, match="bitsandbytes packs no weights on mps"):
        refuse_quantised("x", "8-bit", torch.device("mps"))
