"""What a text to train on may be: a file, an upload, a language of a corpus, or code that is installed here."""

import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.common.named_path import named_path
from core.corpora.corpus import CORPORA, parse_corpus
from core.corpora.submitted import corpus_files, submitted_corpus
from core.corpora.text_uploads import SCHEME, text_path
from core.text.languages import language
from core.training.held_lines import HeldLines, lines_of_bytes
from core.training.training_file import opened_text
from core.training.training_source import TrainingSource

PYTHON = "python"
PACKAGE = "package:"  # and the name of an installed one
_MOST_CODE = 1_000_000  # bytes


def in_full(name: str) -> str:
    """A source as recipes name it: a path becomes absolute, for a job has another working folder.

    Raises:
        UserError: there is no such file, corpus or language, or it may not be read here.
    """
    if name == PYTHON or name.startswith(SCHEME):
        return name
    if name.startswith(PACKAGE):
        _package(name)
        return name
    if corpus := language_in(name):
        spec, code = corpus
        submitted_corpus(spec, "", Path).require(code)
        return name
    path = named_path(name).absolute()
    if not path.is_file():
        what = "is a folder: name the files in it" if path.is_dir() else "is no file. Check the path"
        raise UnreadableFile(f"{shown(name)} {what}.")
    return str(path)


def source_label(name: str) -> str:
    """What a source is called: a language by its name, a file without its folder and ending.

    >>> source_label("sample deu_Latn"), source_label("python"), source_label("/a/b.txt"), source_label("upload:0/c.md")
    ('German', 'Python code', 'b', 'c')
    >>> source_label("package:numpy")
    'Code of numpy'
    """
    if name == PYTHON:
        return "Python code"
    if name.startswith(PACKAGE):
        return f"Code of {name.removeprefix(PACKAGE)}"
    corpus = language_in(name)
    return language(corpus[1]).label if corpus else Path(name).stem


def language_in(name: str) -> tuple[str, str] | None:
    """Spec of the corpus and code of a language named as `SPEC CODE`; None for what is none.

    >>> language_in("sample deu_Latn"), language_in("python")
    (('sample', 'deu_Latn'), None)
    """
    spec, _, code = name.rpartition(" ")
    if not spec or name.startswith(("/", SCHEME)) or spec.partition(":")[0].partition("#")[0] not in CORPORA.all():
        return None
    try:
        parse_corpus(spec)
    except UserError:
        return None
    return spec, code


def is_language(name: str) -> bool:
    """Is it a language of a corpus?"""
    return language_in(name) is not None


def is_code(name: str) -> bool:
    """Is it code that is installed here?"""
    return name == PYTHON or name.startswith(PACKAGE)


def source_paths(name: str) -> list[Path]:
    """The files that a source is read from, where it names any."""
    if name == PYTHON:
        return _library()
    if name.startswith(PACKAGE):
        return _package(name)
    if corpus := language_in(name):
        return corpus_files(corpus[0])
    return [text_path(name)]


def opened_source(name: str, here: Callable[[Path], Path] = lambda path: path, corpus: str = "") -> TrainingSource:
    """The text of a source: a file as it lies on the disk, and of a corpus a sentence a line, an empty one where it
    lacks in this language.

    Args:
        here: where a file lies on this machine.
        corpus: what the text is parallel with; a language of a corpus is so with the others of it.

    Raises:
        UserError: it cannot be read.
    """
    label = source_label(name)
    if found := language_in(name):
        spec, code = found
        there = submitted_corpus(spec, "", here)
        there.require(code)
        return HeldLines(label, there.sentences[code], spec)
    if not is_code(name):
        return opened_text(label, here(text_path(name)), corpus)
    try:
        modules = _library() if name == PYTHON else _package(name)
        return replace(lines_of_bytes(label, _code(modules, here)), corpus=corpus)
    except OSError as error:
        called = "The library of Python" if name == PYTHON else shown(Path(name).name)
        raise UnreadableFile(f"{called} cannot be read: {error.strerror or error}.") from None


def _library() -> list[Path]:
    """The modules on top of Python's library, in order of their names."""
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


def _package(name: str) -> list[Path]:
    """The modules of an installed package, in order of their names.

    Raises:
        UserError: it is not installed, or has none.
    """
    called = name.removeprefix(PACKAGE)
    try:
        found = distribution(called)
    except (PackageNotFoundError, ValueError):
        raise UserError(f"No package called {shown(called)} is installed here. Name one that pip list names.") from None
    modules = sorted(str(path) for path in found.files or () if path.suffix == ".py" and ".." not in path.parts)
    if not modules:
        raise UserError(f"The package {shown(called)} has no module in Python. Name another.")
    return [Path(str(found.locate_file(path))) for path in modules]


def _code(modules: Sequence[Path], here: Callable[[Path], Path]) -> bytes:
    """As many whole modules as fit."""
    gathered, size = list[bytes](), 0
    for path in modules:
        data = here(path).read_bytes()
        size += len(data)
        if size > _MOST_CODE:
            break
        gathered.append(data)
    return b"".join(gathered)
