"""Ids read back: the tokens and bytes they stand for, and whether the text they say gives the same ids again."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.common.errors import TooLarge, UserError, shown
from core.common.numbers import count
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Specials, TokenDetails, Tokenizer

MAX_IDS = 20_000
_BETWEEN = re.compile(r"[\s,;|，、()\[\]{}]+")
_WRAPPED = re.compile(
    r"\s*[A-Za-z_.]*(?:[Tt]ensor|[Aa]rray)\(([^()a-z]*)(?:[a-z]+=(?:[^()]|\([^()]*\))*)?\)\s*",
)
_NAMES = ("input_ids", "ids", "token_ids", "tokens")
# A list behind its name, as Python prints and writes it: {'input_ids': [1, 2], …}, Encoding(ids=[1, 2], …)
_NAMED = re.compile(
    rf"""(?:^|[{{(,\s])['"]?({"|".join(_NAMES)})['"]?\s*[:=]\s*(?:[\w.]*(?:tensor|array)\()?(\[[\d\s,+\-\[\]]*\])"""
)
_WAYS = (
    (Specials(), "read as plain text"),
    (Specials(parse=True), "with special tokens read in the text"),
    (Specials(add=True), "with the tokens that the tokenizer adds around the text"),
    (Specials(add=True, parse=True), "with added tokens, and special ones read in the text"),
)


def parse_ids(text: str) -> tuple[int, ...]:
    """The ids in what somebody pasted: numbers with anything usual between them, a list, or one with a name.

    Raises:
        UserError: something in it is no whole number; says what and where.
        TooLarge: over 20,000 ids.

    >>> parse_ids("[9906, 1917]"), parse_ids("9906 1917"), parse_ids('{"input_ids": [[1, 2]]}')
    ((9906, 1917), (9906, 1917), (1, 2))
    >>> parse_ids("tensor([[1, 2]], device='cuda:0')"), parse_ids("{'input_ids': [1, 2], 'attention_mask': [1, 1]}")
    ((1, 2), (1, 2))
    """
    text = text.removeprefix("\ufeff")
    wrapped = _WRAPPED.fullmatch(text)
    parts = [part for part in _BETWEEN.split(_listed(wrapped[1] if wrapped else text)) if part]
    if len(parts) > MAX_IDS:
        raise TooLarge(
            f"There are {count(len(parts))} ids; up to {count(MAX_IDS)} can be read at once. Paste a part of them."
        )
    return tuple(_whole(part, n) for n, part in enumerate(parts, 1))


def _listed(text: str) -> str:
    """The list in a JSON object or behind a name in Python; any other text as it is."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return _behind_a_name(text)
    if not isinstance(document, dict):
        return text
    name = next((name for name in _NAMES if name in document), None)
    if name is None:
        raise UserError(f"The object has no list of ids. Name it one of: {', '.join(_NAMES)}.")
    return json.dumps(document[name])


def _behind_a_name(text: str) -> str:
    """
    >>> _behind_a_name("Encoding(num_tokens=2, ids=[1, 2])"), _behind_a_name("ids=[[1], [x]]")
    ('[1, 2]', 'ids=[[1], [x]]')
    """
    listed = {found[1]: found[2] for found in _NAMED.finditer(text) if found[2].count("[") == found[2].count("]")}
    return next((listed[name] for name in _NAMES if name in listed), text)


def _whole(part: str, place: int) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,18}", part):
        return int(part)
    raise UserError(
        f"Number {count(place)} is {shown(part, 30)}, which is no id. Ids are whole numbers such as 9906, with commas, "
        "spaces or lines between them."
    )


@dataclass(frozen=True)
class WayBack:
    """What becomes of the text that ids say when it is cut again.

    Args:
        ids: of the text, as the tokenizer cuts it.
        how: in which way the text was read, in words.
        place: of the first id that differs; None where all are the same.
    """

    ids: tuple[int, ...]
    how: str
    place: int | None


@dataclass(frozen=True, eq=False)
class ReadIds:
    """Ids and what they stand for.

    Args:
        entries: per id, what the vocabulary says; None for one that it has no entry for.
        size: number of ids in the vocabulary.
        outside: ids that are negative or beyond the vocabulary, distinct, in order.
        unassigned: ids within it that no entry has, distinct, in order.
        data: the bytes that the ids with an entry say together.
        broken: place of the first byte that is no UTF-8; None where all is.
        back: the text cut again; None where there is none to cut.
    """

    entries: tuple[TokenDetails | None, ...]
    size: int
    outside: tuple[int, ...]
    unassigned: tuple[int, ...]
    data: bytes
    broken: int | None
    back: WayBack | None


def read_ids(tokenizer: Tokenizer, ids: Sequence[int]) -> ReadIds:
    """What ids stand for under a tokenizer, and whether its text gives them back.

    Raises:
        UserError: the tokenizer has no vocabulary to look them up in.

    >>> from core.tokenizers.formats.builtin import ByteTokenizer
    >>> found = read_ids(ByteTokenizer(), [75, 108, 999])
    >>> found.data, found.outside, found.back
    (b'Hi', (999,), None)
    """
    size = tokenizer.info.n_vocabulary
    if size is None:
        raise UserError(f"{tokenizer.info.label} has no vocabulary, so no text comes back from its ids.")
    entries = _entries(tokenizer, ids, size)
    known = [entry.id for entry in entries if entry is not None]
    data = tokenizer.decode(known)
    broken = _broken(data)
    whole = len(known) == len(ids) and broken is None and bool(ids)
    return ReadIds(
        entries,
        size,
        _distinct(i for i in ids if not 0 <= i < size),
        _distinct(i for i, entry in zip(ids, entries, strict=True) if entry is None and 0 <= i < size),
        data,
        broken,
        way_back(tokenizer, ids) if whole else None,
    )


def _entries(tokenizer: Tokenizer, ids: Sequence[int], size: int) -> tuple[TokenDetails | None, ...]:
    distinct = list(_distinct(i for i in ids if 0 <= i < size))
    by_id = {entry.id: entry for entry in tokenizer.describe(distinct) if is_assigned(entry)}
    return tuple(by_id.get(i) for i in ids)


def is_assigned(entry: TokenDetails) -> bool:
    """Whether the vocabulary has an entry for the id: some have holes."""
    return bool(entry.piece or entry.spelling or entry.kind != Kind.ORDINARY)


def _distinct(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(ids))


def _broken(data: bytes) -> int | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def way_back(tokenizer: Tokenizer, ids: Sequence[int]) -> WayBack:
    """The text of ids cut again, in the way that gives the same ids where one does, else in the plainest."""
    plain: WayBack | None = None
    for specials, how in _WAYS:
        for body in _bodies(tokenizer, ids) if specials.add else [list(ids)]:
            text = tokenizer.decode(body).decode(errors="replace")
            found = tuple(tokenizer.segment(text, specials).ids.tolist())
            way = WayBack(found, how, _first_difference(found, ids))
            if way.place is None:
                return way
            plain = plain or way
    assert plain is not None, "the plain way is always tried"
    return plain


def _bodies(tokenizer: Tokenizer, ids: Sequence[int]) -> list[list[int]]:
    """The ids without those that the tokenizer adds around a text, where they may be such."""
    around = tokenizer.segment("", Specials(add=True)).ids.tolist()
    found = []
    for n in range(len(around) + 1 if around else 0):
        front, end = around[:n], around[n:]
        inner = list(ids[len(front) : len(ids) - len(end)])
        if len(ids) >= len(around) and [*front, *inner, *end] == list(ids):
            found.append(inner)
    return found


def _first_difference(found: Sequence[int], ids: Sequence[int]) -> int | None:
    if tuple(found) == tuple(ids):
        return None
    pairs = zip(found, ids, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(found), len(ids)))
