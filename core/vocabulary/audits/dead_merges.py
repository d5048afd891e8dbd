"""Merges that never apply, and the entries that they alone would make."""

from itertools import chain

import numpy as np

from core.common.definitions import Definition
from core.common.numbers import count
from core.tokenizers.kinds import Kind
from core.vocabulary.audit import Audit, Finding, grouped, not_looked_for
from core.vocabulary.audits.unreachable import unreachable
from core.vocabulary.derivations import Derivations, derivations_of
from core.vocabulary.entries import Entries, Ids
from core.vocabulary.in_parts import cut

NOT_MADE, CUT = "no merge makes it", "no text reaches its merge"


def dead_merges(entries: Entries) -> Finding:
    """Entries that merging never makes: since other pairs merge first, or text is cut before merging."""
    built = derivations_of(entries)
    if built is None:
        return not_looked_for(no_merges(entries))
    ordinary = entries.textual & (entries.kinds == Kind.ORDINARY) & ~added(entries, built)
    between = cut_between(entries, built)
    return grouped({NOT_MADE: np.flatnonzero(ordinary & ~built.is_built), CUT: between}, _remark(built, len(between)))


def no_merges(entries: Entries) -> str:
    """Why a vocabulary has no merges to look at."""
    info = entries.tokenizer.info
    kind = "" if info.algorithm == "BPE" else f" It is {info.algorithm}."
    return f"{info.label} says nothing of merges, which only byte-pair encoding has.{kind}"


def added(entries: Entries, built: Derivations) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether an entry stands outside the merges: it is part of none, and has no rank, bool (V,)."""
    ranked = np.fromiter((entry.number is not None for entry in entries.details), np.bool_, len(entries))
    ranked[built.table.left] = ranked[built.table.right] = ranked[built.table.made] = True
    return ~ranked


def cut_between(entries: Entries, built: Derivations) -> Ids:
    """Entries that a merge makes of its parts, which no text has side by side: it is cut or matched there before."""
    made = [i for i in unreachable(entries).ids.tolist() if built.merge_of[i] >= 0]
    cuts = chain.from_iterable(cut(entries.tokenizer, [entries.texts[i] or "" for i in made]))
    spelled = [b"".join(entries.pieces[j] for j in ids.tolist()).removeprefix(b" ") for ids in cuts]
    kept = [text == entries.pieces[i].removeprefix(b" ") for i, text in zip(made, spelled, strict=True)]
    return np.array(made, np.int64)[np.array(kept, np.bool_)]


def _remark(built: Derivations, barred: int) -> str:
    table = built.table
    if not table.listed:
        return "The file gives ranks and no merges: two neighbours merge where they spell an entry."
    late = len(table) - int(built.applies.sum())
    return (
        f"Of {count(len(table))} merges {count(late + barred)} never apply: for {count(late)} another pair always "
        f"merges first, {count(barred)} would join what a text is cut at, or has an added token for, before it is "
        "merged."
    )


AUDIT = Audit(
    definition=Definition(
        "dead_merges",
        "Made by no merge",
        "ids",
        "lower",
        "Entries of byte-pair encoding that merging never makes of text. A merge applies somewhere exactly if it "
        "applies in the text of its two parts, so every one is tried there; and if text is always cut between the "
        "parts, they are never neighbours. A list can hold several merges for one entry, as those converted from "
        "SentencePiece do: then all but one never apply, which is harmless and only counted.",
    ),
    order=22,
    find=dead_merges,
)
