"""The token list of a GGUF file: texts, types and scores, checked against each other.

Source: llama.cpp, src/llama-vocab.cpp, llama_vocab::impl::load.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.gguf import Metadata, Value
from core.tokenizers.tokenizer import Info

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # llama_token_type
_TEMPLATE = "tokenizer.chat_template"
_ROLE_KEYS = {
    "unk_token": ("unknown_token_id",),
    "sep_token": ("seperator_token_id", "separator_token_id"),  # the first is how llama.cpp spells it
    "pad_token": ("padding_token_id",),
    "cls_token": ("cls_token_id",),
    "mask_token": ("mask_token_id",),
}
_PREFIX = "tokenizer.ggml."

# Texts that llama.cpp takes for control tokens whatever type the file gives them, so that they are not read from plain
# text. (Of the fill-in-the-middle ones it takes the first it meets in a hash table; files have one of each.)
_CONTROL_TEXTS = (
    "<|eot_id|> <|im_end|> <|end|> <|return|> <|call|> <|flush|> <|calls|> <end_of_turn> <|endoftext|> </s> <|eom_id|> "
    "<EOT> _<EOT> [EOT] [EOS] <|end_of_text|> <end_of_utterance> <eos> <turn|> <|tool_response> "
    "<｜end▁of▁sentence｜> [e~[ "
    "<|fim_prefix|> <fim-prefix> <fim_prefix> <｜fim▁begin｜> <PRE> ▁<PRE> <|code_prefix|> <|prefix|> "
    "<|fim_suffix|> <fim-suffix> <fim_suffix> <｜fim▁hole｜> <SUF> ▁<SUF> <|code_suffix|> <|suffix|> "
    "<|fim_middle|> <fim-middle> <fim_middle> <｜fim▁end｜> <MID> ▁<MID> <|code_middle|> <|middle|> "
    "<|fim_pad|> <fim-pad> <fim_pad> <PAD> [PAD] <|fim_repo|> <|repo_name|> <fim-repo> <REPO> <reponame> "
    "<|file_sep|>"
)
_ALWAYS_CONTROL = frozenset(_CONTROL_TEXTS.split())
_ALWAYS_TEXT = frozenset({"<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"})  # gpt-oss: always shown


@dataclass(frozen=True, eq=False)
class GgufTokens:
    """The tokenizer part of a GGUF file.

    Args:
        name: the file's name, for messages.
        metadata: keys that begin with "tokenizer.".
        texts: token texts, V of them, all different.
        types: token type as llama.cpp ends up with, V of them.
        scores: float64 (V,), zeros if the file has none.
        has_scores: whether the file has them.
    """

    name: str
    metadata: Metadata
    texts: list[str]
    types: list[int]
    scores: NDArray[np.float64]
    has_scores: bool

    @cached_property
    def id_by_text(self) -> dict[str, int]:
        return {text: i for i, text in enumerate(self.texts)}

    def of_type(self, *types: int) -> dict[str, int]:
        """Text to id of the tokens of these types."""
        return {text: i for i, (text, t) in enumerate(zip(self.texts, self.types, strict=True)) if t in types}

    def flag(self, key: str, default: bool) -> bool:
        """A yes or no from the file.

        Raises:
            UnreadableFile: it is something else.
        """
        value = self.metadata.values.get(_PREFIX + key, default)
        if not isinstance(value, bool):
            raise self.damaged(f"{_PREFIX}{key} is {shown(str(value))}, neither true nor false")
        return value

    def token_id(self, *keys: str, default: int | None = None) -> int | None:
        """The id that the first of these keys names; out of range counts as the default, as in llama.cpp."""
        for key in keys:
            value = self.metadata.values.get(_PREFIX + key)
            if isinstance(value, int) and 0 <= value < len(self.texts):
                return value
        return default if default is not None and default < len(self.texts) else None

    def text_of(self, token_id: int | None) -> str:
        return "" if token_id is None else self.texts[token_id]

    def damaged(self, what: str) -> UnreadableFile:
        return UnreadableFile(f"{shown(self.name)} has a damaged tokenizer: {what}. Fetch it again.")

    def info(
        self,
        *,
        spec: str,
        label: str,
        algorithm: str,
        reference: str,
        bos: int | None,
        eos: int | None,
        normaliser: str = "",
        notes: Iterable[str] = (),
    ) -> Info:
        """Who the tokenizer is, with what every tokenizer model has in common."""
        templates = self._templates()
        return Info(
            spec=spec,
            label=label,
            source="gguf",
            fingerprint=self.metadata.fingerprint,
            n_vocabulary=len(self.texts),
            algorithm=algorithm,
            reference=reference,
            normaliser=normaliser,
            specials=tuple(self.of_type(UNKNOWN, CONTROL).items()),
            chat_template=templates.get("default", ""),
            chat_templates=tuple(templates.items()) if set(templates) - {"default"} else (),
            bos=self.text_of(bos),
            eos=self.text_of(eos),
            named_tokens=self._named(bos, eos),
            notes=tuple(notes),
        )

    def _templates(self) -> dict[str, str]:
        """Chat templates by name; the one without a name is called "default"."""
        found = {key: text for key, text in self.metadata.values.items() if key.startswith(_TEMPLATE)}
        named = {key.removeprefix(_TEMPLATE).removeprefix(".") or "default": text for key, text in found.items()}
        return {name: text for name, text in named.items() if isinstance(text, str) and text}

    def _named(self, bos: int | None, eos: int | None) -> tuple[tuple[str, str], ...]:
        """(name, spelling) of special tokens as chat templates call them."""
        ids = {"bos_token": bos, "eos_token": eos} | {name: self.token_id(*keys) for name, keys in _ROLE_KEYS.items()}
        return tuple((name, text) for name, i in ids.items() if (text := self.text_of(i)))


def read_tokens(metadata: Metadata, name: str) -> GgufTokens:
    """The token list of a file.

    Raises:
        UnreadableFile: it has none, or its lists do not fit each other; says which.
    """
    values = metadata.values
    texts = values.get(_PREFIX + "tokens")
    if not isinstance(texts, list) or not texts:
        raise UnreadableFile(
            f"{shown(name)} holds no token list, so it has no tokenizer. Pick a GGUF file with a vocabulary."
        )
    texts = [text or f"[EMPTY_{i}]" for i, text in enumerate(texts)]
    if len(set(texts)) < len(texts):
        first: dict[str, int] = {}
        twice = next((i, text) for i, text in enumerate(texts) if first.setdefault(text, i) != i)
        raise UnreadableFile(
            f"{shown(name)} gives two ids, {count(first[twice[1]])} and {count(twice[0])}, to the token "
            f"{shown(twice[1], 30)}. llama.cpp refuses such a file; convert the model again."
        )
    types = _numbers(values, "token_type", len(texts), name)
    scores = _numbers(values, "scores", len(texts), name)
    return GgufTokens(
        name,
        metadata,
        texts,
        _types(texts, [NORMAL] * len(texts) if types is None else types.astype(int).tolist()),
        np.zeros(len(texts)) if scores is None else scores,
        scores is not None,
    )


def _numbers(values: Mapping[str, Value], key: str, n: int, name: str) -> NDArray[np.float64] | None:
    """A list of numbers, one per token, or None if the file has none."""
    found = values.get(_PREFIX + key)
    if found is None:
        return None
    if not isinstance(found, np.ndarray) or len(found) < n or not np.all(np.isfinite(found[:n])):
        raise UnreadableFile(
            f"{shown(name)} has a damaged tokenizer: {_PREFIX}{key} is not a list of {count(n)} numbers. Fetch it "
            "again."
        )
    return found[:n].astype(np.float64)


def _types(texts: list[str], stated: list[int]) -> list[int]:
    """Types as llama.cpp corrects them."""
    types = [
        USER_DEFINED if text in _ALWAYS_TEXT else CONTROL if text in _ALWAYS_CONTROL else t
        for text, t in zip(texts, stated, strict=True)
    ]
    known = {text: i for i, text in enumerate(texts) if text in _ALWAYS_CONTROL}
    calls = "<|call|>" in known or "<|calls|>" in known
    if "<|end|>" in known and calls and ("<|return|>" in known or "<|flush|>" in known):
        types[known["<|end|>"]] = USER_DEFINED
    if "<|tool_response>" in known and "</s>" in known:
        types[known["</s>"]] = NORMAL
    return types
