"""Trying a repair: entries taken out of a tokenizer, and what that changes on a corpus."""

from collections.abc import Mapping
from pathlib import Path

from core.corpora.submitted import corpus_files, from_hub, submitted_corpus
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Json
from core.tokenizers.submitted import submitted_tokenizer, tokenizer_files
from core.vocabulary.repair.job import KIND
from core.vocabulary.repair.repaired import repaired


def units(context: Context) -> list[Unit]:
    """The one tokenizer."""
    return [Unit("Opening the tokenizer", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """What it comes to."""
    params, (of_tokenizer, of_corpus) = context.params, (each.fingerprint for each in context.inputs)
    tokenizer = submitted_tokenizer(params["tokenizer"], of_tokenizer, context.path)
    corpus = submitted_corpus(params["corpus_spec"], of_corpus, context.path)
    texts = {code: [text for text in some if text] for code, some in corpus.sentences.items()}
    return stored(repaired(tokenizer, params["ids"], params["built_on"], texts, context.scratch))


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


def files(params: Mapping[str, Json]) -> list[Path]:
    """Files of the user's machine that it reads."""
    return [*tokenizer_files(params["tokenizer"]), *corpus_files(params["corpus_spec"])]


JOB = JobKind(
    key=KIND,
    label="Try a repair",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="tokenizers",
    files=files,
    secrets=from_hub,
    workers=1,
    memory_mb=3072,
    libraries=("tokenizers", "numpy"),
)
