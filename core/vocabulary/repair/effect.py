"""What a repair changes on texts, before anything is written: tokens before and after, texts that are cut otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.progress import report
from core.tokenizers.formats import sentencepiece
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import Ids, text_of
from core.vocabulary.in_parts import chunks, cut, described
from core.vocabulary.repair.placeholder import placeholder

_SPACES = (
    "neither cuts nor rewrites spaces, so that a text could still reach what was taken out. It cannot be repaired so."
)
_WHY_REACHED = {
    sentencepiece.SOURCE.key: (
        "is read as transformers reads its folder, which overlooks the mark for pieces that are not used. Repair the "
        "model without the files beside it, or a tokenizer.json that transformers saves of it."
    )
}


@dataclass(frozen=True)
class Effect:
    """What changes on some texts.

    Args:
        name: of the language, or of what the texts are.
        n_texts: how many were cut.
        n_changed: those that are cut otherwise.
        n_moved: those of them in which none of the entries stood that were taken out; 0 where the repair is exact.
        n_lost: those of them that the tokens no longer say as before.
        tokens_before, tokens_after: of all texts.
        more_unknown: unknown tokens among those, more than before.
    """

    name: str
    n_texts: int
    n_changed: int
    n_moved: int
    n_lost: int
    tokens_before: int
    tokens_after: int
    more_unknown: int


def effect(name: str, texts: Sequence[str], old: Tokenizer, new: Tokenizer, removed: Ids) -> Effect:
    """What changes on these texts between a tokenizer and its repaired form."""
    gone = np.zeros(max(int(removed.max(initial=0)) + 1, old.info.n_vocabulary or 0), np.bool_)
    gone[removed] = True
    counted = np.zeros(6, np.int64)
    done = 0
    for part in chunks(texts):
        counted += _changes(part, old, new, gone)
        done += len(part)
        report(done, len(texts), f"Cutting with both: {name}")
    return Effect(name, len(texts), *counted.tolist())


def _changes(texts: Sequence[str], old: Tokenizer, new: Tokenizer, gone: NDArray[np.bool_]) -> list[int]:
    """The counts of an `Effect`, in their order."""
    before, after = old.encode_many(texts), new.encode_many(texts)
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if not np.array_equal(a, b)]
    others = [texts[n] for n in changed]  # elsewhere as much is unknown as before
    return [
        len(changed),
        sum(not gone[before[n]].any() for n in changed),
        sum(old.decode(before[n].tolist()) != new.decode(after[n].tolist()) for n in changed),
        sum(map(len, before)),
        sum(map(len, after)),
        int(new.count(others).unknown.sum()) - int(old.count(others).unknown.sum()) if others else 0,
    ]


def effects(texts: Mapping[str, Sequence[str]], old: Tokenizer, new: Tokenizer, removed: Ids) -> tuple[Effect, ...]:
    """The same for the texts of each language.

    Raises:
        UserError: an entry that was taken out is still reached.
    """
    refuse_reached(old, new, removed)
    return tuple(effect(name, some, old, new, removed) for name, some in texts.items())


def refuse_reached(old: Tokenizer, new: Tokenizer, removed: Ids) -> None:
    """Do nothing if neither an entry's own text nor the spelling that stands in its place leads to its id.

    Raises:
        UserError: it does, since nothing in this tokenizer cuts or rewrites a space, or the mark is overlooked.
    """
    entries = described(old, removed.tolist())
    tried = [text for one in entries for text in (placeholder(one.id), text_of(one.piece)) if text]
    if any(np.isin(np.concatenate(some), removed).any() for some in cut(new, tried)):
        raise UserError(f"{new.info.label} {_WHY_REACHED.get(new.info.source, _SPACES)}")
