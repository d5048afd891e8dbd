"""Counting tokens at corpus scale: each tokenizer on each piece of each language, and all counts in one table.

This is the only place that counts a corpus; `core.counting.corpus` runs it while the caller waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.common.codec import built, plain
from core.corpora.corpus import Corpus
from core.corpora.submitted import corpus_files, from_hub
from core.counting.inputs import corpus_of, tokenizer_of
from core.counting.job import KIND, as_output
from core.counting.pieces import WORTH_TRYING, count_piece, count_with, joined_hash, piece_key, pieces
from core.counting.table import Counted, CountedText, CountTable, compact
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.store.files import Json
from core.segmenters.device.counter import device_counter, read_on_device
from core.tokenizers.submitted import tokenizer_files


def units(context: Context) -> list[Unit]:
    """One piece per tokenizer, language and megabyte; where asked for, one more per tokenizer and language, joined."""
    corpus, languages = corpus_of(context), context.params["languages"]
    cuts = {language: pieces(corpus.sentences[language]) for language in languages}
    texts = {language: joined_hash(corpus, language) for language in languages} if context.params.get("joined") else {}
    fingerprints = {each.name: each.fingerprint for each in context.inputs}
    found: list[Unit] = []
    for spec in context.params["tokenizers"]:
        fingerprint = fingerprints.get(spec, "")
        for language in languages:
            found.extend(_pieces(spec, fingerprint, language, cuts[language]))
            if texts.get(language):
                found.append(_joined(spec, fingerprint, language, texts[language], corpus))
    return found


def _pieces(spec: str, fingerprint: str, language: str, cut: list[tuple[int, int, str]]) -> Iterator[Unit]:
    for start, stop, digest in cut:
        value = {"tokenizer": spec, "language": language, "start": start, "stop": stop}
        key = piece_key(fingerprint, digest) if fingerprint else ""
        yield Unit(f"{spec} on {language} {start + 1}–{stop}", value, stop - start, key)


def _joined(spec: str, fingerprint: str, language: str, digest: str, corpus: Corpus) -> Unit:
    value = {"tokenizer": spec, "language": language, "joined": True}
    key = piece_key(fingerprint, f"joined {digest}") if fingerprint else ""
    return Unit(f"{spec} on {language}, joined", value, corpus.n_sentences, key)


def run_unit(unit: Unit, context: Context) -> Output:
    """The counts of one piece, tokens and unknown, uint16 or uint32 (N,) each; N is 1 for joined text."""
    tokenizer, corpus = tokenizer_of(unit.value["tokenizer"], context), corpus_of(context)
    fast = corpus.n_sentences >= WORTH_TRYING
    lines = _lines(unit.value, corpus)
    on_device = device_counter(tokenizer, context.device) if fast else None
    if on_device is None:
        counts = count_piece(tokenizer, lines, unit.name, fast)
    else:
        counts = replace(count_with(on_device, lines, unit.name, ""), reason=on_device.reason)
        print(on_device.log)
    arrays = {"tokens": counts.tokens, "unknown": counts.unknown}
    return Output(arrays, {"tokenizer": plain(Counted.of(tokenizer.info, counts.reason))})


def _lines(value: Json, corpus: Corpus) -> Sequence[str]:
    if value.get("joined"):
        return [corpus.joined(value["language"])]
    return corpus.sentences[value["language"]][value["start"] : value["stop"]]


def combine(parts: Parts, context: Context) -> Output:
    """All counts in one table."""
    corpus = corpus_of(context)
    specs, languages = context.params["tokenizers"], context.params["languages"]
    shape = (len(specs), len(languages))
    tables = {name: np.zeros((*shape, corpus.n_sentences), np.uint32) for name in ("tokens", "unknown")}  # (K, L, N)
    joined = {name: np.full(shape, -1, np.int64) for name in tables}
    about: dict[str, Counted] = {}
    for unit, output in parts:
        value = unit.value
        cell = specs.index(value["tokenizer"]), languages.index(value["language"])
        about.setdefault(value["tokenizer"], built(Counted, output.facts["tokenizer"]))
        for name, table in tables.items():
            if value.get("joined"):
                joined[name][cell] = output.arrays[name][0]
            else:
                table[cell][value["start"] : value["stop"]] = output.arrays[name]
    counts = CountTable.on(
        CountedText.of(corpus, languages),
        tokenizers=tuple(about[spec] for spec in specs),
        tokens=compact(tables["tokens"]),
        unknown=compact(tables["unknown"]),
        joined=joined["tokens"],
        joined_unknown=joined["unknown"],
    )
    return as_output(counts)


def files(params: Mapping[str, Json]) -> list[Path]:
    """The corpus, and the files of tokenizers that are named by path."""
    tokenizers = [path for spec in params["tokenizers"] for path in tokenizer_files(spec)]
    return corpus_files(params["corpus_spec"]) + tokenizers


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process may take: it keeps every tokenizer open, and its fast engine beside it.

    >>> memory({"tokenizers": ["a"] * 8})
    3072
    """
    return 2048 + 128 * len(params["tokenizers"])


def on_gpu(params: Mapping[str, Json]) -> bool:
    """Whether at least half of what counts is read by a GPU; otherwise the others would wait for one another.

    >>> on_gpu({"tokenizers": ["tiktoken:gpt2", "learned:hnet"]}), on_gpu({"tokenizers": ["tiktoken:gpt2"]})
    (True, False)
    """
    specs = params["tokenizers"]
    return 2 * sum(map(read_on_device, specs)) >= len(specs)


JOB = JobKind(
    key=KIND,
    label="Count tokens",
    units=units,
    run_unit=run_unit,
    combine=combine,
    version=2,
    measure="sentences",
    files=files,
    secrets=from_hub,
    memory_for=memory,
    gpu_for=on_gpu,
    libraries=(
        "numpy",
        "tokenizers",
        "gigatoken",
        "kitoken",
        "tokie",
        "sentencepiece",
        "tiktoken",
        "mistral_common",
        "regex",
        "ahocorasick_rs",
    ),
)
