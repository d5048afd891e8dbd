"""Corpora and tables that are somebody's, read by a process of its own (`reading_process`): what there is, or the text.

So a file that crashes its reader, or unpacks without end, ends that process and not the server, and a page that only
asks what there is to count keeps no corpus in memory.
"""

import json
import signal
from pathlib import Path
from typing import Any, TypeVar

from core.common.codec import Mismatch, built
from core.common.errors import TookTooLong, TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.sandbox.answer import Answer, answer
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import ONE_THREAD, environment_without_secrets
from core.common.sandbox.turns import Turns
from core.corpora.column_text import ColumnText
from core.corpora.corpus import CORPORA, Corpus, parse_corpus
from core.corpora.facts import CorpusFacts

SECONDS = 300.0  # 43 MB in 480,000 sentences took 2 s; a busy machine goes first elsewhere
MEMORY_MB = 4096
ANSWER_BYTES = 2**30
Kind = TypeVar("Kind")
_TURNS = Turns("corpora")
_KINDS = {kind.__name__: kind for kind in (UserError, UnreadableFile, TooLarge)}


def is_somebodys(spec: str) -> bool:
    """Does it name a file, an upload or what the Hub has, rather than text that ships or lies where it was fetched to?

    Raises:
        UserError: no such kind of corpus.

    >>> is_somebodys("sample"), is_somebodys("file:a.csv")
    (False, True)
    """
    kind, rest, _ = parse_corpus(spec)
    return bool(rest) or CORPORA.get(kind).fetches


def examined(spec: str, path: Path | None = None) -> CorpusFacts:
    """The facts of the corpus that a spec names, or of a file that is to get this spec.

    Raises:
        UserError: it cannot be opened; says why.
    """
    name = shown(path.name if path else spec)
    return _built(CorpusFacts, _asked("facts", spec, path, name), name)


def read_apart(spec: str) -> Corpus:
    """The corpus that a spec names, sentences and all.

    Raises:
        UserError: it cannot be opened; says why.
    """
    return _built(Corpus, _asked("text", spec, None, shown(spec)), shown(spec))


def read_column(path: Path, column: str) -> ColumnText:
    """The text of a column of a table, as `column_text` reads it.

    Raises:
        UserError: there is none; says why.
    """
    name = shown(path.name)
    return _built(ColumnText, _asked("column", column, path, name), name)


def _built(kind: type[Kind], said: Any, name: str) -> Kind:
    try:
        return built(kind, said)
    except Mismatch:
        raise UnreadableFile(f"{name} names languages in what is no text. Name them with letters.") from None


def _asked(what: str, spec: str, path: Path | None, name: str) -> Any:
    try:
        with _TURNS.turn():
            done = answer(
                "core.corpora.reading_process",
                what,
                spec,
                *([str(path)] if path else []),
                environment={**environment_without_secrets(), **ONE_THREAD},
                seconds=SECONDS,
                most_bytes=ANSWER_BYTES,
                memory_mb=MEMORY_MB,
            )
    except DeadlinePassed:
        raise TookTooLong(f"{name} took over {SECONDS:g} seconds to read. Take a part of it.") from None
    except AnswerTooLong:
        raise TooLarge(f"{name} has lines too long to be shown. Cut it into sentences.") from None
    return _said(done, name)


def _said(done: Answer, name: str) -> Any:
    if done.status:
        if b"MemoryError" in done.said or b"allocat" in done.said:
            raise TooLarge(f"{name} needs more than {count(MEMORY_MB)} MB of memory to be read. Take a part of it.")
        how = signal.Signals(-done.status).name if -done.status in set(signal.Signals) else f"status {done.status}"
        raise UnreadableFile(
            f"{name} cannot be read: the process that read it ended ({how}). The file is damaged; make it again."
        )
    said = json.loads(done.output)
    if "error" in said:
        raise _KINDS.get(said["kind"], UserError)(said["error"])
    return said["answer"]
