"""Counting tokens at corpus scale: each tokenizer on each sentence of each language.

Piece by piece, a piece being one tokenizer on about a megabyte of one language. The counts of a piece are kept under
what they depend on, tokenizer and lines: adding a tokenizer or a language later counts only what is new.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.catalog import files_at, open_tokenizer, split_options
from core.corpus import Corpus
from core.corpus_facts import CorpusFacts
from core.errors import UnknownName, UserError, shown
from core.fast_lanes import fast_counter
from core.job import Context, JobKind, Output, Parts, Unit
from core.progress import report
from core.storage.files import Input, Json, Result
from core.tokenizer import Tokenizer
from core.work.aligned import Aligned, aligned_at, corpus_files
from core.work.lines import Lines, hash_of, lines_at

PIECE_BYTES = 2**20
_BATCH = 500  # lines between two reports of progress
_WORTH_TRYING = 500  # lines of a piece, from which finding out whether a faster engine agrees (1-2 s, once) pays


@dataclass(frozen=True)
class Counting:
    """What to submit: the parameters and inputs of a job that counts."""

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]


def counting(tokenizers: Sequence[Tokenizer], corpus: Lines, languages: Sequence[str] = (), name: str = "") -> Counting:
    """The job of counting with these tokenizers, in these languages or all.

    Raises:
        UserError: no tokenizer, or a language that the corpus does not have.
    """
    if not tokenizers:
        raise UserError("There is no tokenizer to count with. Pick at least one.")
    for language in languages:
        if language not in corpus.names:
            raise UnknownName("language", language, corpus.names)
    params = {
        "tokenizers": [tokenizer.info.spec for tokenizer in tokenizers],
        "corpus": str(corpus.path.absolute()),
        "split": corpus.split,
        "languages": list(languages or corpus.names),
    }
    inputs = [Input(tokenizer.info.spec, tokenizer.info.fingerprint) for tokenizer in tokenizers]
    return Counting(params, (*inputs, Input(name or corpus.path.name, corpus.fingerprint())))


def corpus_counting(
    tokenizers: Sequence[Tokenizer], corpus: Corpus | CorpusFacts, languages: Sequence[str] = ()
) -> Counting:
    """The job of counting with these tokenizers on a corpus of `core.corpus`, of which the facts are enough.

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
    }
    inputs = [Input(tokenizer.info.spec, tokenizer.info.fingerprint) for tokenizer in tokenizers]
    return Counting(params, (*inputs, Input(corpus.label, corpus.fingerprint)))


@dataclass(frozen=True, eq=False)
class Counted:
    """Counts by tokenizer and language.

    Args:
        tokenizers: spec strings, K of them.
        languages: codes, L of them.
        tokens: tokens per sentence, int32 (K, N), the languages' sentences one after the other.
        unknown: unknown tokens per sentence, int32 (K, N).
        starts: where each language's sentences begin, int64 (L + 1,).
    """

    tokenizers: tuple[str, ...]
    languages: tuple[str, ...]
    tokens: NDArray[np.int32]
    unknown: NDArray[np.int32]
    starts: NDArray[np.int64]

    def tokens_of(self, tokenizer: str, language: str) -> NDArray[np.int32]:
        """Tokens per sentence, int32 (N_language,)."""
        return self._of(self.tokens, tokenizer, language)

    def unknown_of(self, tokenizer: str, language: str) -> NDArray[np.int32]:
        """Unknown tokens per sentence, int32 (N_language,)."""
        return self._of(self.unknown, tokenizer, language)

    def _of(self, counts: NDArray[np.int32], tokenizer: str, language: str) -> NDArray[np.int32]:
        if tokenizer not in self.tokenizers:
            raise UnknownName("counted tokenizer", tokenizer, self.tokenizers)
        if language not in self.languages:
            raise UnknownName("counted language", language, self.languages)
        n = self.languages.index(language)
        return counts[self.tokenizers.index(tokenizer), self.starts[n] : self.starts[n + 1]]


def counted(result: Result | Output) -> Counted:
    """The counts in a result of this kind of job."""
    arrays, facts = result.arrays, result.facts
    names = tuple(facts["tokenizers"]), tuple(facts["languages"])
    return Counted(*names, arrays["tokens"], arrays["unknown"], arrays["starts"])


def units(context: Context) -> list[Unit]:
    """One piece per tokenizer, language and megabyte."""
    corpus = _corpus(context)
    fingerprints = {each.name: each.fingerprint for each in context.inputs}
    found = []
    languages = context.params["languages"]
    cuts = {language: pieces(corpus.of(language)) for language in languages}
    for spec in context.params["tokenizers"]:
        for language in languages:
            for start, stop, digest in cuts[language]:
                value = {"tokenizer": spec, "language": language, "start": start, "stop": stop}
                name = f"{spec} on {language} {start + 1}–{stop}"
                key = piece_key(fingerprints[spec], digest) if spec in fingerprints else ""
                found.append(Unit(name, value, stop - start, key))
    return found


def run_unit(unit: Unit, context: Context) -> Output:
    """The counts of one piece, int32 (N,) each."""
    value = unit.value
    tokenizer = _tokenizer(value["tokenizer"], context)
    lines = _language(_corpus(context), value["language"])[value["start"] : value["stop"]]
    # The same numbers either way: a lane is used only where it agreed with the tokenizer line by line.
    count = fast_counter(tokenizer)[0] if len(lines) >= _WORTH_TRYING else tokenizer.count
    tokens, unknown = [], []
    for start in range(0, len(lines), _BATCH):
        report(start, len(lines), f"counting {unit.name}")
        counts = count(lines[start : start + _BATCH])
        tokens.append(counts.tokens)
        unknown.append(counts.unknown)
    none = np.empty(0, np.int32)
    return Output({"tokens": np.concatenate([none, *tokens]), "unknown": np.concatenate([none, *unknown])})


def combine(parts: Parts, context: Context) -> Output:
    """All counts in one table."""
    specs, languages = context.params["tokenizers"], context.params["languages"]
    counts: dict[tuple[str, str, str], list[NDArray[np.int32]]] = {}
    for unit, output in parts:
        for name in ("tokens", "unknown"):
            here = counts.setdefault((name, unit.value["tokenizer"], unit.value["language"]), [])
            here.append(output.arrays[name])
    lengths = [sum(map(len, counts["tokens", specs[0], language])) for language in languages]
    tables = {
        name: np.stack([np.concatenate([a for each in languages for a in counts[name, spec, each]]) for spec in specs])
        for name in ("tokens", "unknown")
    }  # (K, N)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Output({**tables, "starts": starts}, {"tokenizers": list(specs), "languages": list(languages)})


def files(params: Mapping[str, Json]) -> list[Path]:
    """The corpus, and the files of tokenizers that are named by path."""
    if "corpus_spec" in params:
        found = corpus_files(params["corpus_spec"])
    else:
        corpus = Path(params["corpus"])
        found = [path for path in sorted(corpus.rglob("*")) if path.is_file()] if corpus.is_dir() else [corpus]
    for spec in params["tokenizers"]:
        scheme, _, rest = spec.partition(":")
        if scheme == "file":
            path, options = split_options(rest)
            found.extend(files_at(spec, Path(path).expanduser(), options).paths.values())
    return found


def _corpus(context: Context) -> Lines | Aligned:
    if "corpus_spec" in context.params:
        fingerprint = context.inputs[-1].fingerprint if context.inputs else ""
        return aligned_at(context.params["corpus_spec"], fingerprint, context.path)
    return lines_at(context.path(Path(context.params["corpus"])), context.params["split"])


@lru_cache(maxsize=4)
def _language(corpus: Lines | Aligned, language: str) -> list[str]:
    return corpus.of(language)


def _tokenizer(spec: str, context: Context) -> Tokenizer:
    opened = spec
    scheme, _, rest = spec.partition(":")
    if scheme == "file" and context.shipped:
        path, mark, options = rest.partition("?")
        opened = f"file:{context.path(Path(path).expanduser())}{mark}{options}"
    tokenizer = _opened(opened)
    wanted = {each.name: each.fingerprint for each in context.inputs}.get(spec)
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


JOB = JobKind(
    key="count",
    label="Count tokens",
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="sentences",
    files=files,
    libraries=(
        "numpy",
        "tokenizers",
        "kitoken",
        "sentencepiece",
        "tiktoken",
        "mistral_common",
        "regex",
        "ahocorasick_rs",
    ),
)
