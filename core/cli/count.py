"""`count`: tokens per line of a file."""

from argparse import ArgumentParser, Namespace
from time import perf_counter

from core.catalog import open_tokenizer
from core.cli.inputs import read_text
from core.command import Command, print_json, table


def lines_of(text: str) -> list[str]:
    """The lines of a text without their newlines: cut at LF only; nothing after a last LF is no line.

    >>> lines_of("a\\r\\n\\nb\\n")
    ['a\\r', '', 'b']
    """
    lines = text.split("\n")
    return lines[:-1] if not lines[-1] else lines


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as mistral:tekken")
    parser.add_argument("--file", required=True, metavar="F", help="a UTF-8 file, or - for standard input")
    parser.add_argument("--per-line", action="store_true", help="also the tokens of every line")
    parser.add_argument("--timing", action="store_true", help="also the seconds spent counting, loading not included")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    text = read_text(options.file)
    tokenizer = open_tokenizer(options.tokenizer)
    lines = lines_of(text)
    tokenizer.count(["a"])  # whatever an engine builds on first use belongs to loading
    start = perf_counter()
    counts = tokenizer.count(lines)
    seconds = perf_counter() - start
    totals = {
        "tokens": int(counts.tokens.sum(dtype="int64")),
        "unknown": int(counts.unknown.sum(dtype="int64")),
        "bytes": len(text.encode()),
        "chars": len(text),
    }
    per_line = {"per_line": counts.tokens.tolist()} if options.per_line else {}
    timing = {"seconds_counting": seconds} if options.timing else {}
    if options.json:
        print_json({**totals, **per_line, **timing})
        return
    for n in per_line.get("per_line", []):
        print(n)
    rows = [[key, f"{n:,}"] for key, n in totals.items()] + [[key, f"{s:.4f}"] for key, s in timing.items()]
    print(table(rows, right={1}))


COMMAND = Command(
    name="count",
    summary="count the tokens of a file",
    details=(
        "Counts line by line, with or without --per-line: the file is cut at LF, each line is counted without it, and "
        "tokens is the sum; so newlines have no tokens, and the counts of a parallel corpus add up. Nothing after a "
        "last LF is no line. A CR before a LF is part of its line. bytes and chars are of the whole file. Special "
        "tokens are not added."
    ),
    arguments=_arguments,
    run=_run,
)
