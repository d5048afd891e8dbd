"""Tokenizers are found under the names that people type, however they write them."""

import pytest

from components.widgets.model_list import matches
from core.tokenizers.typed import spec_of, squeezed
from core.tokenizers.well_known import well_known


@pytest.mark.parametrize(
    ("typed", "spec"),
    [
        ("GPT-4o", "tiktoken:o200k_base"),
        ("gpt 4O", "tiktoken:o200k_base"),
        ("ＧＰＴ－４ｏ", "tiktoken:o200k_base"),
        ("o200k_base", "tiktoken:o200k_base"),
        ("GPT-4 · cl100k_base", "tiktoken:cl100k_base"),
        ("qwen 3", "packaged:qwen3"),
        ("Qwen-2.5", "packaged:qwen2.5"),
        ("mixtral 8x7b", "mistral:v1"),
        ("https://huggingface.co/Qwen/Qwen3-8B", "hub:Qwen/Qwen3-8B"),
        ("https://huggingface.co/Qwen/Qwen3-8B/blob/main/tokenizer.json", "hub:Qwen/Qwen3-8B@main"),
        ("hf.co/Qwen/Qwen3-8B?library=transformers", "hub:Qwen/Qwen3-8B"),
        ("Qwen/Qwen3-8B@v1", "hub:Qwen/Qwen3-8B@v1"),
        ("bert-base-uncased", "hub:bert-base-uncased"),
        (" HUB: Qwen/Qwen3-8B ", "hub:Qwen/Qwen3-8B"),
        ("hf:Qwen/Qwen3-8B", "hub:Qwen/Qwen3-8B"),
        ("pypi: rwkv==0.8.32", "pypi:rwkv==0.8.32"),
        ("./folder", "file:./folder"),
        ("~/models/a b.gguf", "file:~/models/a b.gguf"),
        ("/models/x:y/tokenizer.json?pre=gpt2", "file:/models/x:y/tokenizer.json?pre=gpt2"),
        ("file:C:/models/tokenizer.json", "file:C:/models/tokenizer.json"),
    ],
)
def test_what_is_typed_becomes_the_spec_that_is_meant(typed: str, spec: str) -> None:
    assert spec_of(typed) == spec
    assert spec_of(spec) == spec


def test_every_well_known_model_is_found_by_its_name() -> None:
    for model in well_known():
        for name in (model.name, model.label, model.name.lower().replace("-", " "), model.spec):
            assert spec_of(name) == model.spec, name


def test_no_two_models_have_the_same_name_but_for_how_it_is_written() -> None:
    names = [squeezed(model.name) for model in well_known()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("words", ["llama3", "LLAMA-3", "Llama 3", "meta llama", "meta-llama/Meta-Llama-3-8B"])
def test_the_list_is_searched_however_a_name_is_written(words: str) -> None:
    (model,) = [model for model in well_known() if model.name == "Llama 3"]
    assert matches(model, words)
