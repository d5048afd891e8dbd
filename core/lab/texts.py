"""The texts of a plan: those to measure on, and those kept for whatever trains; no text is both."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import UserError, shown
from core.common.numbers import count, so_many
from core.corpora.corpus import Corpus, open_corpus
from core.evaluation.base import EvalText
from core.lab.documents import pieces, read_plain
from core.lab.plan import Plan
from core.lab.setting import PARALLEL, about

MEASURED_SHARE = 2 / 3  # at most, where a corpus is small
TRAINING_TIMES = 4  # texts that methods learn from per measured text, at most


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts of a plan.

    Args:
        measured: what bits are counted on.
        training: what methods may learn from.
        left: all that is not measured, to train models on; what methods learn from is part of it.
        labels: what the corpus and the files are called, each with the hash of its content.
        remarks: what a user should know, in sentences.
    """

    measured: tuple[EvalText, ...]
    training: tuple[EvalText, ...]
    left: tuple[EvalText, ...]
    labels: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()

    def parallel(self, old: str) -> list[tuple[str, str]]:
        """(sentence in the old language, the same in another), of training texts only."""
        first = {t.sentence: t.text for t in self.training if t.language == old and t.sentence}
        others = (t for t in self.training if t.language != old and t.sentence in first)
        return [(first[t.sentence], t.text) for t in others]

    def source(self, old: str) -> list[str]:
        """Training texts in the old language."""
        return [t.text for t in self.training if t.language == old]

    def target(self, old: str) -> list[str]:
        """Training texts in other languages than the old; all of them where there is no other."""
        found = [t.text for t in self.training if t.language != old]
        return found or [t.text for t in self.training]


def texts_of(plan: Plan) -> Texts:
    """The texts that a plan names.

    Raises:
        UserError: a corpus, language or file is not there, or there is nothing to measure on.
    """
    measured: list[EvalText] = []
    training: list[EvalText] = []
    left: list[EvalText] = []
    labels, remarks = [], []
    if plan.corpus:
        corpus = open_corpus(plan.corpus)
        if plan.languages:
            corpus = corpus.only(plan.languages)
        both = list(_sentences(corpus, PARALLEL if plan.files else ""))
        n = _most(corpus.n_sentences, plan.sentences)
        measured += [text for at, text in both if at < n]
        training += [text for at, text in both if n <= at < n * (1 + TRAINING_TIMES)]
        left += [text for at, text in both if n <= at]
        labels.append((corpus.label, corpus.fingerprint))
        remarks += about(corpus.languages, corpus.notes)
    for name in plan.files:
        text = read_plain(name)
        cut = pieces(text)
        found = [EvalText("", Path(name).stem, piece) for piece in cut.texts]
        n = _most(len(found), plan.sentences)
        if cut.block_bytes:
            remarks.append(_said_blocks(Path(name).name, n, cut.block_bytes))
        measured += found[:n]
        training += found[n : n * (1 + TRAINING_TIMES)]
        left += found[n:]
        labels.append((Path(name).name, hashlib.sha256(text.encode()).hexdigest()[:16]))
    if not measured:
        raise UserError("None of the texts named holds anything to measure on. Choose others.")
    if not training:
        remarks.append("No text is left for what trains: all that there is is measured.")
    return Texts(tuple(measured), tuple(training), tuple(left), tuple(labels), tuple(remarks))


def _said_blocks(name: str, n: int, block_bytes: int) -> str:
    return (
        f"{shown(name)} has too few documents for a test: {so_many(n, 'block', 'blocks')} of {count(block_bytes)} "
        f"bytes {'is' if n == 1 else 'are'} measured, each read by itself."
    )


def _most(there: int, wanted: int) -> int:
    """How many texts to measure of those there are."""
    return max(1, min(wanted, round(there * MEASURED_SHARE)))


def _sentences(corpus: Corpus, domain: str) -> Iterator[tuple[int, EvalText]]:
    """(number of the sentence, the sentence) of each language in turn, gaps left out."""
    for code, sentences in corpus.sentences.items():
        for n, text in enumerate(sentences):
            if text:
                yield n, EvalText(code, domain, text, str(n))
