"""Byte-pair encoding without some entries.

An entry that no kept one is built from goes with the merges that make it. Where it does not stand in the end, its merge
was never applied, since nothing merges it further: so every such text is cut as before.

An entry that others are built from is another matter: without it they are reached by other merges or by none. It stays,
or goes with all that is built from it, which is as exact; or those others are rerouted: each gets a merge of the two
parts that it is cut into without the entry, at its own place in the order. Where that makes three parts or more, or one
of them is very long, there is no such merge, and the entry stays. How a text is cut between merges is then not certain
to be as before: count it.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from core.vocabulary.repair.merge_list import MergeList, Pair
from core.vocabulary.repair.placeholder import placeholder
from core.vocabulary.repair.removal import NEEDED, BuiltOn, Removal, Spared, built_from, needed, refused

LONGEST = 1_000  # characters of an entry that is rerouted: cutting it takes the square of them


def without(document: Mapping[str, Any], ids: Sequence[int], built_on: BuiltOn, spared: Spared) -> Removal:
    """The document without these entries, as far as they can go."""
    model = document["model"]
    id_by_token: dict[str, int] = model["vocab"]
    token_by_id = {i: token for token, i in id_by_token.items()}
    merges = MergeList(model)
    kept = refused(ids, token_by_id, spared, model.get("unk_token"))
    chosen = {token_by_id[i] for i in ids if i not in kept}
    for token in _needed(chosen, merges, model):
        kept[id_by_token[token]] = NEEDED
        chosen.discard(token)
    stays = spared.contents | {token_by_id[i] for i in kept if i in token_by_id}
    if built_on == "remove":
        chosen |= merges.built_on(chosen) - stays
    gone, new_merges = _rerouted(merges, chosen) if built_on == "reroute" else (merges.closed(chosen), None)
    for token in chosen - gone:
        kept[id_by_token[token]] = _why(len(merges.direct(token) - gone), built_on)
    removed = tuple(sorted(id_by_token[token] for token in gone))
    left = merges.left(gone) if new_merges is None else new_merges
    asked = set(ids)
    return Removal(
        {**document, "model": {**model, "vocab": _vocabulary(id_by_token, gone), "merges": merges.written(left)}},
        removed,
        {i: why for i, why in kept.items() if i in asked},
        0 if new_merges is None else len(set(new_merges) - set(merges.pairs)),
        exact=built_on != "reroute",
    )


def _why(n: int, built_on: BuiltOn) -> str:
    return f"{built_from(n)} and cannot be rerouted" if built_on == "reroute" else built_from(n)


def _vocabulary(id_by_token: Mapping[str, int], gone: set[str]) -> dict[str, int]:
    return {placeholder(i) if token in gone else token: i for token, i in id_by_token.items()}


def _needed(chosen: set[str], merges: MergeList, model: Mapping[str, Any]) -> set[str]:
    """Of the chosen those without which some character could not be written; where places in a word are marked, only
    characters are asked about, which all else is built from."""
    texts = {token: merges.bare(token) for token in chosen}
    if merges.prefix or merges.suffix:
        texts = {token: text for token, text in texts.items() if len(text) == 1}
    return needed(texts, model["vocab"].keys() - chosen, bool(model.get("byte_fallback")))


def _rerouted(merges: MergeList, chosen: set[str]) -> tuple[set[str], list[Pair]]:
    """Those of the chosen that can go, and all merges afterwards, in order."""
    gone = set(chosen) if not (merges.prefix or merges.suffix) else merges.closed(chosen)
    before = {pair: rank for rank, pair in enumerate(merges.pairs)}
    while True:
        rank_by_pair, lost = _without_parts(merges, gone)
        _reroute(rank_by_pair, lost)
        unreached = {p for _, p in lost if len(p) > LONGEST or (cut(p, rank_by_pair) != [p] and cut(p, before) == [p])}
        staying = {token for token in gone if merges.direct(token) & unreached}
        if not staying:
            return gone, sorted(rank_by_pair, key=rank_by_pair.__getitem__)
        gone -= staying


def _without_parts(merges: MergeList, gone: set[str]) -> tuple[dict[Pair, int], list[tuple[int, str]]]:
    """Rank by merge of those that stay, and (rank, product) of kept products that lose a merge."""
    stay, lost = dict[Pair, int](), list[tuple[int, str]]()
    for rank, (pair, product) in enumerate(zip(merges.pairs, merges.products, strict=True)):
        if product in gone:
            continue
        if gone.isdisjoint(pair):
            stay[pair] = rank
        else:
            lost.append((rank, product))
    return stay, lost


def _reroute(rank_by_pair: dict[Pair, int], lost: Sequence[tuple[int, str]]) -> None:
    """Give each product the merge of the two parts that it is cut into, in place."""
    for rank, product in lost:
        parts = cut(product, rank_by_pair) if len(product) <= LONGEST else ()
        if len(parts) == 2:
            rank_by_pair[parts[0], parts[1]] = rank


def cut(text: str, rank_by_pair: Mapping[Pair, int]) -> list[str]:
    """A text cut by merges, the lowest rank first.

    >>> cut("aab", {("a", "b"): 0, ("a", "ab"): 1})
    ['aab']
    """
    parts = list(text)
    while len(parts) > 1:
        pairs = list(pairwise(parts))
        at = min(range(len(pairs)), key=lambda n: rank_by_pair.get(pairs[n], len(rank_by_pair) + 2**32))
        if pairs[at] not in rank_by_pair:
            break
        parts[at : at + 2] = ["".join(pairs[at])]
    return parts
