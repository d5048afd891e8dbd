"""A job that counts a corpus, the kind `core.work.count`: what to submit, and the table in its result."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.common.codec import built, plain
from core.common.errors import UserError
from core.corpora.corpus import Corpus
from core.corpora.facts import CorpusFacts
from core.counting.table import Counted, CountTable
from core.jobs.job import Job, Output
from core.jobs.store.files import Input, Json, Result
from core.tokenizers.tokenizer import Tokenizer

KIND = "count"
_ARRAYS = ("tokens", "unknown", "joined", "joined_unknown", "n_bytes", "n_characters")


@dataclass(frozen=True)
class Counting:
    """What to submit: the parameters and inputs of a job that counts."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]


def corpus_counting(
    tokenizers: Sequence[Tokenizer],
    corpus: Corpus | CorpusFacts,
    languages: Sequence[str] = (),
    joined: bool = False,
) -> Counting:
    """The job of counting with these tokenizers on a corpus of `core.corpora.corpus`, of which the facts are enough.

    Args:
        languages: some, or all if empty.
        joined: also each language as one text.

    Raises:
        UserError: no tokenizer, or a language that the corpus does not have.
    """
    if not tokenizers:
        raise UserError("There is no tokenizer to count with. Pick at least one.")
    for language in languages:
        corpus.require(language)
    params = {
        "tokenizers": [tokenizer.info.spec for tokenizer in tokenizers],
        "corpus_spec": corpus.spec,
        "languages": list(languages or corpus.languages),
        **({"joined": True} if joined else {}),
    }
    inputs = [Input(tokenizer.info.spec, tokenizer.info.fingerprint) for tokenizer in tokenizers]
    return Counting(params, (*inputs, Input(corpus.label, corpus.fingerprint)))


def counted(result: Result | Output) -> CountTable:
    """The counts in the result of a job that counts.

    Raises:
        UserError: it was made before version 2, which says more of corpus and tokenizers.
    """
    arrays, facts = result.arrays, result.facts
    if "n_bytes" not in arrays:
        raise UserError("This run was counted by an older version of Token Atlas. Count it again.")
    return CountTable(
        corpus=facts["corpus"],
        corpus_label=facts["corpus_label"],
        languages=tuple(facts["languages"]),
        tokenizers=tuple(built(Counted, one) for one in facts["tokenizers"]),
        parts=tuple((name, end) for name, end in facts["parts"]),
        groups=tuple(facts.get("groups", ())),
        grouped_by=facts.get("grouped_by", ""),
        **{name: arrays[name] for name in _ARRAYS},
    )


def as_output(table: CountTable) -> Output:
    """A table as the result of a job, from which `counted` reads it."""
    facts = {
        "tokenizers": [plain(one) for one in table.tokenizers],
        "languages": list(table.languages),
        "corpus": table.corpus,
        "corpus_label": table.corpus_label,
        "parts": [list(part) for part in table.parts],
        **({"groups": list(table.groups), "grouped_by": table.grouped_by} if table.groups else {}),
    }
    return Output({name: getattr(table, name) for name in _ARRAYS}, facts)


def counted_as(jobs: Iterable[Job], corpus: str) -> dict[str, str]:
    """Fingerprint by spec of every tokenizer that one of these jobs, newest first, counted on this text.

    Args:
        corpus: fingerprint of the text.
    """
    found: dict[str, str] = {}
    for job in jobs:
        if job.kind == KIND and job.inputs and job.inputs[-1].fingerprint == corpus:
            found |= {each.name: each.fingerprint for each in reversed(job.inputs[:-1]) if each.name not in found}
    return found
