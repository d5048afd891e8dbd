"""How a text is cut into words before a trainer sees it, and how its bytes or spaces are then written.

The same components stand in the tokenizer that comes of it, so a text is cut for use as it was for training.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Literal

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers

from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.vocabulary import byte_of_character
from core.training import by_ffbpe
from core.training.phrases import phrases
from core.training.pieces_of_lines import pieces_of_lines
from core.training.stretches import CountedStretches
from core.training.text import Chunks

Level = Literal["bytes", "characters"]  # of which the smallest pieces are made

SPACE = "▁"
BUDOUX = "budoux"  # cuts at phrases, which no file can, and then as o200k
_OF_PHRASES = "o200k"
_AFTER_LINES = r"(?<=[\r\n])(?!\s*[\r\n])"
_PATTERNS = {
    **{name: PRE_TOKENIZERS[name].patterns for name in ("gpt2", "cl100k", "o200k", "llama3", "none")},
    # The second stage of SuperBPE's script; a word of several words does not go beyond its line.
    "superbpe": (_AFTER_LINES, *PRE_TOKENIZERS["superbpe-script"].patterns),
    # The same without its cut through letters that carry two marks, as they do in Thai or Hindi.
    "superwords": (_AFTER_LINES, r"\p{N}{1,3}| ?[^\s\p{L}\p{M}\p{N}]{2,}[\r\n/]*| +(?!\S)"),
    "scripts": (r" ?\S+|\s+",),
    BUDOUX: PRE_TOKENIZERS[_OF_PHRASES].patterns,
}
PATTERNED = tuple(_PATTERNS)
IN_FILES = tuple(name for name in PATTERNED if name != BUDOUX)
# What is no symbol there.
_LETTERS = {"superbpe": r"\p{L}", "superwords": r"[\p{L}\p{M}]"}
# Each one pattern, something of which matches whatever stands in a text; GPT-2's as ffbpe knows it by heart.
_ONE_PATTERN = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    **{name: PRE_TOKENIZERS[name].patterns[0] for name in ("cl100k", "o200k", "llama3")},
}
_ALPHABET = {byte: character for character, byte in byte_of_character().items()}
BERT = "bert"
AS_PRE, NO_NORMALISER = "as the pre-tokenizer", "none"  # where digits are not cut by themselves, nor a text changed
DIGITS = {
    AS_PRE: (),
    "alone": (r"\p{N}",),
    "threes from the left": (r"\p{N}{1,3}",),
    "threes from the right": (r"\p{N}+", r"(?=(\p{N}{3})+(?!\p{N}))"),
}
NORMALISERS: dict[str, normalizers.Normalizer | None] = {
    NO_NORMALISER: None,
    "nfc": normalizers.NFC(),
    "nfkc": normalizers.NFKC(),
    "lowercase": normalizers.Lowercase(),
}


@dataclass(frozen=True)
class Cut:
    """How a text is cut into words.

    Args:
        pre: name of the pre-tokenizer, one of `PATTERNED` or `BERT`. The components below know nothing of phrases,
            which are cut before.
        digits: a key of `DIGITS`.
        normaliser: a key of `NORMALISERS`.
        level: what the smallest pieces are; with `BERT` they are characters, and spaces are left out.
        longest: characters of a word, behind which it is cut; 0 where words may be of any length.
    """

    pre: str
    digits: str
    normaliser: str
    level: Level
    longest: int = 0

    def put_on(self, tokenizer: Tokenizer) -> None:
        """Let a tokenizer cut so, and decode what is written so."""
        if (normaliser := NORMALISERS[self.normaliser]) is not None:
            tokenizer.normalizer = normaliser
        tokenizer.pre_tokenizer = self.pre_tokenizer()
        tokenizer.decoder = self._decoder()

    def pre_tokenizer(self, left_out: str = "") -> pre_tokenizers.PreTokenizer:
        """The components that cut, and write.

        Args:
            left_out: a pattern; what it matches is no part of any word.
        """
        writes: list[pre_tokenizers.PreTokenizer] = []
        if self.pre != BERT and self.level == "bytes":
            writes = [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        elif self.pre != BERT:
            writes = [pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="never", split=False)]
        return pre_tokenizers.Sequence([*self.cuts(left_out), *writes])

    def cuts(self, left_out: str = "") -> list[pre_tokenizers.PreTokenizer]:
        """The components that cut, one after the other."""
        steps = [_split(pattern) for pattern in DIGITS[self.digits]]
        steps += [pre_tokenizers.Split(Regex(left_out), "removed")] if left_out else []
        if self.pre == BERT:
            return [*steps, pre_tokenizers.BertPreTokenizer()]
        steps += [_split(pattern) for pattern in _PATTERNS[self.pre]]
        steps += [pre_tokenizers.UnicodeScripts()] if self.pre == "scripts" else []
        return [*steps, _split(rf"[\s\S]{{1,{self.longest}}}")] if self.longest else steps

    @property
    def pattern(self) -> str:
        """What cuts, if that is one pattern that ffbpe reads; empty otherwise."""
        name = _OF_PHRASES if self.pre == BUDOUX else self.pre
        return _ONE_PATTERN.get(name, "") if self._is_plain else ""

    @property
    def letters(self) -> str:
        """What is no symbol, if nothing cuts but the pattern of SuperBPE's second stage; empty otherwise."""
        return _LETTERS.get(self.pre, "") if self._is_plain else ""

    @property
    def _is_plain(self) -> bool:
        return not DIGITS[self.digits] and not self.longest

    def _decoder(self) -> decoders.Decoder:
        if self.pre == BERT:
            return decoders.WordPiece(cleanup=False)
        if self.level == "bytes":
            return decoders.ByteLevel()
        return decoders.Sequence([decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()])

    def phrases(self, texts: Iterable[str]) -> Iterator[str]:
        """Texts as the components are given them in training: whole, or phrase by phrase."""
        return chain.from_iterable(map(phrases, texts)) if self.pre == BUDOUX else iter(texts)

    def words(self, chunks: Chunks, left_out: str = "") -> Counter[str]:
        """How often each word stands in a text, as the smallest pieces are written.

        Counted once for all trainers and sizes that one process makes of a text.
        """
        found: Counter[str] = Counter()
        for word, n in self.plain_words(chunks, left_out).items():
            found[self._written(word)] += n
        return found

    def plain_words(self, chunks: Chunks, left_out: str = "") -> Mapping[str, int]:
        """The same as they stand in the text, in order."""
        return _counted(self, chunks, left_out)

    def pieces(self, chunks: Chunks) -> CountedStretches:
        """The same as bytes in one buffer, in any order."""
        return _pieces(self, chunks)

    def _written(self, word: str) -> str:
        if self.pre == BERT:
            return word
        if self.level == "bytes":
            return word.encode().decode("latin-1").translate(_ALPHABET)
        return word.replace(" ", SPACE)


def normalised(chunks: Iterable[str], name: str) -> Iterator[str]:
    """A text as a normaliser of `NORMALISERS` leaves it."""
    normaliser = NORMALISERS[name]
    return map(normaliser.normalize_str, chunks) if normaliser else iter(chunks)


@lru_cache(maxsize=32)  # the languages of one text, and their parallel sentences
def _counted(cut: Cut, chunks: Chunks, left_out: str) -> Mapping[str, int]:
    found = counted(cut, chunks, left_out)
    return MappingProxyType({word: found[word] for word in sorted(found)})


@lru_cache(maxsize=4)
def _pieces(cut: Cut, chunks: Chunks) -> CountedStretches:
    if cut.letters:
        return pieces_of_lines(normalised(chunks, cut.normaliser), cut.letters)
    return CountedStretches.of_words(cut.plain_words(chunks))


def counted(cut: Cut, chunks: Iterable[str], left_out: str = "") -> Mapping[str, int]:
    """How often each word stands in a text, in any order; not remembered."""
    texts = cut.phrases(normalised(chunks, cut.normaliser))
    if by_ffbpe.IS_HERE and cut.pattern:
        return by_ffbpe.words_of_pattern(cut.pattern, _without(texts, left_out) if left_out else texts)
    if cut.letters and not left_out:
        return pieces_of_lines(texts, cut.letters).words()
    splits, found = pre_tokenizers.Sequence(cut.cuts(left_out)), Counter[str]()
    for text in texts:
        found.update(word for word, _ in splits.pre_tokenize_str(text))
    return found


def _without(texts: Iterable[str], left_out: str) -> Iterator[str]:
    """What lies between all that a pattern matches."""
    cut = re.compile(left_out)
    return (part for text in texts for part in cut.split(text) if part)


def _split(pattern: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Split(Regex(pattern), "isolated")
