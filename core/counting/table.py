"""The one form of token counts: per tokenizer, language and sentence. Every premium and interval is derived from it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UnknownName, UserError
from core.corpora.corpus import Corpus
from core.export.csv import csv_table
from core.stats.grouped_items import Groups, groups_of, n_groups
from core.text.language_search import near
from core.text.languages import language
from core.tokenizers.tokenizer import Info

Unsigned = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, kw_only=True)
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
            spec=info.spec,
            label=info.label,
            fingerprint=info.fingerprint,
            n_vocabulary=info.n_vocabulary,
            algorithm=info.algorithm,
            reference=info.reference,
            normaliser=info.normaliser,
            notes=info.notes,
            lane=lane,
            opens=(info.spec,),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class CountedText:
    """The N sentences of L languages that are counted.

    Args:
        corpus: fingerprint of the text.
        corpus_label: its name for people.
        languages: codes, L of them.
        n_bytes: UTF-8 bytes per sentence, (L, N).
        n_characters: code points per sentence, (L, N).
        parts: where each part of the corpus ends, such as dev and devtest, by name.
        groups: the group of each sentence, such as its article, N of them; empty if not known.
        grouped_by: what a group is, in one word; empty if groups are not known.
    """

    corpus: str
    corpus_label: str
    languages: tuple[str, ...]
    n_bytes: Unsigned
    n_characters: Unsigned
    parts: tuple[tuple[str, int], ...] = ()
    groups: tuple[int, ...] = ()
    grouped_by: str = ""

    @classmethod
    def of(cls, corpus: Corpus, languages: Sequence[str] = ()) -> "CountedText":
        """The same of a corpus, for some of its languages or all."""
        codes = tuple(languages or corpus.languages)
        lines = [corpus.sentences[code] for code in codes]
        return CountedText(
            corpus=corpus.fingerprint,
            corpus_label=corpus.label,
            languages=codes,
            n_bytes=compact(np.array([[len(sentence.encode()) for sentence in each] for each in lines])),
            n_characters=compact(np.array([[len(sentence) for sentence in each] for each in lines])),
            parts=_parts(corpus),
            groups=corpus.groups,
            grouped_by=corpus.grouped_by,
        )

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        """Which sentences each language has, (L, N)."""
        return np.asarray(self.n_bytes > 0)

    @cached_property
    def n_present(self) -> NDArray[np.int64]:
        """How many sentences each language has, (L,)."""
        return np.asarray(self.present.sum(1, dtype=np.int64))

    @cached_property
    def complete(self) -> bool:
        """Whether every language has every sentence."""
        return bool(self.present.all())

    @cached_property
    def drawn_together(self) -> Groups | None:
        """The group of each sentence by number, (N,); None where each is drawn by itself."""
        return groups_of(self.groups, self.n_bytes.shape[1])

    @property
    def n_drawn(self) -> int:
        """How many groups there are to draw; sentences, where they stand in none."""
        return n_groups(self.drawn_together, self.n_bytes.shape[1])

    @property
    def drawn(self) -> str:
        """What is drawn, in the plural: "sentences", or what a group is."""
        if self.drawn_together is None:
            return "sentences"
        return f"{self.grouped_by}s" if self.grouped_by in ("article", "document") else "groups"

    def language(self, code: str) -> int:
        """Row of a language.

        Raises:
            UnknownName: it is not in the text; suggests the nearest.
        """
        if code not in self.languages:
            raise UnknownName(
                f"language in {self.corpus_label} called", code, self.languages, near(self.languages, code)
            )
        return self.languages.index(code)


@dataclass(frozen=True, eq=False, kw_only=True)
class CountTable(CountedText):
    """Counts of K tokenizers on a text.

    Args:
        tokenizers: K of them.
        tokens: uint16 or uint32 (K, L, N).
        unknown: unknown tokens, the same type and shape.
        joined: tokens of each language as one text by the recipe of `Corpus.joined`, int64 (K, L); -1 if not counted.
        joined_unknown: unknown tokens among these, int64 (K, L).
    """

    tokenizers: tuple[Counted, ...]
    tokens: Unsigned
    unknown: Unsigned
    joined: NDArray[np.int64]
    joined_unknown: NDArray[np.int64]

    @classmethod
    def on(cls, text: CountedText, **counts: Any) -> "CountTable":
        """Counts on this text; the other fields by name."""
        return cls(**{field.name: getattr(text, field.name) for field in fields(CountedText)}, **counts)

    @cached_property
    def total_tokens(self) -> NDArray[np.int64]:
        """Tokens of all sentences of a language, (K, L)."""
        return np.asarray(self.tokens.sum(2, dtype=np.int64))

    @cached_property
    def total_unknown(self) -> NDArray[np.int64]:
        """Unknown tokens of all sentences of a language, (K, L)."""
        return np.asarray(self.unknown.sum(2, dtype=np.int64))

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
        first: int = 0,
    ) -> "CountTable":
        """A smaller table: tokenizers by row, languages by code, sentences of one part ("dev"), the first so many.

        Joined counts are of the whole text and cannot be cut, so a part has none: they are -1. No `first` takes all.
        """
        k = np.arange(len(self.tokenizers)) if tokenizers is None else np.asarray(tokenizers, np.intp)
        rows = np.arange(len(self.languages)) if languages is None else np.array([self.language(c) for c in languages])
        n = self._sentences(part, first)
        cells = np.ix_(k, rows)
        joined, joined_unknown = self.joined[cells], self.joined_unknown[cells]
        return replace(
            self,
            languages=tuple(self.languages[i] for i in rows),
            tokenizers=tuple(self.tokenizers[i] for i in k),
            tokens=self.tokens[cells][..., n],
            unknown=self.unknown[cells][..., n],
            joined=np.full_like(joined, -1) if part or first else joined,
            joined_unknown=np.full_like(joined, -1) if part or first else joined_unknown,
            n_bytes=self.n_bytes[rows][:, n],
            n_characters=self.n_characters[rows][:, n],
            parts=() if part or first else self.parts,
            groups=self.groups[n],
        )

    def _sentences(self, part: str, first: int) -> slice:
        if not part:
            return slice(first or None)
        start = 0
        for name, end in self.parts:
            if name == part:
                return slice(start, min(end, start + first) if first else end)
            start = end
        raise UnknownName("part of the corpus called", part, [name for name, _ in self.parts])


def totals_csv(table: CountTable) -> str:
    """One row per language and tokenizer; a sentence that a language lacks is not among its sentences."""
    names = ("language", "name", "tokenizer", "sentences", "tokens", "unknown")
    return csv_table(
        names,
        (
            (code, language(code).name, one.spec, int(table.n_present[row]), int(tokens[row]), int(unknown[row]))
            for row, code in enumerate(table.languages)
            for one, tokens, unknown in zip(table.tokenizers, table.total_tokens, table.total_unknown, strict=True)
        ),
    )


def compact(counts: NDArray[np.integer[Any]]) -> Unsigned:
    """The same counts in two bytes each, or in four if one needs them.

    >>> compact(np.array([1, 65_535])).dtype, compact(np.array([65_536])).dtype
    (dtype('uint16'), dtype('uint32'))
    """
    return counts.astype(np.uint16 if counts.max(initial=0) < 2**16 else np.uint32)


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


def _parts(corpus: Corpus) -> tuple[tuple[str, int], ...]:
    """Where each named part of a corpus ends: dev and devtest of FLORES-200."""
    names = ("dev", "devtest") if corpus.spec.startswith("flores200") else ()
    return tuple(zip(names, corpus.file_ends, strict=True)) if len(names) == len(corpus.file_ends) else ()
