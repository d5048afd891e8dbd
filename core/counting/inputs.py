"""The tokenizer and the corpus that a job counts with: those its caller holds, or the ones it was submitted for."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from core.corpora.corpus import Corpus
from core.corpora.submitted import submitted_corpus
from core.jobs.job import Context
from core.tokenizers.submitted import submitted_tokenizer
from core.tokenizers.tokenizer import Tokenizer

_LENT: ContextVar[tuple[Tokenizer, Corpus] | None] = ContextVar("lent_to_counting", default=None)


@contextmanager
def held_by_caller(tokenizer: Tokenizer, corpus: Corpus) -> Iterator[None]:
    """Count with these in this thread, instead of opening the same again."""
    token = _LENT.set((tokenizer, corpus))
    try:
        yield
    finally:
        _LENT.reset(token)


def corpus_of(context: Context) -> Corpus:
    """The corpus that a job counts, which is the last of its inputs.

    Raises:
        UserError: it cannot be opened, or has changed.
    """
    fingerprint = context.inputs[-1].fingerprint if context.inputs else ""
    here = _LENT.get()
    if here and here[1].fingerprint == fingerprint:
        return here[1]
    return submitted_corpus(context.params["corpus_spec"], fingerprint, context.path)


def tokenizer_of(spec: str, context: Context) -> Tokenizer:
    """One of the tokenizers that a job counts with.

    Raises:
        UserError: it cannot be opened, or has changed.
    """
    fingerprint = {each.name: each.fingerprint for each in context.inputs}.get(spec, "")
    here = _LENT.get()
    if here and here[0].info.spec == spec and here[0].info.fingerprint == fingerprint:
        return here[0]
    return submitted_tokenizer(spec, fingerprint, context.path)
