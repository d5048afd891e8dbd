"""Counting a corpus while the caller waits: the same job that the queue runs, in this process, piece by piece.

Pieces are kept in the store, where jobs find them too: a run that was stopped goes on where it was, and a language
added later is the only one counted.
"""

from core.common.progress import report
from core.corpora.corpus import Corpus
from core.counting.inputs import held_by_caller
from core.counting.job import KIND, corpus_counting, counted
from core.counting.table import CountTable
from core.jobs.compute import run_here
from core.jobs.job import KINDS
from core.tokenizers.tokenizer import Tokenizer


def count_corpus(tokenizer: Tokenizer, corpus: Corpus) -> CountTable:
    """The counts of one tokenizer on a corpus, from the store where they are known, each language as one text too.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.corpora.corpus import open_corpus
    >>> table = count_corpus(open_tokenizer("builtin:utf8-bytes"), open_corpus("sample").only(["eng_Latn"]))
    >>> bool((table.tokens[0] == table.n_bytes).all())
    True
    """
    job = corpus_counting([tokenizer], corpus, joined=True)

    def done(n: int, total: int) -> None:
        report(n, total, f"Counting {tokenizer.info.label}")

    with held_by_caller(tokenizer, corpus):
        return counted(run_here(KINDS.get(KIND), job.params, job.inputs, done))
