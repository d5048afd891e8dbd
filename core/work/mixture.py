"""What a tokenizer was trained on, inferred for growing numbers of its merges: a unit is one number of merges."""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from core.common.numbers import count
from core.common.plain_text import decoded
from core.common.progress import report
from core.corpora.submitted import corpus_files, from_hub, submitted_corpus
from core.corpora.text_uploads import SCHEME, text_path
from core.jobs.job import Context, JobKind, Output, Parts, Unit, canonical, hashed
from core.jobs.store.files import Input, Json
from core.tokenizers.submitted import submitted_tokenizer, tokenizer_files
from core.vocabulary.mixture.categories import CODE, Category, code_category, languages_of, own_category
from core.vocabulary.mixture.infer import METHOD, MergedSamples, merged_samples, mixture_of
from core.vocabulary.mixture.job import KIND, as_output, mixtures_in


def units(context: Context) -> list[Unit]:
    """One per number of merges; shared by all jobs about the same tokenizer and samples."""
    about = [[one.name, one.sha256] for one in _categories(context)]
    tokenizer = _fingerprint(context, context.params["tokenizer"])
    return [
        Unit(f"{count(n)} merges", n, n, hashed(tokenizer, about, n) if tokenizer else "")
        for n in context.params["merges"]
    ]


def run_unit(unit: Unit, context: Context) -> Output:
    """The mixture that so many merges tell of."""
    return as_output([mixture_of(_samples(context).first(unit.value), _told)])


def combine(parts: Parts, context: Context) -> Output:
    """All of them, for growing numbers of merges."""
    return as_output([one for _, output in parts for one in mixtures_in(output)])


def _told(stage: str, done: int, total: int) -> None:
    report(done, total, stage)


def _samples(context: Context) -> MergedSamples:
    return _kept(canonical(dict(context.params)), context.inputs, context.shipped)


@lru_cache(maxsize=1)
def _kept(params: str, inputs: tuple[Input, ...], shipped: Path | None) -> MergedSamples:
    """Counted once per process, for all its units."""
    context = Context(json.loads(params), inputs, shipped=shipped)
    spec = context.params["tokenizer"]
    tokenizer = submitted_tokenizer(spec, _fingerprint(context, spec), context.path)
    return merged_samples(tokenizer, _categories(context), max(context.params["merges"]), _told)


def _categories(context: Context) -> list[Category]:
    return [_category(name, context) for name in context.params["categories"]]


def _category(name: str, context: Context) -> Category:
    most_bytes = context.params["bytes"]
    if name == CODE:
        return code_category(most_bytes)
    if name.startswith(SCHEME) and " " not in name:
        path = context.path(text_path(name))
        return own_category(Path(name).stem, decoded(path.read_bytes(), path.name), most_bytes)
    spec, _, language = name.rpartition(" ")
    corpus = submitted_corpus(spec, _fingerprint(context, spec), context.path)
    [found] = languages_of(corpus, [language], most_bytes)
    return found


def _fingerprint(context: Context, spec: str) -> str:
    """What an input was when the job was submitted; empty if that is not known."""
    return next((each.fingerprint for each in context.inputs if each.name == spec), "")


def files(params: Mapping[str, Json]) -> list[Path]:
    """The tokenizer's, those of corpora, and the user's texts."""
    found = tokenizer_files(params["tokenizer"])
    for name in params["categories"]:
        if name != CODE:
            found += [text_path(name)] if " " not in name else corpus_files(name.rpartition(" ")[0])
    return list(dict.fromkeys(found))


JOB = JobKind(
    key=KIND,
    label="Infer a mixture",
    version=METHOD,
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="merges of all answers",  # for a tenth, a fifth, half and all of those asked for
    files=files,
    secrets=from_hub,
    libraries=("numpy", "highspy", "tokenizers", "tiktoken", "sentencepiece", "mistral_common"),
)
