"""What the Vocabulary page computes of whole vocabularies, in processor time, which other work changes least.

`python -m benchmarks vocabulary`; of the first two the comparison is timed. `python -m benchmarks audits` times the
audits of all well-known tokenizers.
"""

import time
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace

import tiktoken

from benchmarks.measure import in_turns, markdown, seconds, timed
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import LocalTokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.audits.unreachable import unreachable
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


def tried_alone(encoding: tiktoken.Encoding) -> list[int]:
    """Ids that tiktoken itself cuts otherwise when each is decoded and encoded alone, as the definition has it."""
    found = list[int]()
    for i in range(encoding.max_token_value + 1):
        try:
            text = encoding.decode_single_token_bytes(i).decode()
        except (KeyError, UnicodeDecodeError):
            continue
        if encoding.encode_ordinary(text) != [i]:
            found.append(i)
    return found


def bare(entries: Entries) -> tiktoken.Encoding:
    """The library's encoding with a vocabulary's ranks."""
    assert isinstance(entries.tokenizer, LocalTokenizer)
    written = entries.tokenizer.serialised()
    assert written is not None
    ranks = {b64decode(piece): int(rank) for piece, rank in map(bytes.split, written.data.splitlines())}
    return tiktoken.Encoding("bare", pat_str=written.pattern, mergeable_ranks=ranks, special_tokens={})


def run(specs: Sequence[str] = SPECS) -> str:
    """A table of times, how long it takes to compare the first two, and what trying each entry alone takes."""
    rows = [of_one(spec) for spec in specs]
    heads = ["tokenizer", "ids", "entries", "all audits", "all divisions", "use on a text", "find a text", "a pattern"]
    first, second = rows[0][0], rows[1][0]
    comparing = seconds(lambda: compare(first, second))
    encoding = bare(first)
    tried = in_turns(
        lambda: unreachable(Entries(first.tokenizer, first.details)),
        lambda: tried_alone(encoding),
        seconds=4,
        clock=time.process_time,
    )
    table = markdown("Whole vocabularies", heads, [row for _, row in rows])
    return (
        f"{table}\nThe first two compared: {comparing:.2f} s\n"
        f"Unreachable entries of the first: {tried.ours:.2f} s, {tried.value:.2f}x of tiktoken {tiktoken.__version__} "
        f"decoding and encoding each id alone ({tried.alternative:.2f} s)\n"
    )
