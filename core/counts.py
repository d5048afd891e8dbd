"""Token counts per tokenizer, language and sentence, which every premium and interval is derived from.

Counting is done once per (tokenizer, language) and kept in the user's cache under both fingerprints, so that a run that
was stopped goes on where it was, and a language added later is the only one counted.
"""

import io
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from core.atomic import write_whole
from core.corpus import Corpus
from core.errors import TooLarge, UnknownName, UnreadableFile, UserError, shown
from core.fast_lanes import fast_counter
from core.home import home
from core.lane import Counter
from core.progress import report
from core.tokenizer import Counts, Info, LocalTokenizer, Tokenizer

MAX_LINE_BYTES = 64 * 2**20
_CHUNK_LINES, _CHUNK_BYTES = 4_096, 2 * 2**20
_LANGUAGES_JOINED = 8  # joined texts in one call, so that libraries can use their threads
_FORMAT = 1

Unsigned = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, eq=False)
class LanguageCounts:
    """One tokenizer on one language.

    Args:
        tokens: per sentence, uint16 or uint32 (N,); 0 for a sentence that is missing.
        unknown: unknown tokens per sentence, the same type.
        joined: tokens of the sentences as one text, by the recipe of `Corpus.joined`.
        joined_unknown: unknown tokens among these.
    """

    tokens: Unsigned
    unknown: Unsigned
    joined: int
    joined_unknown: int


@dataclass(frozen=True)
class Counted:
    """Which tokenizer counts are of.

    Args:
        spec, label, fingerprint, algorithm, reference, normaliser, notes: of its `Info`.
        n_vocabulary: None for rules without a vocabulary.
        lane: the engine that counted and why, empty if not known.
        file: where its file came from and the hash of its content, empty if not known.
        family: whose it is, to compare generations, such as "OpenAI"; empty if not known.
        year: when it was published; None if not known.
        opens: spec strings that may open the same tokenizer here, best first.
        also: labels of other tokenizers that count the same on every sentence.
    """

    spec: str
    label: str
    fingerprint: str
    n_vocabulary: int | None
    algorithm: str
    reference: str
    normaliser: str = ""
    notes: tuple[str, ...] = ()
    lane: str = ""
    file: str = ""
    family: str = ""
    year: int | None = None
    opens: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @classmethod
    def of(cls, info: Info, lane: str = "") -> "Counted":
        """The same facts of an open tokenizer."""
        return cls(
            info.spec,
            info.label,
            info.fingerprint,
            info.n_vocabulary,
            info.algorithm,
            info.reference,
            info.normaliser,
            info.notes,
            lane,
            opens=(info.spec,),
        )


@dataclass(frozen=True, eq=False)
class CountTable:
    """Counts of K tokenizers on the N sentences of L languages.

    Args:
        corpus: fingerprint of the text.
        corpus_label: its name for people.
        languages: codes, L of them.
        tokenizers: K of them.
        tokens: uint16 or uint32 (K, L, N).
        unknown: unknown tokens, the same type and shape.
        joined: tokens of each language as one text, int64 (K, L).
        joined_unknown: unknown tokens among these, int64 (K, L).
        n_bytes: UTF-8 bytes per sentence, (L, N).
        n_characters: code points per sentence, (L, N).
        parts: where each part of the corpus ends, such as dev and devtest, by name.
    """

    corpus: str
    corpus_label: str
    languages: tuple[str, ...]
    tokenizers: tuple[Counted, ...]
    tokens: Unsigned
    unknown: Unsigned
    joined: NDArray[np.int64]
    joined_unknown: NDArray[np.int64]
    n_bytes: Unsigned
    n_characters: Unsigned
    parts: tuple[tuple[str, int], ...] = field(default=())

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which sentences each language has, (L, N)."""
        return np.asarray(self.n_bytes > 0)

    def language(self, code: str) -> int:
        """Row of a language.

        Raises:
            UnknownName: it is not in the table; suggests the nearest.
        """
        if code not in self.languages:
            raise UnknownName(f"language in {self.corpus_label} called", code, self.languages)
        return self.languages.index(code)

    def tokenizer(self, spec: str) -> int:
        """Row of a tokenizer, by spec string or label.

        Raises:
            UnknownName: it is not in the table; suggests the nearest.
        """
        for n, one in enumerate(self.tokenizers):
            if spec in (one.spec, one.label):
                return n
        raise UnknownName("counted tokenizer called", spec, [one.label for one in self.tokenizers])

    def select(
        self,
        tokenizers: Sequence[int] | None = None,
        languages: Sequence[str] | None = None,
        part: str = "",
    ) -> "CountTable":
        """A smaller table: tokenizers by row, languages by code, sentences of one part ("dev").

        Joined counts are of the whole text and cannot be cut, so a part has none: they are -1.
        """
        k = np.arange(len(self.tokenizers)) if tokenizers is None else np.asarray(tokenizers, np.intp)
        rows = np.arange(len(self.languages)) if languages is None else np.array([self.language(c) for c in languages])
        n = self._sentences(part)
        cells = np.ix_(k, rows)
        joined, joined_unknown = self.joined[cells], self.joined_unknown[cells]
        return replace(
            self,
            languages=tuple(self.languages[i] for i in rows),
            tokenizers=tuple(self.tokenizers[i] for i in k),
            tokens=self.tokens[cells][..., n],
            unknown=self.unknown[cells][..., n],
            joined=np.full_like(joined, -1) if part else joined,
            joined_unknown=np.full_like(joined, -1) if part else joined_unknown,
            n_bytes=self.n_bytes[rows][:, n],
            n_characters=self.n_characters[rows][:, n],
            parts=() if part else self.parts,
        )

    def _sentences(self, part: str) -> slice:
        if not part:
            return slice(None)
        start = 0
        for name, end in self.parts:
            if name == part:
                return slice(start, end)
            start = end
        raise UnknownName("part of the corpus called", part, [name for name, _ in self.parts])


def compact(counts: NDArray[np.integer[Any]]) -> Unsigned:
    """The same counts in two bytes each, or in four if one needs them.

    >>> compact(np.array([1, 65_535])).dtype, compact(np.array([65_536])).dtype
    (dtype('uint16'), dtype('uint32'))
    """
    return counts.astype(np.uint16 if counts.max(initial=0) < 2**16 else np.uint32)


def count_corpus(
    tokenizer: Tokenizer, corpus: Corpus, on_language: Callable[[str, LanguageCounts], None] | None = None
) -> CountTable:
    """The counts of one tokenizer on a corpus, from the cache where they are known.

    Args:
        on_language: hears of each language as it is done, in the order of the corpus.

    >>> from core.catalog import open_tokenizer
    >>> from core.corpus import open_corpus
    >>> table = count_corpus(open_tokenizer("builtin:utf8-bytes"), open_corpus("sample").only(["eng_Latn"]))
    >>> bool((table.tokens[0] == table.n_bytes).all())
    True
    """
    count, verdict = fast_counter(tokenizer)
    found: dict[str, LanguageCounts] = {}
    for code, counts in counted_languages(tokenizer, corpus, count):
        found[code] = counts
        report(len(found), len(corpus.languages), f"Counting {tokenizer.info.label}")
        if on_language is not None:
            on_language(code, counts)
    n_bytes, n_characters = sizes(corpus)
    return CountTable(
        corpus=corpus.fingerprint,
        corpus_label=corpus.label,
        languages=corpus.languages,
        tokenizers=(Counted.of(tokenizer.info, verdict.reason),),
        tokens=compact(np.stack([found[c].tokens for c in corpus.languages])[None]),
        unknown=compact(np.stack([found[c].unknown for c in corpus.languages])[None]),
        joined=np.array([[found[c].joined for c in corpus.languages]], np.int64),
        joined_unknown=np.array([[found[c].joined_unknown for c in corpus.languages]], np.int64),
        n_bytes=n_bytes,
        n_characters=n_characters,
        parts=_parts(corpus),
    )


def stacked(tables: Sequence[CountTable]) -> CountTable:
    """Tables of several tokenizers on the same text as one.

    Raises:
        UserError: they are of different texts or languages.
    """
    first = tables[0]
    if any((t.corpus, t.languages) != (first.corpus, first.languages) for t in tables):
        raise UserError("Counts on different texts or languages cannot stand in one table. Count all on one corpus.")
    return replace(
        first,
        tokenizers=tuple(one for t in tables for one in t.tokenizers),
        tokens=np.concatenate([t.tokens for t in tables]),
        unknown=np.concatenate([t.unknown for t in tables]),
        joined=np.concatenate([t.joined for t in tables]),
        joined_unknown=np.concatenate([t.joined_unknown for t in tables]),
    )


def counted_languages(tokenizer: Tokenizer, corpus: Corpus, count: Counter) -> Iterator[tuple[str, LanguageCounts]]:
    """(code, counts) of each language in order, each stored before it is handed out."""
    codes = iter(corpus.languages)
    # A tokenizer in a process of its own answers one call at a time: short calls, so that others get a turn.
    together = _LANGUAGES_JOINED if isinstance(tokenizer, LocalTokenizer) else 1
    while group := list(islice(codes, together)):
        paths = {code: _place(tokenizer, corpus, code) for code in group}
        known = {code: _stored(path) for code, path in paths.items()}
        missing = [code for code in group if known[code] is None]
        # One unwieldy language must not take the memory of eight: counted one by one, joined together.
        counts = {code: count_once(count, corpus.sentences[code]) for code in missing}
        joined = count([corpus.joined(code) for code in missing]) if missing else None
        for code in group:
            fresh = known[code]
            if fresh is None:
                assert joined is not None, "there is something missing"
                n = missing.index(code)
                fresh = LanguageCounts(
                    compact(counts[code].tokens),
                    compact(counts[code].unknown),
                    int(joined.tokens[n]),
                    int(joined.unknown[n]),
                )
                _store(paths[code], fresh)
            yield code, fresh


def count_once(count: Counter, texts: Sequence[str]) -> Counts:
    """Counts per text, where equal texts are encoded once."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == len(texts):
        return count(texts)
    row = {text: n for n, text in enumerate(distinct)}
    rows = np.fromiter((row[text] for text in texts), np.intp, len(texts))
    counts = count(distinct)
    return Counts(counts.tokens[rows], counts.unknown[rows])


def sizes(corpus: Corpus) -> tuple[Unsigned, Unsigned]:
    """UTF-8 bytes and code points per sentence, (L, N) each."""
    n_bytes = [[len(sentence.encode()) for sentence in corpus.sentences[code]] for code in corpus.languages]
    n_characters = [[len(sentence) for sentence in corpus.sentences[code]] for code in corpus.languages]
    return compact(np.array(n_bytes)), compact(np.array(n_characters))


def _parts(corpus: Corpus) -> tuple[tuple[str, int], ...]:
    names = ("dev", "devtest") if corpus.spec.startswith("flores200") else ()
    return tuple(zip(names, corpus.file_ends, strict=True)) if len(names) == len(corpus.file_ends) else ()


def _place(tokenizer: Tokenizer, corpus: Corpus, code: str) -> Path:
    name = f"{tokenizer.info.fingerprint}-{corpus.language_fingerprint(code)}-{_FORMAT}.npz"
    return home("counts") / name


def _store(path: Path, counts: LanguageCounts) -> None:
    buffer = io.BytesIO()
    joined = np.array([counts.joined, counts.joined_unknown])
    np.savez_compressed(buffer, tokens=counts.tokens, unknown=counts.unknown, joined=joined)
    write_whole(path, buffer.getvalue())


def _stored(path: Path) -> LanguageCounts | None:
    try:
        with np.load(path) as arrays:
            return LanguageCounts(arrays["tokens"], arrays["unknown"], *map(int, arrays["joined"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error):
        return None


# a file too large to hold


@dataclass(frozen=True)
class Totals:
    """What a file adds up to: tokens line by line, without the newlines; bytes and characters of the whole file."""

    n_lines: int
    n_tokens: int
    n_unknown: int
    n_bytes: int
    n_characters: int


def count_lines(
    tokenizer: Tokenizer, path: Path, on_counts: Callable[[NDArray[np.int32]], None] | None = None
) -> Totals:
    """Counts of a text file read line by line, in memory that does not grow with the file.

    Args:
        on_counts: hears of the tokens of each line, a few thousand lines at a time.

    Raises:
        UnreadableFile: it cannot be opened, or is not UTF-8; names the line.
        TooLarge: a line is over 64 MB.
    """
    count, _ = fast_counter(tokenizer)
    totals = np.zeros(5, np.int64)
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            for data in _chunks(file, path.name):
                texts = _decoded(data, path.name, int(totals[0]))
                counts = count_once(count, texts)
                totals += (
                    len(texts),
                    int(counts.tokens.sum()),
                    int(counts.unknown.sum()),
                    sum(map(len, data)) + len(data),
                    sum(map(len, texts)) + len(texts),
                )
                report(file.tell(), size, f"Counting {path.name}")
                if on_counts is not None:
                    on_counts(counts.tokens)
            if size and not _ends_in_newline(file):
                totals[3:] -= 1
    except OSError as error:
        raise UnreadableFile(f"{shown(path.name)} cannot be read: {error.strerror or error}.") from None
    return Totals(*map(int, totals))


def _chunks(file: BinaryIO, name: str) -> Iterator[list[bytes]]:
    """Lines without their newlines, some thousands or two megabytes at a time."""
    lines: list[bytes] = []
    held = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise TooLarge(f"{shown(name)} has a line of over {MAX_LINE_BYTES / 2**20:,.0f} MB. Break it into lines.")
        lines.append(line.removesuffix(b"\n"))
        held += len(line)
        if len(lines) >= _CHUNK_LINES or held >= _CHUNK_BYTES:
            yield lines
            lines, held = [], 0
    if lines:
        yield lines


def _ends_in_newline(file: BinaryIO) -> bool:
    file.seek(-1, os.SEEK_END)
    return file.read(1) == b"\n"


def _decoded(lines: Sequence[bytes], name: str, before: int) -> list[str]:
    try:
        return [line.decode() for line in lines]
    except UnicodeDecodeError:
        wrong = next(n for n, line in enumerate(lines) if not _is_utf8(line))
        raise UnreadableFile(
            f"{shown(name)} is not UTF-8: see line {before + wrong + 1:,}. Save it again as UTF-8."
        ) from None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
