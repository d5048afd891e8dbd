"""What the tokens of a Hugging Face backend stand for: their spellings resolved to bytes and kinds.

The rules come from the backend's own decoder, model and pre-tokenizer, never from the look of the vocabulary. Added
tokens are matched in the text as they are written, so their bytes are their content in UTF-8, even where all other
tokens are written in the byte alphabet (tokenizers issue 1996; DeepSeek has added tokens such as `ü`).
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import tokenizers

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.components import has, pattern, states
from core.tokenizers.kinds import Kind
from core.tokenizers.vocabulary import Vocabulary, bytes_of_alphabet

MAX_ID = 4_000_000  # the largest vocabularies in use have about 260,000 entries
_BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")


@dataclass(frozen=True)
class Spelling:
    """How a backend writes its tokens.

    Args:
        alphabet: in the GPT-2 byte alphabet.
        spaces: (written, meant), such as ("▁", " ").
        byte_tokens: `<0x0A>` stands for the byte 0A.
        prefix: written before tokens that continue a word, such as "##".
        suffix: written after tokens that end a word, such as "</w>".
    """

    alphabet: bool
    spaces: tuple[tuple[str, str], ...]
    byte_tokens: bool
    prefix: str
    suffix: str

    def meant(self, spelling: str) -> bytes:
        """The bytes that a token of the model stands for; `<0xNN>` aside."""
        if self.prefix and spelling.startswith(self.prefix) and len(spelling) > len(self.prefix):
            spelling = spelling[len(self.prefix) :]
        if self.suffix:
            spelling = spelling.removesuffix(self.suffix)
        if self.alphabet and (data := bytes_of_alphabet(spelling)) is not None:
            return data
        return self.spaced(spelling).encode()

    def spaced(self, spelling: str) -> str:
        """The spelling with the backend's sign for a space read as one."""
        for written, meant in self.spaces:
            spelling = spelling.replace(written, meant)
        return spelling


def spelling_of(backend: tokenizers.Tokenizer) -> Spelling:
    """The rules by which this backend's tokens are spelled."""
    model, decoder = backend.model, backend.decoder
    parts = (decoder, backend.pre_tokenizer, backend.normalizer)
    suffixes = [state["suffix"] for state in states(decoder) if state["type"] == "BPEDecoder"]
    prefixes = [state["prefix"] for state in states(decoder) if state["type"] == "WordPiece"]
    return Spelling(
        alphabet=any(has(part, "ByteLevel") for part in parts),
        spaces=_spaces(backend),
        byte_tokens=bool(getattr(model, "byte_fallback", False)) or has(decoder, "ByteFallback"),
        prefix=getattr(model, "continuing_subword_prefix", None) or next(iter(prefixes), ""),
        suffix=getattr(model, "end_of_word_suffix", None) or next(iter(suffixes), ""),
    )


def _spaces(backend: tokenizers.Tokenizer) -> tuple[tuple[str, str], ...]:
    """What the decoder turns into a space, and what the normaliser or pre-tokenizer writes for one."""
    written = dict[str, str]()
    for state in [*states(backend.decoder), *states(backend.pre_tokenizer)]:
        if state["type"] == "Metaspace":
            written[state["replacement"]] = " "
    for state in states(backend.decoder):
        if state["type"] == "Replace" and "String" in state["pattern"] and pattern(state):
            written[pattern(state)] = state["content"]
    for state in states(backend.normalizer):
        if state["type"] == "Replace" and pattern(state) == " " and state["content"]:
            written[state["content"]] = " "
    return tuple(written.items())


def vocabulary_of(backend: tokenizers.Tokenizer) -> Vocabulary:
    """Every id of the backend in bytes, with the scores of a Unigram model.

    Raises:
        UnreadableFile: two tokens share an id, or an id is beyond 4,000,000; names them.
    """
    id_by_token: dict[str, int] = backend.get_vocab(with_added_tokens=True)
    size = check_ids(id_by_token)
    unigram = json.loads(backend.model.__getstate__()) if type(backend.model).__name__ == "Unigram" else None
    if unigram:  # a piece listed twice has an id that get_vocab does not show
        size = max(size, len(unigram["vocab"]))
    pieces, spellings = [b""] * size, [""] * size
    kinds = np.full(size, Kind.ORDINARY, np.uint8)
    spelling = spelling_of(backend)
    byte_tokens = spelling.byte_tokens or bool(unigram and unigram.get("byte_fallback"))
    for token, i in id_by_token.items():
        spellings[i] = token
        byte = _BYTE_TOKEN.fullmatch(token) if byte_tokens else None
        if byte:
            pieces[i], kinds[i] = bytes([int(byte[1], 16)]), Kind.BYTE
        else:
            pieces[i] = spelling.meant(token)
    _set_added(backend, spelling, pieces, kinds)
    unknown = _unknown(backend, unigram)
    if unknown is not None and unknown < size:
        pieces[unknown], kinds[unknown] = b"", Kind.UNKNOWN
    if not unigram:
        return Vocabulary(pieces, kinds, spellings)
    scores = np.full(size, np.nan)
    for i, (token, score) in enumerate(unigram["vocab"]):
        spellings[i], scores[i] = spellings[i] or token, score
    return Vocabulary(pieces, kinds, spellings, scores, "score")


def check_ids(id_by_token: dict[str, int]) -> int:
    """The number of ids, holes included.

    Raises:
        UnreadableFile: two tokens share an id, or one is far out of range.

    >>> check_ids({"a": 0, "b": 2})
    3
    """
    highest = max(id_by_token.values(), default=-1)
    if highest >= MAX_ID:
        token = next(t for t, i in id_by_token.items() if i == highest)
        raise UnreadableFile(
            f"The vocabulary gives {shown(token, 30)} the id {count(highest)}; ids up to {count(MAX_ID)} can be read. "
            "The file is damaged or not a tokenizer."
        )
    if len(set(id_by_token.values())) < len(id_by_token):
        token_by_id = dict[int, str]()
        for token, i in id_by_token.items():
            if (other := token_by_id.setdefault(i, token)) != token:
                raise UnreadableFile(
                    f"The vocabulary gives the id {count(i)} to both {shown(other, 30)} and {shown(token, 30)}. "
                    "The file is damaged or not a tokenizer."
                )
    return highest + 1


def _set_added(
    backend: tokenizers.Tokenizer, spelling: Spelling, pieces: list[bytes], kinds: np.ndarray[Any, np.dtype[np.uint8]]
) -> None:
    """Added tokens stand for their content, not for what the model's alphabet would make of it."""
    for i, token in backend.get_added_tokens_decoder().items():
        # A normalised one is looked for in the normalised text, where a space may already be written `▁`.
        pieces[i] = (spelling.spaced(token.content) if token.normalized else token.content).encode()
        kinds[i] = Kind.SPECIAL if token.special else Kind.ORDINARY


def _unknown(backend: tokenizers.Tokenizer, unigram: dict[str, Any] | None) -> int | None:
    """The id of the unknown token, if the model has one."""
    if unigram:
        unk_id = unigram.get("unk_id")
        return None if unk_id is None else int(unk_id)
    token = getattr(backend.model, "unk_token", None)
    return None if token is None else backend.token_to_id(token)
