"""What the Vocabulary page computes of whole vocabularies, in processor time, which other work changes least.

`python -m benchmarks vocabulary`; of the first two the comparison is timed.
"""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.measure import markdown, seconds, timed
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.comparison import compare
from core.vocabulary.division import DIVISIONS
from core.vocabulary.entries import Entries, entries_of
from core.vocabulary.search import matching
from core.vocabulary.token_counts import count_corpus_tokens
from core.vocabulary.usage import usage

SPECS = ("tiktoken:o200k_base", "packaged:qwen3")


def of_one(spec: str) -> tuple[Entries, list[str]]:
    """The entries of a tokenizer, and a row of times."""
    opened = open_tokenizer(spec)
    entries, read = timed(lambda: entries_of(opened))
    sample = open_corpus("sample")
    counted = replace(entries, counts=count_corpus_tokens(opened, sample))
    times = [
        read,
        seconds(lambda: [audit.find(counted) for audit in AUDITS.all().values()]),
        seconds(lambda: [division.divide(entries) for division in DIVISIONS.all().values()]),
        seconds(lambda: usage(opened, sample.sentences)),
        seconds(lambda: matching(entries, "the", "Text")),
        seconds(lambda: matching(entries, "^ ?[A-Z][a-z]+$", "Pattern")),
    ]
    return entries, [spec, count(len(entries)), *(f"{one:.2f} s" for one in times)]


def run(specs: Sequence[str] = SPECS) -> str:
    """A table of times, and how long it takes to compare the first two."""
    rows = [of_one(spec) for spec in specs]
    heads = ["tokenizer", "ids", "entries", "all audits", "all divisions", "use on a text", "find a text", "a pattern"]
    comparing = seconds(lambda: compare(rows[0][0], rows[1][0]))
    table = markdown("Whole vocabularies", heads, [row for _, row in rows])
    return f"{table}\nThe first two compared: {comparing:.2f} s\n"
