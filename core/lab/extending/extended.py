"""A byte-pair tokenizer with more entries; a text without new ones is cut as before.

The merges of new entries stand behind its own, and none of them makes an entry that was there.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import tokenizers

from core.common.errors import UserError, shown
from core.common.numbers import count, so_many
from core.lab.tokenizer_folder import write_tokenizer
from core.models.loadable_tokenizer import loadable
from core.tokenizers.tokenizer import LocalTokenizer
from core.training.merges import MergeSymbols, Pair, WordPairs, learn
from core.vocabulary.repair.merge_list import MergeList
from core.vocabulary.shrinking.renumbered import ids_of

MOST_ADDED = 100_000
_LEAST = 2  # how often a pair has to stand to become a token
_BYTE = re.compile("<0x[0-9A-F]{2}>")
_SPACE = "▁"  # a word's start where no pre-tokenizer cuts
_SPACES = (_SPACE, "Ġ")


@dataclass(frozen=True, eq=False)
class Extended:
    """A larger tokenizer; nothing of it is written yet.

    Args:
        document: its tokenizer.json.
        added: its new entries as the file spells them, in order of their ids.
        n_on_the_way: those of them that only others are built from.
        made_from: the tokenizer that it is made from.
    """

    document: Mapping[str, Any]
    added: tuple[str, ...]
    n_on_the_way: int
    made_from: LocalTokenizer

    def write(self, out: Path) -> None:
        """A folder that transformers loads, whole or not at all.

        Raises:
            UserError: the folder is there already and holds something.
        """
        write_tokenizer(out, self.document, self.made_from)


class Extending:
    """A tokenizer to add tokens to.

    Args:
        tokenizer: byte-pair.

    Raises:
        UserError: it cannot be written as tokenizer.json, or is of another kind.
    """

    def __init__(self, tokenizer: LocalTokenizer) -> None:
        self._tokenizer = tokenizer
        self._document = json.loads(loadable(tokenizer))
        model = self._document["model"]
        if model.get("type", "BPE") != "BPE" or model.get("continuing_subword_prefix"):
            raise UserError(
                f"{tokenizer.info.label} ({tokenizer.info.algorithm}) has no merges to go on from. Choose a model with "
                "a byte-pair tokenizer to add tokens to."
            )
        self._engine = tokenizers.Tokenizer.from_str(json.dumps(self._document))
        self._spelling_by_id = {i: token for token, i in model["vocab"].items()}
        added = self._document.get("added_tokens") or []
        self._added = {int(token["id"]): str(token["content"]) for token in added}
        self._known = {*model["vocab"], *self._added.values()}
        letter = self._engine.encode("a", add_special_tokens=False).tokens
        self._puts_space = bool(letter) and letter[0].startswith(_SPACES)

    def with_tokens(self, given: Sequence[str]) -> Extended:
        """The tokenizer with these tokens, each built left to right from what spells it now, past what is there.

        Raises:
            UserError: one is empty, given twice or there already, or no text would ever be cut into it.
        """
        if twice := next((one for n, one in enumerate(given) if one in given[:n]), None):
            raise UserError(f"The token {shown(twice)} is given twice. Give it once.")
        merges, symbols = list[Pair](), self._symbols()
        for token in given:
            word = self._pieces(token)
            while len(word) > 1:
                at = self._first_new(word, symbols, token)
                pair = (word[at], word[at + 1])
                if pair not in merges:
                    merges.append(pair)
                word[at : at + 2] = [symbols.joined(pair)]
        made = self._with(merges, symbols, len(given))
        engine = tokenizers.Tokenizer.from_str(json.dumps(made.document))
        for token in given:
            cut = engine.encode(self._alone(token), add_special_tokens=False).tokens
            if len(cut) > 1:
                raise UserError(
                    f"The token {shown(token)} would never be reached: beside the others its text is cut into "
                    f"{' '.join(map(shown, cut))}. Leave one of those it overlaps with away."
                )
        return made

    def with_learnt(self, texts: Sequence[str], n: int) -> Extended:
        """The tokenizer with the best so many tokens that byte-pair merges of these texts go on to.

        Raises:
            UserError: there is no text, or so little that it has not so many.
        """
        if not 1 <= n <= MOST_ADDED:
            raise UserError(f"{count(n)} tokens cannot be added: give 1 to {count(MOST_ADDED)}.")
        if not any(texts):
            raise UserError("All of the text is measured, and none is left to learn tokens from. Name a longer one.")
        symbols, merges = self._symbols(), list[Pair]()
        words = Counter(word for text in texts for word in self._words(text))
        cut = [[symbols.ids[one.value] for one in self._engine.model.tokenize(word)] for word in words]
        n_before = len(symbols.spellings)
        pairs = WordPairs(cut, list(words.values()), lambda pair: self._may_be(symbols, pair))
        learn(pairs, symbols, n_before + n, _LEAST, merges)
        found = len(symbols.spellings) - n_before
        if found < n:
            there = so_many(found, "new token", "new tokens")
            raise UserError(
                f"The text has {there} that stand twice and more, and {count(n)} are to be added. Add fewer, or give "
                "more text."
            )
        return self._with(merges, symbols, n)

    def _symbols(self) -> MergeSymbols:
        return MergeSymbols([self._spelling_by_id[i] for i in sorted(self._spelling_by_id)])

    def _pieces(self, token: str) -> list[int]:
        """What spells a token now, as numbers of symbols."""
        if not token:
            raise UserError("An empty token cannot be added. Give one of a character at least.")
        text = self._alone(token)
        cut = self._engine.encode(text, add_special_tokens=False)
        if len(cut.ids) == 1:
            raise UserError(f"{self._tokenizer.info.label} has {shown(token)} already: it is id {cut.ids[0]}.")
        words = list(self._words(text))
        known = self._symbols().ids
        if len(words) != 1 or any(piece not in known for piece in cut.tokens):
            parts = " ".join(map(shown, words if len(words) > 1 else cut.tokens))
            raise UserError(
                f"The token {shown(token)} would never be reached: {self._tokenizer.info.label} cuts its text into "
                f"{parts} before any merge. Give a part of it that is one word."
            )
        return [known[piece] for piece in cut.tokens]

    def _first_new(self, word: Sequence[int], symbols: MergeSymbols, token: str) -> int:
        """Place of the first two symbols that make what the tokenizer has no entry for.

        Its own merges do not make such an entry of them: made now, texts without a new token would be cut otherwise.
        """
        at = next((n for n, pair in enumerate(pairwise(word)) if symbols.spelling(pair) not in self._known), None)
        if at is None:
            raise UserError(
                f"The token {shown(token)} cannot be built without cutting old texts otherwise: it is cut into "
                f"{' '.join(shown(symbols.spellings[i]) for i in word)}, and {self._tokenizer.info.label} has an entry "
                "already for any two of these side by side, which its merges do not make. Add a longer token instead."
            )
        return at

    def _alone(self, token: str) -> str:
        """The text that is cut into what spells a token and nothing else.

        Raises:
            UserError: the tokenizer puts a space before every text, and the token has none.
        """
        if not self._puts_space or token.startswith(" "):
            return token[1:] if self._puts_space else token
        raise UserError(
            f"{self._tokenizer.info.label} puts a space before every text, and the token {shown(token)} has none. Give "
            f"it with its space: {shown(' ' + token)}."
        )

    def _words(self, text: str) -> Iterator[str]:
        """What the tokenizer's merges are applied to, one by one."""
        normaliser, cutter = self._engine.normalizer, self._engine.pre_tokenizer
        for stretch in self._between_added(text):
            plain = stretch if normaliser is None else normaliser.normalize_str(stretch)
            yield from ([plain] if cutter is None else (word for word, _ in cutter.pre_tokenize_str(plain)))

    def _between_added(self, text: str) -> Iterator[str]:
        """A text without the tokens that are found in it before anything else, as runs of spaces are by some."""
        if not self._added:
            yield text
            return
        cut, at = self._engine.encode(text, add_special_tokens=False), 0
        for i, (start, end) in zip(cut.ids, cut.offsets, strict=True):
            if i in self._added and self._added[i] in text[start:end]:  # else it stands for what is unknown
                if at < start:
                    yield text[at:start]
                at = end
        if at < len(text):
            yield text[at:]

    def _may_be(self, symbols: MergeSymbols, pair: Pair) -> bool:
        """Whether a merge stays within a word, is of nothing that stands for what has no entry, and makes a new one."""
        parts = [symbols.spellings[i] for i in pair]
        alone = any(_BYTE.fullmatch(one) or one == self._document["model"].get("unk_token") for one in parts)
        joined = "".join(parts)
        return not alone and joined not in self._known and _SPACE not in joined.lstrip(_SPACE)

    def _with(self, merges: Sequence[Pair], symbols: MergeSymbols, n_asked: int) -> Extended:
        model = self._document["model"]
        listed, added = MergeList(model), symbols.spellings[len(self._spelling_by_id) :]
        pairs = [*listed.pairs, *((symbols.spellings[a], symbols.spellings[b]) for a, b in merges)]
        first = max(ids_of(self._document)) + 1
        vocab = model["vocab"] | {token: first + n for n, token in enumerate(added)}
        document = self._document | {"model": model | {"vocab": vocab, "merges": listed.written(pairs)}}
        return Extended(document, tuple(added), len(added) - n_asked, self._tokenizer)
