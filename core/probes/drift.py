"""Do ids come back when the text that they say is cut again?"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.probes.drift_kinds import IN_WORDS, DriftKind, kind_of
from core.probes.probe import Asked, Probe
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.ids import ReadIds, read_ids
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Specials, Tokenizer

_SHOWN = 12  # ids in a list for people


@dataclass(frozen=True)
class Drift:
    """Ids, and those of the text that they say.

    Args:
        ids: as given.
        reencoded: of their text, as the tokenizer cuts it.
        first: place of the first that differs; None where all are the same.
        kind: of that difference; None where there is none.
        stretch: the tokens where they first differ, up to the next common cut: those given, and those that came back.
        how: in which way the text was read.
        notes: what the reader should know, one sentence each.
    """

    ids: tuple[int, ...]
    reencoded: tuple[int, ...]
    first: int | None
    kind: DriftKind | None
    stretch: tuple[tuple[bytes, ...], tuple[bytes, ...]] = ((), ())
    how: str = ""
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        given, back = ([piece.hex() for piece in side] for side in self.stretch)
        return {
            "same": self.first is None,
            "reencoded": list(self.reencoded),
            "first": self.first,
            "class": self.kind and self.kind.value,
            "given_hex": given,
            "back_hex": back,
            "read": self.how,
            "notes": list(self.notes),
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        if self.first is None or self.kind is None:
            return [f"{so_many(len(self.ids), 'id comes', 'ids come')} back as given, {self.how}.", *self.notes]
        given, back = ("|".join(piece.decode(errors="backslashreplace") for piece in side) for side in self.stretch)
        return [
            f"The ids do not come back: {count(len(self.ids))} were given, {count(len(self.reencoded))} come back, "
            f"and they first differ at place {count(self.first)} (the first is 0).",
            f"There {given!r} was given and {back!r} came back: {IN_WORDS[self.kind]}.",
            f"back: {_listed(self.reencoded)}",
            *self.notes,
        ]


def _listed(ids: Sequence[int]) -> str:
    more = len(ids) - _SHOWN
    return ", ".join(map(str, ids[:_SHOWN])) + (f" and {count(more)} more" if more > 0 else "")


def drift(tokenizer: str, ids: Sequence[int]) -> Drift:
    """What becomes of ids.

    Args:
        tokenizer: its spec.

    Raises:
        UserError: there are none, or the tokenizer has no entry for one.
    """
    return drift_of(open_tokenizer(tokenizer), ids)


def drift_of(tokenizer: Tokenizer, ids: Sequence[int]) -> Drift:
    """The same, for a tokenizer that is open."""
    if not ids:
        raise UserError("There are no ids. Give some, such as 9906, 1917.")
    read = read_ids(tokenizer, ids)
    missing = [*read.outside, *read.unassigned]
    if missing:
        raise UserError(
            f"{tokenizer.info.label} has no entry for {_listed(missing)}; its ids run from 0 to "
            f"{count(read.size - 1)}. Take these out."
        )
    if read.back is None:
        return _broken(tokenizer, ids, read)
    back = read.back
    if back.place is None:
        return Drift(tuple(ids), back.ids, None, None, how=back.how, notes=_if_read(tokenizer, ids, read))
    return _differing(tokenizer, ids, back.ids, back.place, back.how)


def _broken(tokenizer: Tokenizer, ids: Sequence[int], read: ReadIds) -> Drift:
    """Ids whose bytes are no text: they come back as what stands for a damaged character, and may differ before it."""
    found = tuple(tokenizer.segment(read.data.decode(errors="replace")).ids.tolist())
    pairs = enumerate(zip(ids, found, strict=False))
    first = next((n for n, (a, b) in pairs if a != b), min(len(ids), len(found)))
    note = f"Byte {count(read.broken or 0)} of what the ids say is no part of a whole character."
    stretch, special = _sides(tokenizer, ids, found, first)
    whole = b"".join(stretch[0]) == b"".join(stretch[1])
    kind = _kind(stretch, special) if whole else DriftKind.BROKEN
    return Drift(tuple(ids), found, first, kind, stretch, notes=(note,))


def _if_read(tokenizer: Tokenizer, ids: Sequence[int], read: ReadIds) -> tuple[str, ...]:
    """A note where a special token is spelled out in ordinary ones, which a reader of special tokens would read."""
    parsed = tokenizer.segment(read.data.decode(), Specials(parse=True)).kinds
    given = tokenizer.describe([*dict.fromkeys(ids)])
    if Kind.SPECIAL in parsed.tolist() and all(entry.kind != Kind.SPECIAL for entry in given):
        return ("The text spells a special token: read as most libraries read text, other ids would come back.",)
    return ()


def _differing(tokenizer: Tokenizer, ids: Sequence[int], back: tuple[int, ...], first: int, how: str) -> Drift:
    stretch, special = _sides(tokenizer, ids, back, first)
    return Drift(tuple(ids), back, first, _kind(stretch, special), stretch, how)


def _kind(stretch: tuple[tuple[bytes, ...], tuple[bytes, ...]], special: bool) -> DriftKind:
    return DriftKind.SPECIAL if special else kind_of(*stretch)


def _sides(
    tokenizer: Tokenizer, ids: Sequence[int], back: Sequence[int], first: int
) -> tuple[tuple[tuple[bytes, ...], tuple[bytes, ...]], bool]:
    """The tokens of both from the first difference to the next place where both are cut, and is one special?"""
    rows = [tokenizer.describe(side[first:]) for side in (ids, back)]
    ends = [[*accumulate(len(entry.piece) for entry in row)] for row in rows]
    common = set(ends[0]) & set(ends[1]) - {0}
    until = min(common, default=None)
    shown = [row if until is None else row[: side.index(until) + 1] for row, side in zip(rows, ends, strict=True)]
    special = any(entry.kind == Kind.SPECIAL for row in shown for entry in row)
    given, found = (tuple(entry.piece for entry in row) for row in shown)
    return (given, found), special


PROBE = Probe(
    key="drift",
    order=10,
    question="Do ids come back when the text that they say is cut again?",
    caution=(
        "The text is read plainly, with special tokens or with those that the tokenizer adds, whichever gives the ids "
        "back: a program that reads it in one of these ways only may get others. Ids out of the middle of a longer "
        "sequence may begin or end inside a character. Kinds of differences are told by a rule of our own, and "
        "prefixes and endings are those of English."
    ),
    source="Say Anything but This (2601.14658) for the kinds of differences; how they are recognised is our own",
    asked=(
        Asked(key="tokenizer", kind="tokenizer", text="the tokenizer whose ids they are"),
        Asked(key="ids", kind="ids", text="ids, with anything usual between them"),
    ),
    find=drift,
)
