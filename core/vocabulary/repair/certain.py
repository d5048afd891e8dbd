"""Of the entries that are asked for those that stay for certain, before the file itself is read."""

from collections.abc import Sequence

import numpy as np

from core.tokenizers.formats import tokenizers_json
from core.tokenizers.kinds import Kind
from core.vocabulary.classes import is_byte_level
from core.vocabulary.derivations import derivations_of
from core.vocabulary.entries import Entries, Ids
from core.vocabulary.merge_table import MergeTable
from core.vocabulary.repair.original import source_of
from core.vocabulary.repair.removal import ADDED, GONE, NEEDED, NO_ENTRY, UNKNOWN, BuiltOn, built_from


def stay_for_certain(entries: Entries, ids: Sequence[int], built_on: BuiltOn) -> dict[int, str]:
    """Those of these ids that a repair cannot take out, with the reason; of the others only the file says.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> stay_for_certain(entries_of(open_tokenizer("mistral:v1")), [1, 40_000, 5_000], "keep")
    {40000: 'there is no such entry', 1: 'an added or special token, which is looked for before a text is cut'}
    """
    wanted = np.unique(np.asarray(ids, np.int64))
    stay = dict.fromkeys(wanted[wanted >= len(entries)].tolist(), NO_ENTRY)
    known = wanted[wanted < len(entries)]
    refused = entries.special[known] | entries.holes[known]
    stay |= {i: _why(entries, i) for i in known[refused].tolist()}
    made = derivations_of(entries) if source_of(entries.tokenizer.info) == tokenizers_json.SOURCE.key else None
    if made is None or not made.table.listed:
        return stay
    known = known[~refused]
    if is_byte_level(entries):
        stay |= dict.fromkeys(known[made.table.first[known]].tolist(), NEEDED)
        known = known[~made.table.first[known]]
    return stay | (_built_from(made.table, known) if built_on == "keep" else {})


def _why(entries: Entries, i: int) -> str:
    if entries.holes[i]:
        taken = entries.details[i].spelling or entries.tokenizer.info.algorithm == "Unigram"
        return GONE if taken else NO_ENTRY
    return UNKNOWN if entries.kinds[i] == Kind.UNKNOWN else ADDED


def _built_from(table: MergeTable, ids: Ids) -> dict[int, str]:
    """Those that a merge has as a part whose product stays, as do those that such a product is made of."""
    gone = np.zeros(len(table.first), np.bool_)
    gone[ids] = True
    while True:
        stays = ~gone[table.made]
        parts = np.concatenate([table.left[stays], table.right[stays]])
        if not gone[parts].any():
            break
        gone[parts] = False
    pairs = np.unique(parts * len(gone) + np.tile(table.made[stays], 2))  # a part and a product, each once
    n_products = np.bincount(pairs // len(gone), minlength=len(gone))
    return {i: built_from(int(n_products[i])) for i in ids[~gone[ids]].tolist()}
