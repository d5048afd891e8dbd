"""Reads CSV, TSV, JSONL and Parquet as parallel text, whichever of the usual shapes they have.

Tables in text form may have commas, semicolons or tabs between fields, whatever their ending.

Wide: one column per language, named by its code; one sentence per row. Long: a column with the language, one with the
sentence and, where there is one, one that numbers the sentences. Listed (JSONL): one language per line with all its
sentences, `{"code": "deu_Latn", "sentences": ["…", "…"]}`. A further column may say which sentences come from one
group, such as an article; in the listed shape it holds a list as long as that of the sentences.
"""

import csv
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from core.common.archives import MAX_UNPACKED
from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.plain_text import decoded
from core.corpora.alignment import MAX_LANGUAGES, MAX_SENTENCES
from core.text.languages import is_language_code

MAX_FILE = 512 * 2**20
_LANGUAGE = ("language", "lang", "code", "language_code", "iso_639_3")
_SENTENCE = ("sentence", "text", "sentences", "content")
_NUMBER = ("id", "sentence_id", "index", "n", "line")
_SPLIT = "split"
_SCRIPT = ("script", "iso_15924")
_GROUP = ("group", "groups", "article", "document")
_KNOWN_NAMES = {*_LANGUAGE, *_SENTENCE, *_NUMBER, *_SCRIPT, *_GROUP, _SPLIT}
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}  # Excel writes a semicolon where the comma marks decimals
_EXCEL = re.compile("sep=([,;\t])")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ParallelTable:
    """Lines per language, as a table has them, and what was passed over.

    Args:
        groups: what the column `grouped_by` says of each sentence; empty if no column groups them.
        columns: those that are no text, any of which may group the sentences.
    """

    texts: dict[str, list[str]]
    notes: tuple[str, ...] = ()
    groups: tuple[Any, ...] = ()
    grouped_by: str = ""
    columns: tuple[str, ...] = ()


def read_table(path: Path, split: str = "", groups: str = "") -> ParallelTable:
    """The parallel text in a table.

    Args:
        split: keep rows whose column "split" says this.
        groups: the column that groups the sentences; where it is empty, one with a usual name does.

    Raises:
        UnreadableFile: it cannot be parsed; says where.
        TooLarge: over 512 MB, packed or unpacked.
        UserError: its columns are not those of parallel text; says which were found and what is expected.
    """
    rows = table_rows(path)
    first = next(rows, None)
    if first is None:
        raise UserError(f"{shown(path.name)} holds no rows. Give at least one sentence.")
    rows = chain([first], rows)
    if _SPLIT in first:
        rows = (row for row in rows if not split or row.get(_SPLIT) == split)
    elif split:
        raise UserError(f"{shown(path.name)} has no column 'split', so it has no split {shown(split)}.")
    column = _group_column(path.name, first, groups)
    return _shape(path.name, first)(path.name, rows, column)


def table_rows(path: Path) -> Iterator[Row]:
    """The rows of a table, by name of the column; text in text form, and what JSON and Parquet hold otherwise.

    Raises:
        UnreadableFile: it cannot be parsed; says where.
        TooLarge: over 512 MB, packed or unpacked.
    """
    if path.stat().st_size > MAX_FILE:
        raise TooLarge(f"{shown(path.name)} has {count(path.stat().st_size / 2**20)} MB; at most 512 MB are read.")
    return _bounded(path.name, _READERS[path.suffix.lower()](path))


def is_table(path: Path) -> bool:
    """Whether the ending of a file is that of a table."""
    return path.suffix.lower() in _READERS


def _bounded(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, up to the limits on text and numbers: a small file may unpack to much."""
    size, cells = 0, 0
    for row in rows:
        for value in row.values():
            several = value if isinstance(value, list) else (value,)
            cells += len(several)
            size += sum(len(text) for text in several if isinstance(text, str))
        if size > MAX_UNPACKED or cells > 4 * MAX_SENTENCES:
            raise TooLarge(
                f"{shown(name)} holds more than {count(MAX_UNPACKED / 2**20)} MB of text. Take a part of it."
            )
        yield row


# readers: path to rows


def _separated(usual: str) -> Callable[[Path], Iterator[Row]]:
    """A reader of tables in text form.

    Args:
        usual: what stands between fields where the first line does not say otherwise.
    """

    def read(path: Path) -> Iterator[Row]:
        text = decoded(path.read_bytes(), path.name)
        if "\0" in text:
            raise UnreadableFile(f"{shown(path.name)} holds NUL characters, so it is not a table in text form.")
        csv.field_size_limit(MAX_FILE)
        delimiter, text = _delimiter(text, usual)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        if delimiter == "\t" and not text.startswith('"'):  # quotes in tab-separated text are usually just quotes
            rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
        try:
            names = [name.strip() for name in next(rows, [])]
            _check_names(path.name, names)
            for row in rows:
                if not row:
                    continue
                if len(row) != len(names):
                    raise UnreadableFile(
                        f"Line {count(rows.line_num)} of {shown(path.name)} has {len(row)} fields and the first line "
                        f"{len(names)}. Quote fields that hold a {_DELIMITERS[delimiter]}."
                    )
                yield dict(zip(names, row, strict=True))
        except csv.Error as error:
            raise UnreadableFile(
                f"Line {count(rows.line_num)} of {shown(path.name)} breaks the rules of CSV: {error}. Check its quotes."
            ) from None

    return read


def _delimiter(text: str, usual: str) -> tuple[str, str]:
    """(what stands between the fields of a table, the table without the line in which Excel says so).

    The names in the first line tell: they hold no comma, semicolon or tab of their own, and most are languages; where
    none is, what stands there usually or else.

    >>> _delimiter("eng_Latn;deu_Latn\\nHello, world;Hallo", ",")[0], _delimiter("title;body\\nOne;Two", ",")[0]
    (';', ';')
    """
    first, newline, rest = text.partition("\n")
    if (named := _EXCEL.fullmatch(first.rstrip("\r"))) and newline:
        return named[1], rest

    def fitness(delimiter: str) -> tuple[int, bool]:
        names = next(csv.reader([first.rstrip("\r")], delimiter=delimiter), [])
        known = sum(is_language_code(name.strip()) or name.strip().lower() in _KNOWN_NAMES for name in names)
        return known, len(names) > 1

    return max((usual, *_DELIMITERS), key=fitness), text


def _check_names(name: str, names: Sequence[str]) -> None:
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise UserError(f"{shown(name)} has two columns named {shown(twice[0])}. Give each language one column.")
    if len(names) > MAX_LANGUAGES:
        raise TooLarge(f"{shown(name)} has {count(len(names))} columns; at most {count(MAX_LANGUAGES)} are read.")


def _json_lines(path: Path) -> Iterator[Row]:
    text = decoded(path.read_bytes(), path.name)
    for n, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise UnreadableFile(
                f"Line {count(n)} of {shown(path.name)} is not JSON. Put one JSON object on a line."
            ) from None
        if not isinstance(row, dict):
            raise UnreadableFile(f"Line {count(n)} of {shown(path.name)} is not a JSON object. Put one on each line.")
        yield row


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            _check_names(path.name, file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=256):
                yield from batch.to_pylist()
    except (arrow.ArrowException, OSError, zlib.error, ValueError) as error:
        raise UnreadableFile(f"{shown(path.name)} cannot be read as Parquet: {shown(str(error), 160)}.") from None


_READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".csv": _separated(","),
    ".tsv": _separated("\t"),
    ".tab": _separated("\t"),
    ".txt": _separated("\t"),
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}


# shapes: rows to lines per language


def _group_column(name: str, first: Row, asked: str) -> str:
    """The column that groups the sentences, as the table spells it; empty if none does."""
    by_lower = {column.lower(): column for column in first}
    found = _found(by_lower, (asked.strip().lower(),) if asked else _GROUP)
    if asked and found is None:
        columns = ", ".join(shown(column, 24) for column in list(first)[:6])
        raise UserError(f"{shown(name)} has no column {shown(asked, 24)} to group sentences by; it has {columns}.")
    return found or ""


def _shape(name: str, first: Row) -> Callable[[str, Iterable[Row], str], ParallelTable]:
    by_lower = {column.lower(): column for column in first}
    language, sentence = _found(by_lower, _LANGUAGE), _found(by_lower, _SENTENCE)
    if language and sentence:
        return _listed if isinstance(first[sentence], list) else _long
    if any(_is_language(column, value) for column, value in first.items()):
        return _wide
    found = ", ".join(shown(column, 24) for column in list(first)[:6])
    raise UserError(
        f"{shown(name)} has the columns {found}, none of which is a language code. Name each column by its language, "
        "such as eng_Latn or de, or give the columns 'language' and 'sentence'."
    )


def _found(by_lower: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((by_lower[name] for name in names if name in by_lower), None)


class _Grouping:
    """The group of each sentence, by its number, which is to be the same in every language."""

    def __init__(self, name: str, column: str) -> None:
        """Args: name: of the file; column: empty if none groups its sentences."""
        self.column, self._name = column, name
        self._group_by_number: dict[Any, str] = {}

    def note(self, number: Any, value: Any) -> None:
        """Take in what one row says."""
        if not self.column:
            return
        group = "" if value is None else str(value).strip()
        known = self._group_by_number.setdefault(number, group)
        if group and known and group != known:
            raise UserError(
                f"{shown(self._name)} puts sentence {shown(str(number))} into two groups, {shown(known, 24)} and "
                f"{shown(group, 24)}. Give it the same {shown(self.column, 24)} in every language."
            )
        self._group_by_number[number] = known or group

    def of(self, numbers: Iterable[Any]) -> tuple[str, ...]:
        """The groups of sentences by number; empty if no column groups them."""
        return tuple(self._group_by_number.get(number, "") for number in numbers) if self.column else ()


def _listed(name: str, rows: Iterable[Row], column: str) -> ParallelTable:
    texts: dict[str, list[str]] = {}
    grouping = _Grouping(name, column)
    others: dict[str, None] = {}
    for row in rows:
        by_lower = {column.lower(): column for column in row}
        language, sentence = _found(by_lower, _LANGUAGE), _found(by_lower, _SENTENCE)
        lines = row.get(sentence or "")
        if language is None or not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise UnreadableFile(f"A line of {shown(name)} has no language with a list of sentences, unlike the first.")
        code = str(row[language])
        if code in texts:
            raise UserError(f"{shown(name)} gives {shown(code)} twice. Give each language one line.")
        texts[code] = [_checked(name, line) for line in lines]
        others |= dict.fromkeys(key for key, value in row.items() if isinstance(value, list) and key != sentence)
        _note_list(name, grouping, row.get(column), len(lines))
    every = range(max(map(len, texts.values()), default=0))
    return ParallelTable(texts, groups=grouping.of(every), grouped_by=column, columns=tuple(others))


def _note_list(name: str, grouping: _Grouping, groups: Any, n: int) -> None:
    if not grouping.column or groups is None:
        return
    if not isinstance(groups, list) or len(groups) != n:
        raise UserError(
            f"{shown(name)} has a {shown(grouping.column, 24)} that is no list of {count(n)} values, "
            "one for each sentence."
        )
    for number, group in enumerate(groups):
        grouping.note(number, group)


def _long(name: str, rows: Iterable[Row], column: str) -> ParallelTable:
    by_number: dict[str, dict[Any, str]] = {}
    grouping = _Grouping(name, column)
    others: dict[str, None] = {}
    numbered = False
    for row in rows:
        by_lower = {column.lower(): column for column in row}
        language, sentence = _found(by_lower, _LANGUAGE), _found(by_lower, _SENTENCE)
        number, script = _found(by_lower, _NUMBER), _found(by_lower, _SCRIPT)
        if language is None or sentence is None:
            raise UnreadableFile(f"A row of {shown(name)} has no language or no sentence, unlike the first.")
        code = str(row[language]) + (f"_{row[script]}" if script else "")
        of_language = by_number.setdefault(code, {})
        numbered = number is not None
        at = row[number] if number is not None else len(of_language)
        if at in of_language:
            raise UserError(f"{shown(name)} gives sentence {shown(str(at))} of {shown(code)} twice.")
        of_language[at] = _text(name, row[sentence])
        grouping.note(at, row.get(column))
        others |= dict.fromkeys(key for key in row if key not in (language, sentence, number, script, _SPLIT))
    of_table = partial(ParallelTable, grouped_by=column, columns=tuple(others))
    if not numbered:
        every = range(max(map(len, by_number.values()), default=0))
        texts = {code: list(of_language.values()) for code, of_language in by_number.items()}
        return of_table(texts, groups=grouping.of(every))
    numbers = list(dict.fromkeys(at for of_language in by_number.values() for at in of_language))
    if len(numbers) * len(by_number) > 4 * MAX_SENTENCES:
        raise TooLarge(
            f"{shown(name)} numbers {count(len(numbers))} sentences in {count(len(by_number))} languages, too many."
        )
    texts = {code: [found.get(at, "") for at in numbers] for code, found in by_number.items()}
    return of_table(texts, groups=grouping.of(numbers))


def _wide(name: str, rows: Iterable[Row], group: str) -> ParallelTable:
    texts: dict[str, list[str]] = {}
    grouping = _Grouping(name, group)
    n = 0
    others: dict[str, None] = {}
    for row in rows:
        for column, value in row.items():
            if column in others or column == group or (column not in texts and not _is_language(column, value)):
                others[column] = None
                continue
            if column not in texts:
                texts[column] = [""] * n  # it was missing until now
            texts[column].append(_text(name, value))
        grouping.note(n, row.get(group))
        n += 1
        for lines in texts.values():
            if len(lines) < n:
                lines.append("")
    passed = ", ".join(shown(column, 24) for column in [*others][:6] if column != group)
    notes = (f"Columns passed over, as they are not language codes: {passed}.",) if passed else ()
    return ParallelTable(texts, notes, grouping.of(range(n)), group, tuple(others))


def _is_language(column: str, first: Any) -> bool:
    """Whether a column holds sentences: "id" is Indonesian, unless it holds numbers."""
    numbers = isinstance(first, int) or (isinstance(first, str) and first.strip().isdecimal())
    return is_language_code(column) and not (numbers and column.lower() in _NUMBER)


def _text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UserError(f"{shown(name)} holds {shown(str(value))} where a sentence should be. Sentences are text.")
    return _checked(name, value)


def _checked(name: str, text: str) -> str:
    """A sentence that has a UTF-8 form and stands on one line."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UnreadableFile(f"{shown(name)} holds half of a surrogate pair, which is no character. Mend it.") from None
    return text
