"""A byte-pair tokenizer with more entries: its own merges go first, so a text without new tokens is cut as before."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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

    def with_tokens(self, given: Sequence[str]) -> Extended:
        """The tokenizer with these tokens; each is built left to right from what spells it now.

        Raises:
            UserError: one is empty, given twice or there already, or no text would ever be cut into it.
        """
        if twice := next((one for n, one in enumerate(given) if one in given[:n]), None):
            raise UserError(f"The token {shown(twice)} is given twice. Give it once.")
        merges, symbols = list[Pair](), self._symbols()
        for token in given:
            word = self._pieces(token)
            for right in word[1:]:
                pair = (word[0], right)
                if pair not in merges:
                    merges.append(pair)
                word[0] = symbols.joined(pair)
        made = self._with(merges, symbols, len(given))
        engine = tokenizers.Tokenizer.from_str(json.dumps(made.document))
        for token in given:
            cut = engine.encode(token, add_special_tokens=False).tokens
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
        cut = self._engine.encode(token, add_special_tokens=False)
        if len(cut.ids) == 1:
            raise UserError(f"{self._tokenizer.info.label} has {shown(token)} already: it is id {cut.ids[0]}.")
        words = list(self._words(token))
        known = self._symbols().ids
        if len(words) != 1 or any(piece not in known for piece in cut.tokens):
            parts = " ".join(map(shown, words if len(words) > 1 else cut.tokens))
            raise UserError(
                f"The token {shown(token)} would never be reached: {self._tokenizer.info.label} cuts its text into "
                f"{parts} before any merge. Give a part of it that is one word."
            )
        return [known[piece] for piece in cut.tokens]

    def _words(self, text: str) -> Iterator[str]:
        """What the tokenizer's merges are applied to, one by one."""
        if self._engine.normalizer is not None:
            text = self._engine.normalizer.normalize_str(text)
        cutter = self._engine.pre_tokenizer
        yield from ([text] if cutter is None else (word for word, _ in cutter.pre_tokenize_str(text)))

    def _may_be(self, symbols: MergeSymbols, pair: Pair) -> bool:
        """Whether a merge stays within a word, and is of nothing that stands for what has no entry."""
        parts = [symbols.spellings[i] for i in pair]
        alone = any(_BYTE.fullmatch(one) or one == self._document["model"].get("unk_token") for one in parts)
        return not alone and _SPACE not in "".join(parts).lstrip(_SPACE)

    def _with(self, merges: Sequence[Pair], symbols: MergeSymbols, n_asked: int) -> Extended:
        model = self._document["model"]
        listed, added = MergeList(model), symbols.spellings[len(self._spelling_by_id) :]
        pairs = [*listed.pairs, *((symbols.spellings[a], symbols.spellings[b]) for a, b in merges)]
        first = max(ids_of(self._document)) + 1
        vocab = model["vocab"] | {token: first + n for n, token in enumerate(added)}
        document = self._document | {"model": model | {"vocab": vocab, "merges": listed.written(pairs)}}
        return Extended(document, tuple(added), len(added) - n_asked, self._tokenizer)
