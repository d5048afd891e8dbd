"""Counting tokens at corpus scale: each tokenizer on each sentence of each language.

Piece by piece, a piece being one tokenizer on about a megabyte of one language. The counts of a piece are kept in the
store under what they depend on, tokenizer and lines: adding a tokenizer or a language later counts only what is new.
This is the only place that counts a corpus; `core.counting.corpus` runs it while the caller waits.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.common.codec import built, plain
from core.common.errors import UserError, shown
from core.common.progress import report
from core.corpora.corpus import Corpus
from core.corpora.facts import CorpusFacts
from core.corpora.opened import aligned_at, corpus_files
from core.counting.fastest import count_once, fast_counter
from core.counting.table import Counted, CountTable, compact, parts_of, sizes
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.store.files import Input, Json, Result
from core.tokenizers.catalog import files_at, open_tokenizer, split_options
from core.tokenizers.tokenizer import Tokenizer

PIECE_BYTES = 2**20
JOINED_BYTES = 16 * 2**20  # a language longer than this is not counted as one text
_BATCH = 2_000  # lines between two reports of progress
_WORTH_TRYING = 500  # lines of a piece, from which finding out whether a faster engine agrees (1-2 s, once) pays

_AT_HAND: ContextVar[tuple[Tokenizer, Corpus] | None] = ContextVar("counting_at_hand", default=None)


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
    """The counts in a result of this kind of job.

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
        **{name: arrays[name] for name in _ARRAYS},
    )


_ARRAYS = ("tokens", "unknown", "joined", "joined_unknown", "n_bytes", "n_characters")


def units(context: Context) -> list[Unit]:
    """One piece per tokenizer, language and megabyte; where asked for, one more per tokenizer and language, joined."""
    corpus = _corpus(context)
    fingerprints = {each.name: each.fingerprint for each in context.inputs}
    found = []
    languages = context.params["languages"]
    cuts = {language: pieces(corpus.sentences[language]) for language in languages}
    texts = {language: _joined_hash(corpus, language) for language in languages} if context.params.get("joined") else {}
    for spec in context.params["tokenizers"]:
        for language in languages:
            for start, stop, digest in cuts[language]:
                value = {"tokenizer": spec, "language": language, "start": start, "stop": stop}
                name = f"{spec} on {language} {start + 1}–{stop}"
                key = piece_key(fingerprints[spec], digest) if spec in fingerprints else ""
                found.append(Unit(name, value, stop - start, key))
            if texts.get(language):
                key = piece_key(fingerprints[spec], f"joined {texts[language]}") if spec in fingerprints else ""
                value = {"tokenizer": spec, "language": language, "joined": True}
                found.append(Unit(f"{spec} on {language}, joined", value, corpus.n_sentences, key))
    return found


def run_unit(unit: Unit, context: Context) -> Output:
    """The counts of one piece, tokens and unknown, uint16 or uint32 (N,) each; N is 1 for joined text."""
    value = unit.value
    tokenizer, corpus = _tokenizer(value["tokenizer"], context), _corpus(context)
    if value.get("joined"):
        lines: Sequence[str] = [corpus.joined(value["language"])]
    else:
        lines = corpus.sentences[value["language"]][value["start"] : value["stop"]]
    # The same numbers either way: a lane is used only where it agreed with the tokenizer line by line.
    worth = corpus.n_sentences >= _WORTH_TRYING
    count, lane = fast_counter(tokenizer) if worth else (tokenizer.count, None)
    tokens, unknown = [], []
    for start in range(0, len(lines), _BATCH):
        report(start, len(lines), f"Counting {unit.name}")
        counts = count_once(count, lines[start : start + _BATCH])
        tokens.append(counts.tokens)
        unknown.append(counts.unknown)
    reason = lane.reason if lane else "Counted by the reference: on a short text no other engine pays."
    none = np.empty(0, np.int32)
    return Output(
        {"tokens": compact(np.concatenate([none, *tokens])), "unknown": compact(np.concatenate([none, *unknown]))},
        {"tokenizer": plain(Counted.of(tokenizer.info, reason))},
    )


def combine(parts: Parts, context: Context) -> Output:
    """All counts in one table."""
    corpus = _corpus(context)
    specs, languages = context.params["tokenizers"], context.params["languages"]
    shape = (len(specs), len(languages))
    tables = {name: np.zeros((*shape, corpus.n_sentences), np.uint32) for name in ("tokens", "unknown")}  # (K, L, N)
    joined = {name: np.full(shape, -1, np.int64) for name in tables}
    about: dict[str, Json] = {}
    for unit, output in parts:
        spec, language = unit.value["tokenizer"], unit.value["language"]
        cell = specs.index(spec), languages.index(language)
        about.setdefault(spec, output.facts.get("tokenizer"))
        for name, table in tables.items():
            if unit.value.get("joined"):
                joined[name][cell] = output.arrays[name][0]
            else:
                table[cell][unit.value["start"] : unit.value["stop"]] = output.arrays[name]
    n_bytes, n_characters = sizes(corpus.only(languages))
    arrays: dict[str, NDArray[np.generic]] = {
        "tokens": compact(tables["tokens"]),
        "unknown": compact(tables["unknown"]),
        "joined": joined["tokens"],
        "joined_unknown": joined["unknown"],
        "n_bytes": n_bytes,
        "n_characters": n_characters,
    }
    facts = {
        "tokenizers": [about[spec] for spec in specs],
        "languages": list(languages),
        "corpus": corpus.fingerprint,
        "corpus_label": corpus.label,
        "parts": [list(part) for part in parts_of(corpus)],
    }
    return Output(arrays, facts)


def files(params: Mapping[str, Json]) -> list[Path]:
    """The corpus, and the files of tokenizers that are named by path."""
    found = corpus_files(params["corpus_spec"])
    for spec in params["tokenizers"]:
        scheme, _, rest = spec.partition(":")
        if scheme == "file":
            path, options = split_options(rest)
            found.extend(files_at(spec, Path(path).expanduser(), options).paths.values())
    return found


@contextmanager
def at_hand(tokenizer: Tokenizer, corpus: Corpus) -> Iterator[None]:
    """Count with these in this thread, instead of opening the same again."""
    token = _AT_HAND.set((tokenizer, corpus))
    try:
        yield
    finally:
        _AT_HAND.reset(token)


def _corpus(context: Context) -> Corpus:
    fingerprint = context.inputs[-1].fingerprint if context.inputs else ""
    here = _AT_HAND.get()
    if here and here[1].fingerprint == fingerprint:
        return here[1]
    return aligned_at(context.params["corpus_spec"], fingerprint, context.path)


def _tokenizer(spec: str, context: Context) -> Tokenizer:
    wanted = {each.name: each.fingerprint for each in context.inputs}.get(spec)
    here = _AT_HAND.get()
    if here and here[0].info.spec == spec and here[0].info.fingerprint == wanted:
        return here[0]
    opened = spec
    scheme, _, rest = spec.partition(":")
    if scheme == "file" and context.shipped:
        path, mark, options = rest.partition("?")
        opened = f"file:{context.path(Path(path).expanduser())}{mark}{options}"
    tokenizer = _opened(opened)
    if wanted and tokenizer.info.fingerprint != wanted:
        raise UserError(f"{shown(spec)} has changed since the job was submitted. Submit it again.")
    return tokenizer


@lru_cache(maxsize=2)
def _opened(spec: str) -> Tokenizer:
    return open_tokenizer(spec)


def piece_key(fingerprint: str, digest: str) -> str:
    """What the counts of a piece depend on: the tokenizer and the lines, by their hashes."""
    return f"{fingerprint} {digest}"


def pieces(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    """Where to cut lines into pieces of about a megabyte: start, stop, hash."""
    found, start, size = [], 0, 0
    for n, line in enumerate(lines):
        size += len(line.encode("utf-8", "surrogatepass"))
        if size >= PIECE_BYTES or n == len(lines) - 1:
            found.append((start, n + 1, hash_of(lines[start : n + 1])))
            start, size = n + 1, 0
    return found


def _joined_hash(corpus: Corpus, language: str) -> str:
    """Hash of a language as one text; empty if it is too long to be counted so."""
    text = corpus.joined(language).encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:32] if len(text) <= JOINED_BYTES else ""


def hash_of(lines: Sequence[str]) -> str:
    """Hash of lines, 32 hex digits; where they begin and end counts."""
    digest = hashlib.sha256()
    for line in lines:
        data = line.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


JOB = JobKind(
    key="count",
    label="Count tokens",
    units=units,
    run_unit=run_unit,
    combine=combine,
    version=2,
    measure="sentences",
    files=files,
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
