"""Samples cut into words as a tokenizer's training cut them, and what speaks against its merges being read so."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from core.common.numbers import count
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.mixture.merges import LearnedMerges

MARK = "▁"  # how SentencePiece shows a space
LONGEST_WORD = 1_000  # symbols; a longer run without a space, as in Chinese, is cut there
_JOINED = re.compile(r"[^\s▁][\s▁]+[^\s▁]")
_AT_SPACES = re.compile(r"[ ▁]?[^\s▁]+|[\s▁]+(?![^\s▁])|[\s▁]")
_PRE_TOKENIZER = "Pre-tokenizer"
_SEVERAL = 0.001  # of the words: so many may hold a space without the pre-tokenizer being one that joins words


@dataclass(frozen=True)
class CutSamples:
    """Words of some texts.

    Args:
        words: of each text, how often each word stands in it, in first symbols.
        warnings: where the words may not be those that the tokenizer was trained on.
    """

    words: tuple[Counter[tuple[bytes, ...]], ...]
    warnings: tuple[str, ...]


def cut(tokenizer: Tokenizer, merges: LearnedMerges, texts: Sequence[str]) -> CutSamples:
    """Words of each text, as the tokenizer's pre-tokenizer cuts them.

    Where that leaves words together that no merge joins, the tokenizer was trained with another, and texts are cut at
    spaces.
    """
    found = [_pre_tokens(tokenizer, text) for text in texts]
    joined = sum(_joins_words(word) for words in found for word in words)
    merged = sum(_joins_words((left + right).decode(errors="replace")) for left, right in merges.pairs)
    at_spaces = not merged and joined > _SEVERAL * sum(map(len, found))
    return CutSamples(
        tuple(_in_symbols(_at_spaces(words) if at_spaces else words, merges) for words in found),
        tuple(_warnings(tokenizer.info.label, merges, merged, joined, at_spaces)),
    )


def _pre_tokens(tokenizer: Tokenizer, text: str) -> Counter[str]:
    stages = {stage.name: stage.pieces for stage in tokenizer.stages(text)}
    return Counter(stages.get(_PRE_TOKENIZER, (text,)))


def _joins_words(text: str) -> bool:
    return bool(_JOINED.search(text))


def _at_spaces(words: Counter[str]) -> Counter[str]:
    found = Counter[str]()
    for word, n in words.items():
        for part in _AT_SPACES.findall(word):
            found[part] += n
    return found


def _in_symbols(words: Counter[str], merges: LearnedMerges) -> Counter[tuple[bytes, ...]]:
    found = Counter[tuple[bytes, ...]]()
    for word, n in words.items():
        symbols = merges.symbols(word if merges.in_bytes else word.replace(MARK, " "))
        for start in range(0, len(symbols), LONGEST_WORD):
            found[tuple(symbols[start : start + LONGEST_WORD])] += n
    return found


def _warnings(label: str, merges: LearnedMerges, merged: int, joined: int, at_spaces: bool) -> list[str]:
    found = []
    if at_spaces:
        found.append(
            f"The pre-tokenizer of {label} leaves words together, and none of these merges joins words: it was trained "
            "with another. Samples are cut at spaces instead, which may not be what the training did."
        )
    elif merged and not joined:
        found.append(
            f"{count(merged)} of these merges join words, which the pre-tokenizer of {label} never leaves together: it "
            "was trained with another, and these merges say nothing here."
        )
    if merges.n_unclear:
        found.append(
            f"{count(merges.n_unclear)} entries among the first of {label} are not made of two earlier ones, so no "
            "merge is known for them. They are left out."
        )
    if not merges.in_bytes:
        found.append(
            f"{label} begins with characters. The SentencePiece trainer usually cuts between scripts and around digits "
            "as well, which is not written in every file and not done here."
        )
    return found
