"""The process that reads one corpus, or a column of a table; `core.corpora.reading` starts it and hears its answer,
JSON on standard output."""

import json
import sys
from pathlib import Path

from core.common.codec import plain
from core.common.errors import UserError
from core.common.redact import redacted
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after, give_way
from core.common.sandbox.pipes import private_pipes
from core.corpora.column_text import ColumnText, column_text
from core.corpora.corpus import CORPORA, Corpus, open_corpus, parse_corpus
from core.corpora.facts import CorpusFacts, facts_of
from core.corpora.reading import MEMORY_MB, SECONDS
from core.corpora.sources.file import open_path


def main(what: str, spec: str, path: str = "") -> None:
    """Print what was asked for, or why there is none, as JSON.

    Args:
        what: "facts" or "text" of a corpus, or a "column" of a table.
        spec: of the corpus, or the name of the column.
    """
    _, replies = private_pipes()
    try:
        _limit(spec, path)
        said = {"answer": plain(_answer(what, spec, path))}
    except UserError as error:
        said = {"error": redacted(str(error)), "kind": type(error).__name__}
    replies.write(json.dumps(said).encode())
    replies.close()


def _answer(what: str, spec: str, path: str) -> ColumnText | Corpus | CorpusFacts:
    if what == "column":
        return column_text(Path(path), spec)
    corpus = open_path(Path(path), spec) if path else open_corpus(spec)
    return corpus if what == "text" else facts_of(corpus)


def _limit(spec: str, path: str) -> None:
    """Keep this process to its time, its memory and its corpus.

    One that has to be fetched may write and use the network: it is its publishers', not a stranger's.
    """
    give_way()
    end_after(0, SECONDS)
    kind, rest, _ = ("file", path, "") if path else parse_corpus(spec)
    source = CORPORA.get(kind)
    ProcessLimits(data_mb=MEMORY_MB, writes=source.fetches).apply()
    if not source.fetches:
        confine(source.reads(rest))


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    main(*sys.argv[2:])
