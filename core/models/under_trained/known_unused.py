"""Ids that no text is ever cut into, whatever the text: what the row of an untrained token looks like."""

import re
from collections.abc import Sequence

import numpy as np
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count
from core.vocabulary.audit import AUDITS, Finding, grouped
from core.vocabulary.entries import Entries, Ids

ROWS = "rows beyond the tokenizer's ids"
HOLES = "ids without an entry"
RESERVED = "special tokens kept in reserve"
BYTES = "bytes that stand in no UTF-8 text"
UNREACHABLE = "entries that no text is cut into"
ALIKE = "special tokens whose rows are all alike"
CONTROLS = "control characters, which hardly any text has"
NAMED = "named by you"
_NEVER_BYTES = frozenset(bytes([value]) for value in (0xC0, 0xC1, *range(0xF5, 0x100)))
_CONTROLS = frozenset(bytes([value]) for value in (*range(9), 11, 12, *range(14, 32), 127))
_ALIKE, _FEWEST_ALIKE = 0.999, 3  # cosine of rows that training never told apart
_IN_RESERVE = re.compile(r"(?i)unused|reserved|madeupword|placeholder|<\|mask\d+\|>|<SPECIAL_\d+>")


def known_unused(entries: Entries, rows: Tensor, named: Sequence[int] = ()) -> Finding:
    """Ids that training cannot have met, by how that is known.

    Where there are none, those that it most probably never met: entries that no text is cut into in any surrounding
    tried; special tokens with rows that nothing ever told apart; at last control characters.

    Args:
        rows: of the model's head, at least as many as there are entries, (V, D).
        named: ids that the user knows to be unused; then no others are looked for.

    Raises:
        UserError: one that is named is no row of the model.

    >>> import torch
    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> found = known_unused(entries_of(open_tokenizer("builtin:utf8-bytes")), torch.zeros(264, 2))
    >>> {name: len(ids) for name, ids in found.by_group.items()}
    {"rows beyond the tokenizer's ids": 5, 'bytes that stand in no UTF-8 text': 13}
    """
    if named:
        return grouped({NAMED: _checked(named, len(rows))})
    for finding in (_surely, _never_cut, _never_told_apart, _rarely):
        found = finding(entries, rows)
        if len(found.ids):
            break
    return found


def _surely(entries: Entries, rows: Tensor) -> Finding:
    reserved = [i for i, name in entries.special_names.items() if _IN_RESERVE.search(name)]
    return grouped(
        {
            ROWS: np.arange(len(entries), len(rows)),
            HOLES: np.flatnonzero(entries.holes),
            RESERVED: np.array(reserved, np.int64),
            BYTES: _one_of(entries, _NEVER_BYTES),
        }
    )


def _never_cut(entries: Entries, rows: Tensor) -> Finding:
    return grouped({UNREACHABLE: AUDITS.get("unreachable").find(entries).ids})


def _never_told_apart(entries: Entries, rows: Tensor) -> Finding:
    return grouped({ALIKE: _alike(entries, rows)})


def _alike(entries: Entries, rows: Tensor) -> Ids:
    """The largest set of special tokens whose rows point the same way."""
    ids = np.array([i for i in entries.special_names if i < len(rows)], np.int64)
    if len(ids) < _FEWEST_ALIKE:
        return ids[:0]
    own = rows[ids].detach().float().cpu().numpy()
    own /= np.maximum(np.linalg.norm(own, axis=1, keepdims=True), 1e-12)
    near = own @ own.T > _ALIKE
    most = near[near.sum(1).argmax()]
    return ids[most] if most.sum() >= _FEWEST_ALIKE else ids[:0]


def _rarely(entries: Entries, rows: Tensor) -> Finding:
    return grouped({CONTROLS: _one_of(entries, _CONTROLS)})


def _one_of(entries: Entries, wanted: frozenset[bytes]) -> Ids:
    return np.array([i for i, piece in enumerate(entries.pieces) if piece in wanted], np.int64)


def _checked(named: Sequence[int], n_rows: int) -> Ids:
    for i in named:
        if not 0 <= i < n_rows:
            raise UserError(f"The model has no row {i}: its rows are 0 to {count(n_rows - 1)}. Name ids among those.")
    return np.unique(np.array(named, np.int64))
