"""Which token of an old vocabulary says the same as each token of a new one.

Tokens are compared on the bytes they stand for, whatever alphabet their files write them in: `Ġé` in GPT-2's alphabet,
`▁é` in SentencePiece's and ` é` in tiktoken's are one token, `Ċ` and `<0x0A>` are one byte, and half a character is
never taken for a whole one. A leading space belongs to the token: `▁the` is ` the` and not `the`. Special tokens are
matched by role and never on bytes.

On real pairs this finds up to 24 times more shared tokens than comparing strings.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.tokenizers.kinds import Kind
from core.tokenizers.special_roles import roles_of, special_ids, stand_in
from core.tokenizers.tokenizer import LocalTokenizer
from core.tokenizers.vocabulary import Vocabulary

Ids = NDArray[np.int64]


class Rule(IntEnum):
    """Why a new token has the old token that it has."""

    NONE = 0  # it has none
    BYTES = 1  # both stand for the same bytes
    WORD_START = 2  # WordPiece writes no space before a word; the other vocabulary does
    SHADOWED = 3  # a byte-fallback token whose byte the new vocabulary also has as an ordinary token
    ROLE = 4  # special tokens of the same role, or its stand-in
    SPELLING = 5  # special tokens without a known role, spelled alike
    UNUSED = 6  # ids that stand for nothing, paired in order; padding rows too

    @property
    def words(self) -> str:
        """
        >>> Rule.WORD_START.words
        'word start'
        """
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, eq=False)
class Match:
    """What each row of the new matrices corresponds to in the old ones.

    Args:
        old_by_new: old id per new row, -1 where there is none, int64 (V_rows,).
        rules: `Rule` per new row, uint8 (V_rows,).
        text: whether a row's token stands for text, bool (V_rows,); the others are special, unused or padding.
        n_vocabulary: ids of the new tokenizer; rows beyond are padding, as many as the old matrices have.
        special_ids: the new tokenizer's roles.
        repeats: whether a row's special token has the old token of another one too, whose role counts for more, bool
            (V_rows,): the model reads it, but would share out the old token's probability if it could write both.
        starts_texts: (new id, old id) where one token of the new tokenizer both starts and ends texts, and the old one
            has two: what is read at the start of a text is the old BOS, what is predicted at the end is the old EOS.
        n_same_bytes: different byte strings of ordinary and byte tokens that both vocabularies have.
        n_same_strings: different spellings that both files have; None where a file has no spellings.
        n_same_normalised: the same after the word-start mark (`Ġ`, `▁`) is written one way; None likewise.
    """

    old_by_new: Ids
    rules: NDArray[np.uint8]
    text: NDArray[np.bool_]
    n_vocabulary: int
    special_ids: dict[str, int]
    repeats: NDArray[np.bool_]
    starts_texts: tuple[int, int] | None
    n_same_bytes: int
    n_same_strings: int | None
    n_same_normalised: int | None

    @cached_property
    def n_by_rule(self) -> dict[Rule, int]:
        """New rows under each rule."""
        counts = np.bincount(self.rules, minlength=len(Rule))
        return {rule: int(counts[rule]) for rule in Rule}

    @cached_property
    def shared(self) -> NDArray[np.bool_]:
        """Whether a row's token stands for text that the old vocabulary has a token for, bool (V_rows,)."""
        on_text: NDArray[np.bool_] = np.isin(self.rules, (Rule.BYTES, Rule.WORD_START, Rule.SHADOWED))
        return on_text

    @cached_property
    def read_as(self) -> Ids:
        """Old id per new row for the input matrix; differs from `old_by_new` only where `starts_texts` says so."""
        ids = self.old_by_new
        if self.starts_texts:
            ids = ids.copy()
            ids[self.starts_texts[0]] = self.starts_texts[1]
        return ids

    @cached_property
    def new_text(self) -> Ids:
        """New ids that stand for text and have no old token, ascending, int64 (n,)."""
        return np.flatnonzero(self.text & (self.rules == Rule.NONE)).astype(np.int64)


def vocabulary_of(tokenizer: LocalTokenizer) -> Vocabulary:
    """The tokenizer's vocabulary.

    Raises:
        UserError: it has none.
    """
    if tokenizer.vocabulary is None:
        raise UserError(
            f"{tokenizer.info.label} has no vocabulary, so a model can have no row for each of its tokens. "
            "Choose a tokenizer with a fixed list of tokens."
        )
    return tokenizer.vocabulary


def match(
    old: LocalTokenizer,
    new: LocalTokenizer,
    old_rows: int | None = None,
    old_roles: Mapping[str, int] | None = None,
    pad_to: int = 1,
) -> Match:
    """What each row of matrices for the new tokenizer corresponds to in matrices for the old one.

    Args:
        old_rows: rows of the old matrices. What they have beyond the old vocabulary is padding, and the new matrices
            get as many padding rows, so that a softmax over all rows means what it meant.
        old_roles: ids that the old model itself uses for roles such as "bos"; they come before what its tokenizer says.
        pad_to: the new matrices get as many more padding rows as make their number a multiple of this.

    Raises:
        UserError: a tokenizer has no vocabulary.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> same = match(open_tokenizer("builtin:utf8-bytes"), open_tokenizer("builtin:utf8-bytes"))
    >>> same.old_by_new.tolist() == list(range(259))
    True
    """
    old_words, new_words = vocabulary_of(old), vocabulary_of(new)
    old_special, new_special = special_ids(old), special_ids(new)
    n_padding = max(0, (old_rows or 0) - len(old_words))
    n_rows = -(-(len(new_words) + n_padding) // pad_to) * pad_to
    old_by_new = np.full(n_rows, -1, np.int64)
    rules = np.zeros(len(old_by_new), np.uint8)
    text = np.zeros(len(old_by_new), np.bool_)
    text[: len(new_words)] = [bool(p) and i not in new_special for i, p in enumerate(new_words.pieces)]
    _match_text(old, new, old_special, np.flatnonzero(text), old_by_new, rules)
    roles = roles_of(old) | dict(old_roles or {}), roles_of(new)
    _match_special((old_words, new_words), (old_special, new_special), roles, old_by_new, rules)
    unused = [[i for i, p in enumerate(w.pieces) if not p and i not in s]
              for w, s in ((old_words, old_special), (new_words, new_special))]  # fmt: skip
    for ids_old, ids_new in (unused, [range(len(w), len(w) + n_padding) for w in (old_words, new_words)]):
        for old_id, new_id in zip(ids_old, ids_new, strict=False):
            old_by_new[new_id], rules[new_id] = old_id, Rule.UNUSED
    strings = _strings(old_words, old_special), _strings(new_words, new_special)
    spelled = bool(old_words.spellings and new_words.spellings)
    marks = [{s.replace("Ġ", "▁", 1) if s.startswith("Ġ") else s for s in found} for found in strings]
    return Match(
        old_by_new,
        rules,
        text,
        len(new_words),
        roles[1],
        _repeats(roles[1], old_by_new, rules),
        _starts_texts(*roles),
        len(_bytes(old_words, old_special) & _bytes(new_words, new_special)),
        len(strings[0] & strings[1]) if spelled else None,
        len(marks[0] & marks[1]) if spelled else None,
    )


def _bytes(words: Vocabulary, special: set[int]) -> set[bytes]:
    return {piece for i, piece in enumerate(words.pieces) if piece and i not in special}


def _strings(words: Vocabulary, special: set[int]) -> set[str]:
    return {spelling for i, spelling in enumerate(words.spellings) if words.pieces[i] and i not in special}


def _match_text(
    old: LocalTokenizer,
    new: LocalTokenizer,
    old_special: set[int],
    new_ids: NDArray[np.intp],
    old_by_new: Ids,
    rules: NDArray[np.uint8],
) -> None:
    """Pair ordinary and byte tokens on their bytes, in place."""
    words = vocabulary_of(new)
    known = defaultdict[bytes, list[tuple[int, int, str]]](list)  # bytes to (id, kind, spelling) of the old tokens
    for i, key in enumerate(vocabulary_of(old).pieces):
        if key and i not in old_special:
            known[key].append((i, *_looks(vocabulary_of(old), i)))
    starts = _word_starts(old), _word_starts(new)
    lacks_space = {i: vocabulary_of(old).pieces[i] for i in starts[0]}
    begun = {b" " + piece: i for i, piece in lacks_space.items()}  # ` the` of another vocabulary is WordPiece's `the`
    repeats = defaultdict[tuple[bytes, int, str], int](int)
    plain = {words.pieces[i] for i in np.flatnonzero(words.kinds == Kind.ORDINARY).tolist() if words.pieces[i]}
    for new_id in new_ids.tolist():
        piece, looks = words.pieces[new_id], _looks(words, new_id)
        rule = Rule.BYTES
        if starts[0] is not starts[1] and new_id in starts[1] and b" " + piece in known:
            piece, rule = b" " + piece, Rule.WORD_START
        elif not starts[1] and piece in begun:
            old_by_new[new_id], rules[new_id] = begun[piece], Rule.WORD_START
            continue
        found = known.get(piece, [])
        if not starts[1]:  # `the` of another vocabulary is WordPiece's `##the`, unless only `the` is there
            found = [f for f in found if f[0] not in lacks_space] or found
        if not found:
            continue
        alike = [f for f in found if f[1:] == looks] or [f for f in found if f[1] == looks[0]]
        nth = repeats[piece, *looks]  # a token listed twice pairs in order
        repeats[piece, *looks] += 1
        chosen = alike or found
        old_by_new[new_id] = chosen[min(nth, len(chosen) - 1)][0]
        shadowed = words.kinds[new_id] == Kind.BYTE and piece in plain and not alike
        rules[new_id] = Rule.SHADOWED if shadowed else rule


def _looks(words: Vocabulary, i: int) -> tuple[int, str]:
    return int(words.kinds[i]), words.spellings[i] if words.spellings else ""


_NOWHERE: frozenset[int] = frozenset()


def _word_starts(tokenizer: LocalTokenizer) -> frozenset[int]:
    """Ids of WordPiece's tokens that begin a word, whose space its vocabulary does not write; none for other kinds.

    Marks stand apart from words with or without a space, and so do Chinese characters, which BERT parts from their
    neighbours: they mean themselves.
    """
    words = vocabulary_of(tokenizer)
    if tokenizer.info.algorithm != "WordPiece" or not words.spellings:
        return _NOWHERE
    special = special_ids(tokenizer)
    return frozenset(
        i
        for i, spelling in enumerate(words.spellings)
        if spelling[:1].isalnum() and not "\u3000" < spelling[:1] < "\ua000" and i not in special
    )


def _match_special(
    words: tuple[Vocabulary, Vocabulary],
    special: tuple[set[int], set[int]],
    roles: tuple[dict[str, int], dict[str, int]],
    old_by_new: Ids,
    rules: NDArray[np.uint8],
) -> None:
    """Pair special tokens by role, the rest by spelling, in place."""
    pieces, new_pieces = (w.pieces for w in words)
    id_by_spelling = {pieces[i]: i for i in sorted(special[0], reverse=True) if pieces[i]}
    for role, new_id in reversed(roles[1].items()):  # the first role of a token that has several counts
        counterpart = stand_in(role, roles[0])
        if counterpart is not None and new_id in special[1]:
            old_by_new[new_id], rules[new_id] = counterpart, Rule.ROLE
    for new_id in special[1]:
        spelled = id_by_spelling.get(new_pieces[new_id])
        if rules[new_id] == Rule.NONE and spelled is not None:
            old_by_new[new_id], rules[new_id] = spelled, Rule.SPELLING


def _repeats(roles: dict[str, int], old_by_new: Ids, rules: NDArray[np.uint8]) -> NDArray[np.bool_]:
    special = np.flatnonzero(np.isin(rules, (Rule.ROLE, Rule.SPELLING))).tolist()
    by_weight = [new_id for new_id in dict.fromkeys((*roles.values(), *special)) if new_id in set(special)]
    first = {old: new_id for new_id in reversed(by_weight) if (old := int(old_by_new[new_id])) >= 0}
    repeats = np.zeros(len(old_by_new), np.bool_)
    repeats[[new_id for new_id in by_weight if first.get(int(old_by_new[new_id])) != new_id]] = True
    return repeats


def _starts_texts(old: dict[str, int], new: dict[str, int]) -> tuple[int, int] | None:
    """(new id, old id) of a token read at the start of texts though it is predicted as their end."""
    start = new.get("bos", new.get("eos"))
    if start is None or start != new.get("eos") or "bos" not in old or old["bos"] == old.get("eos"):
        return None
    return start, old["bos"]
