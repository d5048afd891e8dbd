"""What can be said of a corpus without holding its text."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.common.errors import UnknownName
from core.corpora.corpus import Corpus, Gap

_SAMPLE = 200  # lines


@dataclass(frozen=True)
class CorpusFacts:
    """A corpus but for its text.

    Args:
        spec: the spec string that opens it.
        label: for people.
        languages: codes, in the order of the corpus.
        n_bytes: UTF-8 bytes of each language.
        n_sentences: per language.
        fingerprint: of the whole text, as the corpus itself says it.
        notes: what a user of numbers on it should know.
        gaps: languages left out, and why.
        sample: lines from all over it.
        columns: those of a table that are no text, any of which may group its sentences.
        grouped_by: the column that does, or what a group is; empty if groups are not known.
        n_groups: how many there are; 0 if they are not known.
    """

    spec: str
    label: str
    languages: tuple[str, ...]
    n_bytes: tuple[int, ...]
    n_sentences: int
    fingerprint: str
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    sample: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    grouped_by: str = ""
    n_groups: int = 0

    def require(self, code: str) -> None:
        """Do nothing if the corpus has the language.

        Raises:
            UnknownName: it has not; suggests the nearest.
        """
        if code not in self.languages:
            raise UnknownName(f"language in {self.label} called", code, self.languages)

    def bytes_of(self, languages: Sequence[str]) -> int:
        """UTF-8 bytes of these languages."""
        return sum(n for code, n in zip(self.languages, self.n_bytes, strict=True) if code in set(languages))


def facts_of(corpus: Corpus) -> CorpusFacts:
    """The facts of a corpus that is open.

    >>> from core.corpora.corpus import Corpus
    >>> facts_of(Corpus("x", "X", {"eng_Latn": ("A cat.", ""), "deu_Latn": ("Eine Katze.", "Ja.")})).n_bytes
    (6, 14)
    """
    every = [line for lines in corpus.sentences.values() for line in lines if line]
    return CorpusFacts(
        corpus.spec,
        corpus.label,
        corpus.languages,
        tuple(sum(len(line.encode("utf-8", "surrogatepass")) for line in lines) for lines in corpus.sentences.values()),
        corpus.n_sentences,
        corpus.fingerprint,
        corpus.notes,
        corpus.gaps,
        tuple(filter(_is_text, every[:: max(1, len(every) // _SAMPLE)][:_SAMPLE])),
        corpus.columns,
        corpus.grouped_by,
        len(set(corpus.groups)),
    )


def _is_text(line: str) -> bool:
    """Does it have a UTF-8 form?"""
    return not any("\ud800" <= character <= "\udfff" for character in line)
