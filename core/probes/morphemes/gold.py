"""Words with their morphemes, from the files in which they are published."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from core.common.data_folders import DATA
from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.numbers import count
from core.text.utf8 import utf8

FOLDER = DATA / "morphology"
MOST_WORDS, MOST_WORD_BYTES = 20_000, 300


@dataclass(frozen=True)
class GoldWord:
    """A word and its morphemes, which may be written otherwise than they stand in it: `subside` in `subsidised`."""

    word: str
    morphemes: tuple[str, ...]

    @property
    def on_surface(self) -> bool:
        """Whether the morphemes, side by side, are the word."""
        return "".join(self.morphemes) == self.word

    @property
    def boundaries(self) -> tuple[int, ...]:
        """Bytes of the word at which a morpheme ends and the next begins; of a word whose morphemes stand in it.

        >>> GoldWord("Häuser", ("Häus", "er")).boundaries
        (5,)
        """
        return tuple(accumulate(len(morpheme.encode()) for morpheme in self.morphemes[:-1]))


def _plain(text: str) -> Iterator[tuple[int, GoldWord]]:
    """`un|believ|able`, one a line; after # is a remark."""
    for number, line in enumerate(text.split("\n"), 1):
        if bare := line.partition("#")[0].strip():
            parts = tuple(part for part in bare.split("|") if part)
            yield number, GoldWord("".join(parts), parts)


def _sigmorphon(text: str) -> Iterator[tuple[int, GoldWord]]:
    """`word, tab, morpheme @@morpheme, tab, class`, as in the shared task of 2022."""
    for number, cells in _cells(text, 2):
        yield number, GoldWord(cells[0], tuple(part.removeprefix("@@") for part in cells[1].split(" ") if part))


def _unimorph(text: str) -> Iterator[tuple[int, GoldWord]]:
    """`lemma, form, features, seg|ment`, divided by tabs; `-` where there is no segmentation."""
    for number, cells in _cells(text, 4):
        if cells[3] != "-":
            yield number, GoldWord(cells[1], tuple(part for part in cells[3].split("|") if part))


def _cells(text: str, n: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(text.split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if not line.strip():
            continue
        if len(cells) < n or not all(cells[:n]):
            raise UnreadableFile(f"Line {count(number)} has not {n} cells divided by tabs: {shown(line, 40)}.")
        yield number, cells


def _morphscore(text: str) -> Iterator[tuple[int, GoldWord]]:
    """Comma-separated, with the columns `full_word`, `pt1` and `rest`."""
    for number, row in _table(text, ("full_word", "pt1", "rest")):
        yield number, GoldWord(row["full_word"], tuple(part for part in (row["pt1"], row["rest"]) if part))


def _compoundpiece(text: str) -> Iterator[tuple[int, GoldWord]]:
    """Comma-separated, with `word` as `Haus-tür` and `type`; words that are no compounds are left out."""
    for number, row in _table(text, ("word", "type")):
        parts = tuple(part for part in row["word"].split("-") if part)
        if row["type"] == "positive" and parts:
            yield number, GoldWord("".join(parts), parts)


def _table(text: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    try:
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise UnreadableFile(f"The first line names no column {', '.join(missing)}. Choose another layout.")
        for row in reader:
            if not all(isinstance(row[column], str) for column in columns):
                raise UnreadableFile(f"Line {count(reader.line_num)} has too few cells.")
            yield reader.line_num, {column: row[column] for column in columns}
    except csv.Error as error:
        raise UnreadableFile(f"Line {count(reader.line_num)} cannot be read: {error}.") from None


LAYOUTS: Mapping[str, Callable[[str], Iterator[tuple[int, GoldWord]]]] = {
    "plain": _plain,
    "morphscore": _morphscore,
    "sigmorphon": _sigmorphon,
    "unimorph": _unimorph,
    "compoundpiece": _compoundpiece,
}


def read_gold(text: str, layout: str = "plain") -> tuple[GoldWord, ...]:
    """The words of a text in one of `LAYOUTS`, each once, in order.

    Raises:
        UserError: the text has no UTF-8 form.
        UnreadableFile: it is in another layout; names the line.
        TooLarge: it has too many words, or one is too long.

    >>> read_gold("un|do\\nsubside|ed # no word stands as its morphemes do")[0]
    GoldWord(word='undo', morphemes=('un', 'do'))
    >>> read_gold("nipped\\tnip @@ed\\t100", "sigmorphon")[0].on_surface
    False
    """
    utf8(text)
    found: dict[str, GoldWord] = {}
    for number, gold in LAYOUTS[layout](text.removeprefix("\ufeff")):
        if not gold.morphemes:
            raise UnreadableFile(f"Line {count(number)} has no morphemes: {shown(gold.word, 40)}.")
        if len(gold.word.encode()) > MOST_WORD_BYTES:
            long = f"The word in line {count(number)} is over {MOST_WORD_BYTES} bytes"
            raise TooLarge(f"{long}. Write one word a line, as un|do, or choose another layout.")
        found.setdefault(gold.word, gold)
        if len(found) > MOST_WORDS:
            raise TooLarge(f"These are over {count(MOST_WORDS)} words. Give a part of them.")
    return tuple(found.values())


@cache
def shipped_languages() -> tuple[str, ...]:
    """Codes of the languages with a list of ours, ISO 639-3."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


def medical_terms() -> str:
    """Terms of medicine with their morphemes as they are written alone, in the layout `sigmorphon`.

    >>> medical_terms().split()[:3]
    ['gastritis', 'gastro', '@@itis']
    """
    return (FOLDER / "medicine.tsv").read_text(encoding="utf-8")


@cache
def shipped_gold(code: str) -> tuple[GoldWord, ...]:
    """Our words of a language.

    >>> shipped_gold("eng")[0].on_surface
    True
    """
    return read_gold((FOLDER / f"{code}.txt").read_text(encoding="utf-8"))
