"""Parallel text: the same sentences in many languages, opened by a spec string such as `flores200#dev`.

Sentence n of one language says what sentence n of another says. Where a language lacks a sentence, the sentence is
empty; where a language cannot be used at all, it is left out and the reason stands in `gaps`. Nothing is filled in.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UnknownName, UserError, shown
from core.common.named_path import named_path
from core.common.registry import Registry
from core.text.language_search import near
from core.tokenizers.serving import assert_not_serving

_SPLIT = re.compile(r"[a-z0-9+_-]+", re.IGNORECASE)
_PATH = re.compile(r"^[^:]*([/\\]|\.[a-z0-9]{2,5}$)", re.IGNORECASE)  # of a file, no kind before it
_GROUPS = re.compile(r"\?groups=([^?#]+)(?=(?:#[a-z0-9+_-]+)?\Z)", re.IGNORECASE)


@dataclass(frozen=True)
class Gap:
    """A language that a corpus names but cannot offer, and why."""

    language: str
    reason: str


@dataclass(frozen=True, eq=False)
class Corpus:
    """Aligned sentences in several languages.

    Args:
        spec: the spec string that opens it.
        label: for people.
        sentences: per language code, N sentences in the same order; "" where there is none.
        licence: who may do what with the text.
        notes: what a user of numbers on it should know, one sentence each.
        gaps: languages left out.
        file_ends: for corpora of text files, how many sentences lie before the end of each file, ascending; `joined`
            needs them.
        groups: for each sentence the number of the group it comes from, such as an article; empty if not known.
        grouped_by: what a group is, in one word; empty if groups are not known.
        columns: for tables, the columns that are no text, any of which may name the groups.
    """

    spec: str
    label: str
    sentences: Mapping[str, tuple[str, ...]]
    licence: str = ""
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    file_ends: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()
    grouped_by: str = ""
    columns: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes, in the order of the corpus."""
        return tuple(self.sentences)

    @cached_property
    def n_sentences(self) -> int:
        """Sentences per language, gaps included."""
        return len(next(iter(self.sentences.values()), ()))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of every code and sentence, 16 hex digits."""
        digest = hashlib.sha256(repr(self.file_ends).encode())
        for code in sorted(self.sentences):
            digest.update(f"{code} {self.language_fingerprint(code)}\n".encode())
        return digest.hexdigest()[:16]

    def language_fingerprint(self, code: str) -> str:
        """Hash of the sentences of one language and of the ends of its files, 16 hex digits."""
        digest = hashlib.sha256(repr(self.file_ends).encode())
        sentences = self.sentences[code]
        data = [sentence.encode("utf-8", "surrogatepass") for sentence in sentences]
        digest.update(np.fromiter(map(len, data), np.int64, len(data)).tobytes())
        digest.update(b"".join(data))
        return digest.hexdigest()[:16]

    def present(self, code: str) -> NDArray[np.bool_]:
        """Which sentences a language has, (N,)."""
        return np.fromiter(map(bool, self.sentences[code]), np.bool_, self.n_sentences)

    def joined(self, code: str) -> str:
        """A language as one text, by the recipe of Petrov et al. 2023.

        They split each file at its newlines and join everything with spaces, so that the newline at the end of a file
        leaves one more space. Corpora without files are joined with single spaces.

        >>> Corpus("x", "X", {"a": ("A.", "B.", "C.")}, file_ends=(2, 3)).joined("a")
        'A. B.  C. '
        """
        sentences = self.sentences[code]
        if not self.file_ends:
            return " ".join(filter(None, sentences))
        starts = (0, *self.file_ends)
        files = (sentences[a:b] for a, b in zip(starts, self.file_ends, strict=False))
        return " ".join(sentence for file in files for sentence in (*file, ""))

    def only(self, languages: Sequence[str]) -> "Corpus":
        """The same corpus with fewer languages, in the order asked for.

        Raises:
            UnknownName: a language is not in it; suggests the nearest.
        """
        for code in languages:
            self.require(code)
        return replace(self, sentences={code: self.sentences[code] for code in languages})

    def require(self, code: str) -> None:
        """Nothing, if the corpus has the language.

        Raises:
            UserError: it has not; says why if the corpus knows, and otherwise suggests the nearest.
        """
        if code in self.sentences:
            return
        for gap in self.gaps:
            if gap.language == code:
                raise UserError(f"{self.label} has no usable {code}: {gap.reason} Pick another language.")
        raise UnknownName(f"language in {self.label} called", code, self.sentences, near(self.sentences, code))


@dataclass(frozen=True, kw_only=True)
class CorpusSource:
    """What a module of `core.corpora.sources` declares.

    Args:
        key: the word before the colon of a spec.
        label: for people.
        open: the corpus for (rest of the spec, split); both may be empty.
        open_grouped: the same with the name of the column that says which sentences come from one group; None where
            there are no columns.
        splits: names of splits that every corpus of this kind has; the empty split is all of them.
        takes_path: whether a path may follow the colon: "yes", "no", or "always" where one must.
        here: whether it opens now without a path or a network.
        reads: the files or folders that it opens for a rest of a spec, where they are there; whoever opens it in a
            `core.common.sandbox` sees no others.
        fetches: does it open from the Hub, whatever that takes?
        description: one or two sentences for the page.
    """

    key: str
    label: str
    open: Callable[[str, str], Corpus]
    open_grouped: Callable[[str, str, str], Corpus] | None = None
    splits: tuple[str, ...] = ()
    takes_path: str = "no"
    here: Callable[[], bool] = lambda: False
    reads: Callable[[str], Sequence[Path]] = lambda rest: [named_path(rest)] if rest else []
    fetches: bool = False
    description: str = ""


CORPORA = Registry(package="core.corpora.sources", constant="CORPUS", kind=CorpusSource, noun="kind of corpus called")


def offered_corpora() -> list[tuple[str, str]]:
    """(spec, label) of every corpus that opens now without a network.

    >>> "sample" in dict(offered_corpora())
    True
    """
    return [(source.key, source.label) for source in CORPORA.all().values() if source.here()]


def open_corpus(spec: str) -> Corpus:
    """The corpus that a spec string names: `sample`, `flores200#dev`, `flores200:FOLDER`, `file:PATH?groups=COLUMN`.

    Raises:
        UserError: no such kind, split or file, or its content cannot be used; says what to do.

    >>> open_corpus("sample").n_sentences > 5
    True
    """
    kind, rest, split = parse_corpus(spec)
    source, column = CORPORA.get(kind), group_column(spec)
    if split and source.splits and split not in source.splits:
        raise UnknownName(f"split of {source.label} called", split, source.splits)
    if rest and source.takes_path == "no":
        raise UserError(f"{source.label} takes no path. Write {kind} instead of {shown(spec)}.")
    if not rest and source.takes_path == "always":
        raise UserError(f"{shown(spec)} names no file. Write {kind}:PATH.")
    if rest or source.fetches:
        assert_not_serving(f"the corpus {spec}")
    if not column:
        return source.open(rest, split)
    if source.open_grouped is None:
        raise UserError(f"{source.label} has no columns to group sentences by. Leave out ?groups={shown(column, 24)}.")
    return source.open_grouped(rest, split, column)


def grouped_spec(spec: str, column: str) -> str:
    """The spec of the same corpus with its sentences grouped by a column; by none if that is empty.

    >>> grouped_spec("file:a.csv#dev", "doc"), grouped_spec("file:a.csv?groups=doc", "")
    ('file:a.csv?groups=doc#dev', 'file:a.csv')
    """
    kind, rest, split = parse_corpus(spec)
    named = f"?groups={quote(column, safe='')}" if column else ""
    return kind + (f":{rest}" if rest else "") + named + (f"#{split}" if split else "")


def group_column(spec: str) -> str:
    """The column by which a spec groups sentences, empty if it names none.

    >>> group_column("upload:0f/a.csv?groups=doc%20id#dev"), group_column("sample")
    ('doc id', '')
    """
    found = _GROUPS.search(spec)
    return unquote(found[1]) if found else ""


def parse_corpus(spec: str) -> tuple[str, str, str]:
    """(kind, rest, split) of a spec string, without the column that groups its sentences (`group_column`).

    Raises:
        UnknownName: no such kind of corpus.
        UserError: it is a path without a kind.

    >>> parse_corpus("flores200:data/flores#dev"), parse_corpus("file:a#b.csv")
    (('flores200', 'data/flores', 'dev'), ('file', 'a#b.csv', ''))
    """
    kind, _, rest = _GROUPS.sub("", spec).partition(":")
    body, mark, split = (rest or kind).rpartition("#")
    if mark and _SPLIT.fullmatch(split):
        kind, rest = (kind, body) if rest else (body, "")
    else:
        split = ""
    if kind not in CORPORA.all() and _PATH.search(spec):
        raise UserError(f"A file of your own is named with file: before it; write {shown(f'file:{spec}')}.")
    CORPORA.get(kind)  # refuses what is none
    return kind, rest, split
