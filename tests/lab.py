"""A transplant small enough to check by hand: two byte-level tokenizers, a random model, texts in two languages."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from core.evaluation.base import EvalText, Reference, Subject, subject
from core.models.language_model import LanguageModel
from core.models.special_ids import special_ids
from core.tokenizers.catalog import open_path
from core.tokenizers.tokenizer import LocalTokenizer
from core.transplants.base import METHODS, transplant
from core.transplants.problem import Problem

ENGLISH = [
    "the cat sat on the mat and the dog sat by the door",
    "a cat and a dog sat on 12 mats, and 345 cats on the door",
    "there is no other way to say that the cat is on the mat",
    "what the dog said to the cat, the cat said to the dog again",
]
GERMAN = [
    "die Katze saß auf der Matte und der Hund saß vor der Tür",
    "eine Katze und ein Hund saßen auf 12 Matten, und 345 Katzen",
    "es gibt keinen anderen Weg zu sagen, dass die Katze schläft",
    "was der Hund der Katze sagte, sagte die Katze dem Hund wieder",
]


@cache
def byte_bpe(n_vocabulary: int, languages: str = "english", special: str = "<|end|>") -> LocalTokenizer:
    """A byte-level BPE tokenizer with `special` at id 0, trained on English alone or on both languages."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=n_vocabulary, initial_alphabet=alphabet, special_tokens=[special], show_progress=False
    )
    made.train_from_iterator((ENGLISH + GERMAN if languages == "both" else ENGLISH) * 3, trainer)
    return tokenizer_of(made.to_str(), special)


def tokenizer_of(document: str, special: str = "<|end|>") -> LocalTokenizer:
    """The tokenizer that a tokenizer.json describes."""
    folder = Path(mkdtemp(prefix="token-atlas-lab-"))
    (folder / "tokenizer.json").write_text(document)
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": special}))
    return open_path("test:lab", folder)


def llama(
    tokenizer: LocalTokenizer,
    seed: int = 0,
    *,
    n_rows: int = 0,
    width: int = 32,
    layers: int = 2,
    tied: bool = False,
    scale: float = 0.1,
) -> LanguageModel:
    """A random Llama; rows beyond the vocabulary if `n_rows` says so."""
    import transformers

    vocabulary = tokenizer.vocabulary
    assert vocabulary is not None
    config: Any = transformers.LlamaConfig(
        vocab_size=n_rows or len(vocabulary),
        hidden_size=width,
        intermediate_size=width * 3 // 2,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=tied,
        bos_token_id=0,
        eos_token_id=0,
    )
    torch.manual_seed(seed)
    module: Any = transformers.LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(torch.randn(parameter.shape) * scale)
    return LanguageModel("lab", "test:lab", module, tokenizer, special_ids(tokenizer, config))


def texts(copies: int = 3) -> tuple[EvalText, ...]:
    """Sentences in both languages, each the translation of the other, enough for intervals."""
    return tuple(
        EvalText(language, "prose" if n % 2 else "verse", f"{line} {n}", f"{n}")
        for language, lines in (("eng", ENGLISH), ("deu", GERMAN))
        for n, line in enumerate(lines * copies)
    )


def permuted(tokenizer: LocalTokenizer, order: list[int]) -> LocalTokenizer:
    """The same tokenizer with its id `i` called `order[i]`."""
    document = json.loads(tokenizer.serialised().data)  # type: ignore[union-attr]
    document["model"]["vocab"] = {token: order[i] for token, i in document["model"]["vocab"].items()}
    for added in document["added_tokens"]:
        added["id"] = order[added["id"]]
    return tokenizer_of(json.dumps(document))


def lab(
    method_key: str = "subword_mean",
    seed: int = 0,
    *,
    original: LanguageModel | None = None,
    new: LocalTokenizer | None = None,
    donor: LanguageModel | None = None,
    params: Mapping[str, Any] | None = None,
    **more: Any,
) -> Subject:
    """A random English model with a tokenizer for both languages, by one method."""
    base = original or llama(byte_bpe(300), seed)
    target = new or (donor.tokenizer if donor else byte_bpe(360, "both"))
    problem = Problem(
        base.tokenizer, target, base.matrices(), donor.matrices() if donor else None, old_roles=base.special_ids
    )
    chosen = METHODS.get(method_key)
    reference = Reference(**{"texts": texts(), "original": base, "donor": donor, "seed": seed, **more})
    return subject(problem, chosen, transplant(problem, chosen, params, seed), reference)
