"""Shares of training text inferred from merges are those that went in."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import tokenizers
from tokenizers import models, pre_tokenizers, trainers

from core.common.errors import UserError
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.mixture.infer import infer

TIMES = {"eng_Latn": 5, "deu_Latn": 1, "rus_Cyrl": 2}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    corpus = open_corpus("sample")
    return {code: "\n".join(corpus.sentences[code]) for code in TIMES}


def trained(folder: Path, texts: Mapping[str, str], n_merges: int) -> Tokenizer:
    """A byte-level BPE trained on each text as often as `TIMES` says."""
    model = tokenizers.Tokenizer(models.BPE())
    model.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=256 + n_merges, initial_alphabet=alphabet, show_progress=False)
    model.train_from_iterator([text for code, text in texts.items() for _ in range(TIMES[code])], trainer)
    path = folder / "tokenizer.json"
    model.save(str(path))
    return open_path(f"file:{path}", path)


def test_multiples_of_the_samples_are_found_exactly(tmp_path: Path, texts: dict[str, str]) -> None:
    found = infer(trained(tmp_path, texts, 300), texts, 300)
    total = sum(TIMES[code] * len(text.encode()) for code, text in texts.items())
    assert found.objective == 0
    for share in found.shares:
        true = TIMES[share.category] * len(texts[share.category].encode()) / total
        assert share.share == pytest.approx(true, abs=1e-9)
        assert share.low <= true + 1e-9
        assert share.high >= true - 1e-9
        assert share.high - share.low < 1e-3


def test_a_category_that_was_not_there_gets_nothing(tmp_path: Path, texts: dict[str, str]) -> None:
    tokenizer = trained(tmp_path, texts, 200)
    corpus = open_corpus("sample")
    more = texts | {"tha_Thai": "\n".join(corpus.sentences["tha_Thai"])}
    found = infer(tokenizer, more, 200)
    assert found.shares[-1].high < 1e-3


@pytest.mark.parametrize(
    ("spec", "categories", "n_merges", "said"),
    [
        ("tiktoken:cl100k_base", {"a": "text"}, 10, "two categories"),
        ("tiktoken:cl100k_base", {"a": "text", "b": "x"}, 10, "The text of b"),
        ("tiktoken:cl100k_base", {"a": "text", "b": "more"}, 0, "choose from 1"),
        ("builtin:utf8-bytes", {"a": "text", "b": "more"}, 10, "no order of merges"),
    ],
)
def test_what_cannot_be_inferred_is_said(spec: str, categories: dict[str, str], n_merges: int, said: str) -> None:
    with pytest.raises(UserError, match=said):
        infer(open_tokenizer(spec), categories, n_merges)
