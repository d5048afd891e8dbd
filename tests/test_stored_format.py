"""A transplanted model is written as its base was stored: the same numbers in the same format, in files as large."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from core.common.errors import UserError
from core.lab.model_folder import written
from core.lab.participants import opened
from core.lab.plan import Choice, Plan
from core.models.load import open_model
from core.models.shipped import SHIPPED

NEW = f"file:{SHIPPED / 'tiny-world'}"
CHANGED = {"model.embed_tokens.weight", "lm_head.weight"}


def base(folder: Path, dtype: torch.dtype, files: str = "2MB") -> Path:
    """tiny-english in another number format, in several files."""
    from transformers import AutoModelForCausalLM

    module: Any = AutoModelForCausalLM.from_pretrained(SHIPPED / "tiny-english", dtype=torch.float32)
    with torch.no_grad():
        for parameter in module.parameters():  # numbers that narrower formats do not hold
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)) * 1e-4)
    module.to(dtype).save_pretrained(folder, max_shard_size=files)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(SHIPPED / "tiny-english" / name, folder / name)
    return folder


def plan(model: Path | str, **more: Any) -> Plan:
    methods = (Choice("mean"),)
    return Plan(str(model), NEW, methods=methods, languages=("eng_Latn",), sentences=2, device="cpu", **more)


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            found |= {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    return found


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize("computed", ["float32", "bfloat16"])
def test_all_but_the_two_matrices_stay_bit_for_bit(dtype: torch.dtype, computed: str, tmp_path: Path) -> None:
    source = base(tmp_path / "base", dtype)
    written(opened(plan(source, dtype=computed)), tmp_path / "new")
    before, after = tensors(source), tensors(tmp_path / "new")
    assert set(before) == set(after)
    assert {values.dtype for values in after.values()} == {dtype}
    assert {name for name in before if not torch.equal(before[name], after[name])} == CHANGED
    assert json.loads((tmp_path / "new" / "config.json").read_text())["dtype"] == str(dtype).removeprefix("torch.")
    assert len(list((tmp_path / "new").glob("model-*-of-*.safetensors"))) > 1
    largest = max(path.stat().st_size for path in source.glob("*.safetensors"))
    rows = max(after[name].nbytes for name in CHANGED)
    assert all(path.stat().st_size < max(largest, rows) * 1.05 for path in (tmp_path / "new").glob("*.safetensors"))


def test_the_format_of_the_new_model_can_be_chosen(tmp_path: Path) -> None:
    found = written(opened(plan("shipped:tiny-english", out_dtype="bfloat16")), tmp_path / "new")
    assert {values.dtype for values in tensors(tmp_path / "new").values()} == {torch.bfloat16}
    assert found["measured"]["bits_per_byte"]["transplant"] > 0
    with pytest.raises(UserError, match="int3"):
        opened(plan("shipped:tiny-english", out_dtype="int3"))


def test_matrices_are_padded_to_a_multiple(tmp_path: Path) -> None:
    written(opened(plan("shipped:tiny-english", pad_to=1_000)), tmp_path / "new")
    model = open_model(str(tmp_path / "new"), device="cpu")
    assert model.n_rows == model.module.config.vocab_size == 7_000
    with pytest.raises(UserError, match="multiple of 0"):
        plan("shipped:tiny-english", pad_to=0)


@pytest.mark.parametrize(("dtype", "name"), [(torch.float64, "F64"), (torch.float8_e4m3fn, "F8_E4M3")])
def test_a_format_that_nothing_computes_in_is_said(dtype: torch.dtype, name: str, tmp_path: Path) -> None:
    source = base(tmp_path / "base", torch.float32)
    for path in source.glob("*.safetensors"):
        stored = {key: values.to(dtype) for key, values in load_file(path).items()}
        save_file(stored, path, {"format": "pt"})
    said = written(opened(plan(source)), tmp_path / "new")["remarks"]
    assert f"Its checkpoint has {name} numbers (39 tensors), which are read, and written, as float32." in said
    assert {values.dtype for values in tensors(tmp_path / "new").values()} == {torch.float32}
