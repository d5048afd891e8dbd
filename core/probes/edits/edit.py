"""What a module of this package declares: a small change of a text, and every place where it can be made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from core.common.registry import Registry
from core.text.code import looks_like_code


@dataclass(frozen=True, order=True)
class TextChange:
    """Characters `start` to `end` of a text become others; never none, so that there is a place before and behind."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A small change.

    Args:
        key: its name in links and documents.
        order: smaller ones stand first.
        label: what it does, for people, in lower case.
        group: what sort of noise it is.
        changes: one change for each place, in any order; which of several ways is taken is drawn.
        code: whether it is one of program text.
    """

    key: str
    order: int
    label: str
    group: str
    changes: Callable[[str, Random], Iterable[TextChange]]
    code: bool = False


EDITS = Registry(
    package="core.probes.edits", constant="EDIT", kind=Edit, noun="edit of a text", order=lambda edit: edit.order
)


def drawn(edit: Edit, text: str, most: int, seed: int) -> list[TextChange]:
    """At most so many changes of a text, in order, none within or beside another; none where it does not apply.

    Args:
        seed: of the draw, the same for the same text.
    """
    if edit.code and not looks_like_code(text):
        return []
    source = Random(f"{seed} {edit.key}")
    places = [one for one in edit.changes(text, source) if one.new != text[one.start : one.end]]
    source.shuffle(places)
    taken, used = list[TextChange](), set[int]()
    for one in places:
        around = range(one.start - 1, one.end + 1)
        if len(taken) < most and used.isdisjoint(around):
            taken.append(one)
            used.update(around)
    return sorted(taken)


def edited(text: str, changes: Iterable[TextChange]) -> str:
    """The text with the changes made.

    >>> edited("to be", [TextChange(0, 1, "d"), TextChange(3, 4, "bb")])
    'do bbe'
    """
    parts, at = list[str](), 0
    for one in changes:
        parts += [text[at : one.start], one.new]
        at = one.end
    return "".join(parts) + text[at:]
