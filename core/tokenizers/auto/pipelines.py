"""What classes of transformers build, whatever the folder's tokenizer.json says: normaliser, pre-tokenizer, ends.

Source: transformers 5.24, `models/*/tokenization_*.py`, the `__init__` of each class.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tokenizers import AddedToken, Regex, decoders, normalizers, pre_tokenizers

from core.tokenizers.pretokenizers import PRE_TOKENIZERS

Settings = Mapping[str, Any]  # of tokenizer_config.json
SPACE = "▁"


@dataclass(frozen=True)
class Pipeline:
    """The steps around a model; None where there is no such step."""

    normalizer: Any
    pre_tokenizer: Any
    decoder: Any


@dataclass(frozen=True, kw_only=True)
class TokenizerClass:
    """What a class of transformers brings along.

    Args:
        model: the library's name of the model that it holds.
        pipeline: its steps, from the settings and the character map of a SentencePiece model.
        roles: its special tokens, where no file names others.
        ends: names of the roles that it puts before and behind a text; None where only settings say so.
        byte_level: are its tokens spelled in GPT-2's alphabet of bytes? Such a class holds no SentencePiece model.
    """

    model: str
    pipeline: Callable[[Settings, bytes | None], Pipeline]
    roles: Mapping[str, str | AddedToken] = field(default_factory=dict)
    ends: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    byte_level: bool = False


def _flag(settings: Settings, name: str, usual: bool) -> bool:
    value = settings.get(name)
    return value if isinstance(value, bool) else usual


def _byte_fallback_decoder(strips: bool) -> Any:
    steps = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    return decoders.Sequence([*steps, *([decoders.Strip(content=" ", left=1)] if strips else [])])


def _llama(settings: Settings, charsmap: bytes | None) -> Pipeline:
    spaced = _flag(settings, "add_prefix_space", True)
    scheme = ("always" if _flag(settings, "legacy", False) else "first") if spaced else "never"
    cut = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    return Pipeline(None, cut, _byte_fallback_decoder(spaced))


def _code_llama(settings: Settings, charsmap: bytes | None) -> Pipeline:
    scheme = "first" if _flag(settings, "add_prefix_space", True) else "never"
    cut = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    return Pipeline(None, cut, _byte_fallback_decoder(True))


def _gemma(settings: Settings, charsmap: bytes | None) -> Pipeline:
    cut = pre_tokenizers.Split(" ", "merged_with_previous")
    return Pipeline(normalizers.Replace(" ", SPACE), cut, _byte_fallback_decoder(False))


def _words(scheme: str) -> tuple[Any, Any]:
    """Words between whitespace, each with `▁` in front as the scheme has it, and what reads them back."""
    marked = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme)
    cut = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), marked])
    return cut, decoders.Metaspace(replacement=SPACE, prepend_scheme=scheme)


def _mapped(charsmap: bytes | None, *before: Any) -> Any:
    steps = [*before, *([normalizers.Precompiled(charsmap)] if charsmap else [])]
    return normalizers.Sequence(steps) if steps else None


def _plain_words(settings: Settings, charsmap: bytes | None) -> Pipeline:
    return Pipeline(_mapped(charsmap), *_words("always" if _flag(settings, "add_prefix_space", True) else "never"))


def _t5(settings: Settings, charsmap: bytes | None) -> Pipeline:
    return Pipeline(_mapped(charsmap), *_words("always"))


def _quotes_and_case(accents: bool, lower: bool) -> list[Any]:
    quotes = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"')]
    stripped = [] if accents else [normalizers.NFKD(), normalizers.StripAccents()]
    return [*quotes, *stripped, *([normalizers.Lowercase()] if lower else [])]


def _albert(settings: Settings, charsmap: bytes | None) -> Pipeline:
    steps = _quotes_and_case(_flag(settings, "keep_accents", False), _flag(settings, "do_lower_case", True))
    return Pipeline(
        _mapped(charsmap, *steps), *_words("always" if _flag(settings, "add_prefix_space", True) else "never")
    )


def _xlnet(settings: Settings, charsmap: bytes | None) -> Pipeline:
    steps = _quotes_and_case(accents=False, lower=_flag(settings, "do_lower_case", False))
    return Pipeline(_mapped(charsmap, *steps), *_words("always"))


def _gpt2(settings: Settings, charsmap: bytes | None) -> Pipeline:
    spaced = _flag(settings, "add_prefix_space", False)
    return Pipeline(None, pre_tokenizers.ByteLevel(add_prefix_space=spaced), decoders.ByteLevel())


def _gpt_neox(settings: Settings, charsmap: bytes | None) -> Pipeline:
    built = _gpt2(settings, charsmap)
    return Pipeline(normalizers.NFC(), built.pre_tokenizer, built.decoder)


def _cohere(settings: Settings, charsmap: bytes | None) -> Pipeline:
    letters = _gpt2(settings, charsmap)
    cut = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), letters.pre_tokenizer])
    return Pipeline(normalizers.NFC(), cut, letters.decoder)


def _qwen(pre: str, settings: Settings, charsmap: bytes | None) -> Pipeline:
    spaced = _flag(settings, "add_prefix_space", False)
    (pattern,) = PRE_TOKENIZERS[pre].patterns
    letters = pre_tokenizers.ByteLevel(add_prefix_space=spaced, use_regex=False)
    cut = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), letters])
    return Pipeline(normalizers.NFC(), cut, decoders.ByteLevel())


def _bert(settings: Settings, charsmap: bytes | None) -> Pipeline:
    strips = settings.get("strip_accents")
    normaliser = normalizers.BertNormalizer(
        clean_text=True,
        handle_chinese_chars=_flag(settings, "tokenize_chinese_chars", True),
        strip_accents=strips if isinstance(strips, bool) else None,
        lowercase=_flag(settings, "do_lower_case", True),
    )
    return Pipeline(normaliser, pre_tokenizers.BertPreTokenizer(), decoders.WordPiece(prefix="##"))


_THREE: Mapping[str, str] = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
_SEVEN: Mapping[str, str] = {
    **_THREE,
    "sep_token": "</s>",
    "pad_token": "<pad>",
    "cls_token": "<s>",
    "mask_token": "<mask>",
}
_END = "<|endoftext|>"
_ENDOFTEXT = dict.fromkeys(("bos_token", "eos_token", "unk_token"), _END)
_OF_QWEN = dict.fromkeys(("unk_token", "eos_token", "pad_token"), _END)
_LEFT_MASK = AddedToken("<mask>", lstrip=True, special=True)
_BRACKETS = {f"{role}_token": f"[{role.upper()}]" for role in ("cls", "sep", "mask")}

CLASSES: dict[str, TokenizerClass] = {
    "LlamaTokenizer": TokenizerClass(model="BPE", pipeline=_llama, roles=_THREE),
    "CodeLlamaTokenizer": TokenizerClass(
        model="BPE",
        pipeline=_code_llama,
        roles={
            **_THREE,
            **{f"{n}_token": f"▁<{n[:3].upper()}>" for n in ("prefix", "middle", "suffix", "eot")},
            "fill_token": "<FILL_ME>",
        },
    ),
    "GemmaTokenizer": TokenizerClass(
        model="BPE",
        pipeline=_gemma,
        roles={
            "bos_token": "<bos>",
            "eos_token": "<eos>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
        },
    ),
    "T5Tokenizer": TokenizerClass(
        model="Unigram",
        pipeline=_t5,
        roles={"eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"},
        ends=((), ("eos_token",)),
    ),
    "AlbertTokenizer": TokenizerClass(
        model="Unigram",
        pipeline=_albert,
        roles={
            "bos_token": "[CLS]",
            "eos_token": "[SEP]",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            **_BRACKETS,
        },
        ends=(("cls_token",), ("sep_token",)),
    ),
    "XLNetTokenizer": TokenizerClass(
        model="Unigram",
        pipeline=_xlnet,
        roles={
            **_THREE,
            "sep_token": "<sep>",
            "pad_token": "<pad>",
            "cls_token": "<cls>",
            "mask_token": _LEFT_MASK,
        },
        ends=((), ("sep_token", "cls_token")),
    ),
    "XLMRobertaTokenizer": TokenizerClass(
        model="Unigram", pipeline=_plain_words, roles=_SEVEN, ends=(("bos_token",), ("eos_token",))
    ),
    "CamembertTokenizer": TokenizerClass(
        model="Unigram",
        pipeline=_plain_words,
        roles={**_SEVEN, "mask_token": _LEFT_MASK},
        ends=(("bos_token",), ("eos_token",)),
    ),
    "GPT2Tokenizer": TokenizerClass(model="BPE", byte_level=True, pipeline=_gpt2, roles=_ENDOFTEXT),
    "RobertaTokenizer": TokenizerClass(
        model="BPE", byte_level=True, pipeline=_gpt2, roles=_SEVEN, ends=(("cls_token",), ("sep_token",))
    ),
    "Qwen2Tokenizer": TokenizerClass(model="BPE", byte_level=True, pipeline=partial(_qwen, "qwen2"), roles=_OF_QWEN),
    "Qwen3_5Tokenizer": TokenizerClass(
        model="BPE", byte_level=True, pipeline=partial(_qwen, "qwen3.5"), roles=_OF_QWEN
    ),
    "GPTNeoXTokenizer": TokenizerClass(
        model="BPE", byte_level=True, pipeline=_gpt_neox, roles={**_ENDOFTEXT, "pad_token": "<|padding|>"}
    ),
    "CohereTokenizer": TokenizerClass(
        model="BPE",
        byte_level=True,
        pipeline=_cohere,
        roles={
            "bos_token": "<BOS_TOKEN>",
            "eos_token": "<|END_OF_TURN_TOKEN|>",
            "unk_token": "<UNK>",
            "sep_token": "<SEP>",
            "pad_token": "<PAD>",
            "cls_token": "<CLS>",
            "mask_token": "<MASK_TOKEN>",
        },
    ),
    "DebertaTokenizer": TokenizerClass(
        model="BPE",
        byte_level=True,
        pipeline=_gpt2,
        roles={
            "bos_token": "[CLS]",
            "eos_token": "[SEP]",
            "unk_token": "[UNK]",
            "pad_token": "[PAD]",
            **_BRACKETS,
        },
        ends=(("cls_token",), ("sep_token",)),
    ),
    "BertTokenizer": TokenizerClass(
        model="WordPiece",
        pipeline=_bert,
        roles={"unk_token": "[UNK]", "pad_token": "[PAD]", **_BRACKETS},
        ends=(("cls_token",), ("sep_token",)),
    ),
}
