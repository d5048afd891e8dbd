"""`count`: tokens per line of a file."""

import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.cli.base import Command, print_json, table
from core.cli.inputs import STDIN
from core.common import numbers
from core.common.errors import UnreadableFile, shown
from core.common.text_stream import lines_in_utf8
from core.counting.file import count_file, counter_for
from core.tokenizers.catalog import open_tokenizer


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as mistral:tekken")
    parser.add_argument("--file", required=True, metavar="F", help="a UTF-8 or UTF-16 file, or - for standard input")
    parser.add_argument("--per-line", action="store_true", help="also the tokens of every line")
    parser.add_argument("--timing", action="store_true", help="also the seconds spent counting, loading not included")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _source(path: str) -> AbstractContextManager[BufferedReader]:
    if path == STDIN:
        assert isinstance(sys.stdin.buffer, BufferedReader), "Python's own"
        return nullcontext(sys.stdin.buffer)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise UnreadableFile(f"{shown(path)} cannot be read: {error.strerror or error}.") from None


def _run(options: Namespace) -> None:
    tokenizer = open_tokenizer(options.tokenizer)
    found: list[NDArray[np.int32]] = []
    with _source(options.file) as file:
        size = os.fstat(file.fileno()).st_size if options.file != STDIN else 0
        count = counter_for(tokenizer, size)
        count(["a"])  # whatever an engine builds on first use belongs to loading
        start = perf_counter()
        lines, on_text = lines_in_utf8(file, options.file)
        text, on_engine = count_file(tokenizer, count, lines, options.file, size, found)
        seconds = perf_counter() - start
    for note in filter(None, (on_text, on_engine)):
        print(note, file=sys.stderr)
    totals = {"tokens": text.n_tokens, "unknown": text.n_unknown, "bytes": text.n_bytes, "chars": text.n_characters}
    per_line = {"per_line": np.concatenate(found).tolist() if found else []} if options.per_line else {}
    timing = {"seconds_counting": seconds} if options.timing else {}
    if options.json:
        print_json({**totals, **per_line, **timing})
        return
    for n in per_line.get("per_line", []):
        print(n)
    rows = [[key, numbers.count(n)] for key, n in totals.items()] + [[key, f"{s:.4f}"] for key, s in timing.items()]
    print(table(rows, right={1}))


COMMAND = Command(
    key="count",
    summary="count the tokens of a file",
    details=(
        "Counts line by line, with or without --per-line: the file is cut at LF, each line is counted without it, and "
        "tokens is the sum; so newlines have no tokens, and the counts of a parallel corpus add up. Nothing after a "
        "last LF is no line. A CR before a LF is part of its line. bytes and chars are of the whole file. Special "
        "tokens are not added. The file is read as a stream, in memory that does not grow with it; from a megabyte on "
        "the fastest engine counts that agrees with the reference library on every calibration line. A sample of the "
        "file's own lines is counted by both; on one difference the reference counts the whole file, with a note."
    ),
    arguments=_arguments,
    run=_run,
)
