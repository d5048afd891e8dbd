"""`file:PATH`: the user's own parallel text: CSV, TSV, JSONL, Parquet, or one text file per language in a .zip, a
.tar.gz or a folder."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from core.common.archives import MAX_ENTRIES, MAX_UNPACKED, unpacked
from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.plain_text import lines
from core.common.settings import settings
from core.corpora.alignment import aligned, remarks
from core.corpora.corpus import Corpus, CorpusSource, Gap, grouped_spec
from core.corpora.tables import ParallelTable, is_table, read_table
from core.stats.grouped_items import numbered
from core.text.languages import is_language_code

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".parquet", ".zip", ".tar.gz", ".tgz")
_ABOUT = ("readme", "license", "licence", "metadata")
_PAIR = re.compile(r".+\.([^.-]+)-([^.-]+)\.([^.]+)")  # as OPUS names them: Tatoeba.de-en.de, Tatoeba.de-en.en


def open_path(path: Path, spec: str, split: str = "", groups: str = "") -> Corpus:
    """The parallel text at a path.

    Args:
        spec: the spec string that the corpus will carry.
        split: for tables, the value wanted in the column "split"; for text files, their folder or ending.
        groups: for tables, the column that says which sentences come from one group, such as an article; where it is
            empty, a column named group, article or document does.

    Raises:
        UserError: nothing there, or nothing that can be read as parallel text; says what is wrong.
    """
    table = ParallelTable({})
    gaps: list[Gap] = []
    if not path.exists():
        raise UnreadableFile(f"There is no file {shown(str(path))}. Check the path.")
    if path.is_file() and is_table(path):
        table = read_table(path, split, groups)
        texts = table.texts
    elif groups:
        raise UserError(
            f"{shown(path.name)} is no table, so it has no column {shown(groups, 24)}. Leave out the groups."
        )
    elif path.is_dir() or path.name.lower().endswith((".zip", ".tar.gz", ".tgz")):
        texts, gaps = _text_files(path, split)
    else:
        raise UserError(f"{shown(path.name)} is not parallel text of a kind read here: {', '.join(ENDINGS)}, a folder.")
    sentences, left_out = aligned(texts)
    return Corpus(
        spec,
        path.name,
        sentences,
        notes=(*table.notes, *remarks(sentences)),
        gaps=(*gaps, *left_out),
        groups=numbered(table.groups[: len(next(iter(sentences.values())))]),
        grouped_by=table.grouped_by,
        columns=table.columns,
    )


def _text_files(path: Path, split: str) -> tuple[dict[str, list[str]], list[Gap]]:
    """Lines per language of one text file per language; a file that is no text is a gap."""
    texts: dict[str, list[str]] = {}
    gaps = []
    for name, content in _files(path) if path.is_dir() else unpacked(path):
        if split and split not in (name.parent.name, name.suffix.removeprefix(".")):
            continue
        code = _code(name.name)
        if code is None:
            continue
        if code in texts:
            raise UserError(
                f"{shown(path.name)} holds {shown(code)} twice. Give each language one file, or name a split: "
                f"{shown(name.parent.name or name.suffix.removeprefix('.'))} perhaps."
            )
        try:
            texts[code] = lines(content, str(name))
        except UnreadableFile as error:
            gaps.append(Gap(code, str(error)))
    if not texts and gaps:
        raise UnreadableFile(gaps[0].reason)
    if not texts and split:
        raise UserError(f"{shown(path.name)} has no files of a split {shown(split)}.")
    return texts, gaps


def _code(name: str) -> str | None:
    """The language of a text by the name of its file; None of what is no text.

    >>> _code("deu_Latn.devtest"), _code("README"), _code("Tatoeba.de-en.en"), _code("Tatoeba.de-en.xml")
    ('deu_Latn', None, 'en', None)
    """
    pair = _PAIR.fullmatch(name)
    if pair and is_language_code(pair[1]) and is_language_code(pair[2]):
        return pair[3] if pair[3] in (pair[1], pair[2]) else None
    code = name.partition(".")[0]
    return None if code.lower() in _ABOUT else code


def _files(folder: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    left = MAX_UNPACKED
    for n, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))):
        left -= path.stat().st_size
        if left < 0 or n > MAX_ENTRIES:
            raise TooLarge(
                f"The folder {shown(folder.name)} holds over {count(MAX_UNPACKED / 2**20)} MB. Take a part of it."
            )
        yield PurePosixPath(path.relative_to(folder).as_posix()), path.read_bytes()


def _open(rest: str, split: str, groups: str = "") -> Corpus:
    settings().refuse("file")
    spec = grouped_spec(f"file:{rest}" + (f"#{split}" if split else ""), groups)
    return open_path(named_path(rest), spec, split, groups)


CORPUS = CorpusSource(
    key="file",
    label="A file",
    open=_open,
    open_grouped=_open,
    takes_path="always",
    description="Your own parallel text: a table with one column per language, or one text file per language.",
)
