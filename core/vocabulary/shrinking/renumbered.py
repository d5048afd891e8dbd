"""A tokenizer.json whose entries have been taken out, with ids that follow each other again."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.vocabulary.entries import Ids
from core.vocabulary.repair.removal import Removal


def renumbered(found: Removal) -> tuple[dict[str, Any], Ids]:
    """The document, and the id that each of its entries had, ascending, int64 (n,).

    >>> model = {"vocab": {"a": 0, "<removed 1>": 1, "b": 2}, "merges": []}
    >>> document, old = renumbered(Removal({"model": model}, (1,), {}))
    >>> document["model"]["vocab"], old.tolist()
    ({'a': 0, 'b': 1}, [0, 2])
    """
    document, gone = found.document, frozenset(found.removed)
    model, added = document["model"], document.get("added_tokens") or []
    vocab = model["vocab"]
    old = sorted(ids_of(document) - gone)
    new_by_old = {i: n for n, i in enumerate(old)}
    if isinstance(vocab, list):
        unknown = model.get("unk_id")
        model = model | {"vocab": [vocab[i] for i in range(len(vocab)) if i not in gone]}
        model |= {} if unknown is None else {"unk_id": new_by_old[unknown]}
    else:
        model = model | {"vocab": {token: new_by_old[i] for token, i in vocab.items() if i not in gone}}
    changed = {"model": model, "post_processor": _around(document.get("post_processor"), new_by_old)}
    changed["added_tokens"] = [token | {"id": new_by_old[token["id"]]} for token in added]
    if padding := document.get("padding"):
        changed["padding"] = padding | {"pad_id": new_by_old.get(padding.get("pad_id"), 0)}
    return {**document, **changed}, np.array(old, np.int64)


def ids_of(document: Mapping[str, Any]) -> set[int]:
    """The ids of a tokenizer.json, added tokens included.

    >>> sorted(ids_of({"model": {"vocab": [["a", 0.0], ["b", -1.0]]}, "added_tokens": [{"id": 3}]}))
    [0, 1, 3]
    """
    vocab = document["model"]["vocab"]
    added = {int(token["id"]) for token in document.get("added_tokens") or []}
    return added | set(range(len(vocab)) if isinstance(vocab, list) else vocab.values())


def _around(processor: Any, new_by_old: Mapping[int, int]) -> Any:
    """What puts tokens around a text, with their new ids.

    >>> _around({"type": "BertProcessing", "sep": ["[SEP]", 7], "cls": ["[CLS]", 5]}, {5: 0, 7: 1})
    {'type': 'BertProcessing', 'sep': ['[SEP]', 1], 'cls': ['[CLS]', 0]}
    """
    if not isinstance(processor, dict):
        return processor
    changed = dict(processor)
    if "processors" in processor:
        changed["processors"] = [_around(one, new_by_old) for one in processor["processors"]]
    for side in ("sep", "cls"):
        if side in processor:
            token, i = processor[side]
            changed[side] = [token, new_by_old[i]]
    if named := processor.get("special_tokens"):
        changed["special_tokens"] = {
            name: token | {"ids": [new_by_old[i] for i in token["ids"]]} for name, token in named.items()
        }
    return changed
