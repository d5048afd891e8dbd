"""All audits of each well-known tokenizer the first time, in processor time: `python -m benchmarks audits`.

Reads the tokenizers of the atlas: from the data folder beside the project, from packages, and from the network.
"""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.measure import markdown, seconds, timed
from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.premium.atlas.wanted import WANTED, Wanted
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.audit import AUDITS
from core.vocabulary.entries import entries_of
from core.vocabulary.token_counts import count_corpus_tokens


def of_one(one: Wanted) -> list[str]:
    """A row: ids, the time that reading its entries takes, that of all audits, and the audit that takes longest."""
    try:
        opened = open_tokenizer(one.spec or f"file:{BESIDE / 'tokenizers' / one.place}")
        entries, read = timed(lambda: entries_of(opened))
    except UserError as error:
        return [one.label, "–", "–", "–", str(error)[:60]]
    counted = replace(entries, counts=count_corpus_tokens(opened, open_corpus("sample")))
    times = {audit.definition.label: seconds(lambda: audit.find(counted)) for audit in AUDITS.all().values()}  # noqa: B023
    longest = max(times, key=times.__getitem__)
    return [
        *(one.label, count(len(entries)), f"{read:.2f} s", f"{sum(times.values()):.2f} s"),
        f"{longest}, {times[longest]:.2f} s",
    ]


def run(wanted: Sequence[Wanted] = WANTED) -> str:
    """A table, one row for each tokenizer."""
    heads = ["tokenizer", "ids", "entries", "all audits", "of it longest"]
    return markdown("Audits of whole vocabularies", heads, [of_one(one) for one in wanted])
