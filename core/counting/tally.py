"""What counting jobs have finished so far on a corpus, piece by piece, whoever asked for them.

A job's result is there when the job is done; its pieces are there one by one, under hashes of tokenizer and lines
(`core.counting.pieces`). So a table can fill while its job runs, and what one job counted another need not.
"""

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.codec import Mismatch, from_json, to_json
from core.common.remembered import remember, remembered
from core.corpora.corpus import Corpus
from core.counting.job import KIND
from core.counting.pieces import piece_key, pieces
from core.jobs.job import KINDS, Unit, part_key
from core.jobs.store.store import Store, store


@dataclass(frozen=True)
class Layout:
    """How counting cuts a corpus.

    Args:
        corpus: fingerprint of the text.
        label: its name for people.
        n_sentences: per language.
        pieces: by language code: first sentence, sentence after the last, and hash of each piece.
    """

    corpus: str
    label: str
    n_sentences: int
    pieces: dict[str, list[tuple[int, int, str]]]

    @property
    def languages(self) -> tuple[str, ...]:
        """Codes, in the order of the corpus."""
        return tuple(self.pieces)


def layout(corpus: Corpus) -> Layout:
    """How counting cuts a corpus; remembered on disk, so that the text need not be opened to read its counts.

    >>> from core.corpora.corpus import open_corpus
    >>> found = layout(open_corpus("sample").only(["eng_Latn"]))
    >>> [(start, stop == found.n_sentences) for start, stop, _ in found.pieces["eng_Latn"]]
    [(0, True)]
    """
    known = known_layout(corpus.fingerprint)
    if known is not None:
        return known
    cut = {code: pieces(corpus.sentences[code]) for code in corpus.languages}
    found = Layout(corpus.fingerprint, corpus.label, corpus.n_sentences, cut)
    remember(to_json(found).encode(), *_place(corpus.fingerprint))
    return found


def known_layout(corpus: str) -> Layout | None:
    """The layout of the corpus with this fingerprint, if anything of it was ever counted here."""
    try:
        return from_json(Layout, remembered(*_place(corpus)) or b"")
    except Mismatch:
        return None


def _place(corpus: str) -> tuple[str, str]:
    return "layouts", f"{corpus}.json"


class Tally:
    """The counts of one tokenizer on one corpus, as far as they go; thread-safe."""

    def __init__(self, plan: Layout, fingerprint: str, at: Store | None = None) -> None:
        """Args: fingerprint: of the tokenizer; at: where pieces are, by default the store of this home."""
        shape = (len(plan.pieces), plan.n_sentences)
        self.plan, self.fingerprint = plan, fingerprint
        self.tokens: NDArray[np.uint32] = np.zeros(shape, np.uint32)  # (L, N)
        self.unknown: NDArray[np.uint32] = np.zeros(shape, np.uint32)
        self._store = at or store()
        self._done = np.zeros(len(plan.pieces), np.bool_)
        self._lock = threading.Lock()

    def update(self) -> NDArray[np.bool_]:
        """Read what has been finished since the last time; returns which languages are whole, (L,)."""
        with self._lock:
            for row in np.flatnonzero(~self._done):
                self._done[row] = self._read(int(row))
            return self._done.copy()

    def _read(self, row: int) -> bool:
        """Take in a language if all of its pieces are there."""
        cut = self.plan.pieces[self.plan.languages[row]]
        kind = KINDS.get(KIND)
        keys = [part_key(kind, "", Unit("", None, key=piece_key(self.fingerprint, digest))) for *_, digest in cut]
        if not all(map(self._store.has, keys)):
            return False
        for (start, stop, _), key in zip(cut, keys, strict=True):
            part = self._store.get(key)
            if part is None or part.arrays["tokens"].shape != (stop - start,):
                return False
            self.tokens[row, start:stop] = part.arrays["tokens"]
            self.unknown[row, start:stop] = part.arrays["unknown"]
        return True
