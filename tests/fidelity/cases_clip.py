"""CLIP against a plain restatement of its tokenizer, without the repair of mis-decoded text and HTML."""

import gzip
import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import regex

from core.tokenizers.vocabulary import byte_of_character
from tests.datafolder import TOKENIZERS
from tests.fidelity.case import Case

_PATH = TOKENIZERS / "other" / "clip_bpe_simple_vocab_16e6.txt.gz"
_PATTERN = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.IGNORECASE)


def _reference() -> Callable[[str], list[int]]:
    character_by_byte = {byte: character for character, byte in byte_of_character().items()}
    lines = gzip.decompress(_PATH.read_bytes()).decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    pairs = [tuple(line.split()) for line in lines]
    rank_by_pair = {pair: rank for rank, pair in enumerate(pairs)}
    characters = list(byte_of_character())
    tokens = [*characters, *(c + "</w>" for c in characters), *("".join(pair) for pair in pairs)]
    id_by_token = {token: i for i, token in enumerate(tokens)}

    @cache
    def merged(word: str) -> tuple[str, ...]:
        symbols = [*word[:-1], word[-1] + "</w>"]
        while len(symbols) > 1:
            best = min(pairwise(symbols), key=lambda pair: rank_by_pair.get(pair, len(pairs)))
            if best not in rank_by_pair:
                break
            after, at = [], 0
            while at < len(symbols):
                joins = tuple(symbols[at : at + 2]) == best
                after.append("".join(best) if joins else symbols[at])
                at += 2 if joins else 1
            symbols = after
        return tuple(symbols)

    def encode(text: str) -> list[int]:
        text = regex.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).lower()
        words = ("".join(character_by_byte[b] for b in word.encode()) for word in _PATTERN.findall(text))
        return [id_by_token[token] for word in words for token in merged(word)]

    return encode


def _accepts(text: str) -> bool:
    """Not a capital sigma at the end of a word, which Python lowers to ς and the tokenizers library to σ."""
    return "Σ" not in text


CASES = [Case("clip", "CLIP", f"file:{_PATH}", "its rule, restated", _reference, _accepts)]
