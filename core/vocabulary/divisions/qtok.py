"""The twelve classes of Qtok."""

from core.common.definitions import Definition
from core.vocabulary.classes import CLASSES, LABELS, classes_of
from core.vocabulary.division import Division, Places
from core.vocabulary.entries import Entries


def divide(entries: Entries) -> Places:
    """Index in `CLASSES` per id."""
    return classes_of(entries).astype("int16")


DIVISION = Division(
    definition=Definition(
        "class",
        "Class",
        "ids",
        "",
        "Qtok's twelve classes: whether an entry is one character, begins with a space or neither, and whether its "
        "other characters are letters of one script. A character without a name in Unicode, such as a line break, "
        "makes it unnamed.",
        "Chelombitko, Safronov & Komissarov 2024, Qtok",
    ),
    order=10,
    parts=tuple(LABELS[name] for name in CLASSES),
    keys=CLASSES,
    divide=divide,
)
