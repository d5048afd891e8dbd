"""The longest entry from the beginning of a word, and so on, found by an automaton: WordPiece on bytes.

The library looks for an entry from the end of a word each time, which takes the square of its length and more, and
lexicons of superwords are cut from whole lines: FLORES-200 would have taken it hours.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import ahocorasick_rs
import numpy as np
from tokenizers import Tokenizer

from core.counting.engine import CannotCount, Counter, CountingEngine, beside_reference
from core.tokenizers.tokenizer import Counts, LocalTokenizer
from core.tokenizers.vocabulary import byte_of_character

_CALL_CHARACTERS = 100_000  # Python's lock is held for as long
_APART = "\n"  # between the words of a text: bytes are written in an alphabet that is without it


class LongestMatch:
    """Cuts as a WordPiece model does whose entries go on within words as they begin them, all bytes among them.

    Args:
        data: content of its tokenizer.json.

    Raises:
        CannotCount: it is another model, or may meet what it cannot spell.
    """

    def __init__(self, data: bytes) -> None:
        document: dict[str, Any] = json.loads(data)
        model, alphabet = document["model"], byte_of_character()
        if model["type"] != "WordPiece" or model["continuing_subword_prefix"]:
            raise CannotCount("no lexicon of longest matches")
        entries: dict[str, int] = model["vocab"]
        if not _writes_bytes(document["pre_tokenizer"]) or not alphabet.keys() <= entries.keys():
            raise CannotCount("not every byte is an entry")
        self.added = [token["content"] for token in document["added_tokens"]]
        self._longest_word: int = model["max_input_chars_per_word"]
        library = Tokenizer.from_str(data.decode())
        self._normaliser, self._words = library.normalizer, library.pre_tokenizer
        # What is written otherwise stands in no word.
        found = {piece: i for piece, i in entries.items() if piece and alphabet.keys() >= set(piece)}
        self._ids = list(found.values())
        self._search = ahocorasick_rs.AhoCorasick(list(found), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def ids(self, text: str) -> list[int]:
        """The ids of a text without added tokens.

        Raises:
            OverflowError: a word is longer than the model takes; it is unknown then.
        """
        return [self._ids[place] for place, _, _ in self._matches(text)]

    def count(self, texts: Sequence[str]) -> Counts:
        """How many each has, and raises as `ids`."""
        tokens = np.fromiter((len(self._matches(text)) for text in texts), np.int32, len(texts))
        return Counts(tokens, np.zeros(len(texts), np.int32))

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        """(entry, start, end) each: a byte is an entry, so that one begins where that before ends."""
        normal = self._normaliser.normalize_str(text) if self._normaliser else text
        words = [word for word, _ in self._words.pre_tokenize_str(normal)]
        if max(map(len, words), default=0) > self._longest_word:
            raise OverflowError
        return self._search.find_matches_as_indexes(_APART.join(words))


def _writes_bytes(pre_tokenizer: dict[str, Any] | None) -> bool:
    """Whether the last step of a pre-tokenizer writes bytes in GPT-2's alphabet."""
    *_, last = _steps(pre_tokenizer or {})
    return last.get("type") == "ByteLevel"


def _steps(pre_tokenizer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One after the other, those within others too."""
    if pre_tokenizer.get("type") != "Sequence":
        yield pre_tokenizer
        return
    for step in pre_tokenizer["pretokenizers"]:
        yield from _steps(step)


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by the automaton; the reference counts a call with a word that is too long.

    Raises:
        CannotCount: it is no lexicon of longest matches on bytes.
    """
    form = tokenizer.serialised()
    if form is None or form.format != "tokenizers":
        raise CannotCount("no format that it reads")
    lexicon = LongestMatch(form.data)
    return beside_reference(tokenizer, lexicon.count, lexicon.added, _CALL_CHARACTERS)


ENGINE = CountingEngine(key="longest-match", label="longest match by an automaton", build=build)
