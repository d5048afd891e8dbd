"""`segment`: the tokens of a text under one or several tokenizers."""

from argparse import ArgumentParser, Namespace

from core.cli.base import Command, print_json, table
from core.cli.inputs import read_json_lines, read_text
from core.common.errors import shown
from core.common.numbers import count
from core.export.tokens import WORD_BY_KIND, Named, document
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Specials, Tokenizer

MAX_ROWS = 200  # of a table for people; --json has them all


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--tokenizer", action="append", required=True, metavar="SPEC", help="such as mistral:tekken; may be repeated"
    )
    text = parser.add_mutually_exclusive_group(required=True)
    text.add_argument("--text", metavar="T", help="the text itself")
    text.add_argument("--file", metavar="F", help="a UTF-8 or UTF-16 file, or - for standard input")
    text.add_argument(
        "--jsonl", metavar="F", help="a file of JSON strings, one per line, or -; one document per line out"
    )
    parser.add_argument("--add-special", action="store_true", help="add BOS, EOS and the like as the tokenizer would")
    parser.add_argument(
        "--parse-special", action="store_true", help="read special tokens spelled in the text as such, not as text"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    tokenizers = [open_tokenizer(spec) for spec in options.tokenizer]
    specials = Specials(add=options.add_special, parse=options.parse_special)
    if options.jsonl is not None:
        for text in read_json_lines(options.jsonl):
            _print(text, tokenizers, specials, options.json)
    else:
        text = options.text if options.text is not None else read_text(options.file)
        _print(text, tokenizers, specials, options.json)


def _print(text: str, tokenizers: list[Tokenizer], specials: Specials, as_json: bool) -> None:
    found = [(tokenizer.info, tokenizer.segment(text, specials)) for tokenizer in tokenizers]
    if as_json:
        print_json(document(found, text))
    else:
        print("\n\n".join(_readable(one) for one in found))


def _readable(named: Named) -> str:
    info, segmentation = named
    how = "lossless" if segmentation.lossless else "not lossless"
    head = f"{info.spec}: {count(len(segmentation.text))} bytes in {count(segmentation.n_tokens)} tokens, {how}"
    rows = [["", "id", "bytes", "kind", "text"]]
    for i in range(min(len(segmentation), MAX_ROWS)):
        span = f"{segmentation.starts[i]}-{segmentation.ends[i]}"
        text = shown(segmentation.pieces[i].decode(errors="backslashreplace"))
        rows.append([str(i), str(segmentation.ids[i]), span, WORD_BY_KIND[int(segmentation.kinds[i])], text])
    rest = len(segmentation) - MAX_ROWS
    return "\n".join(
        [head, table(rows, right={0, 1})] + ([f"and {count(rest)} more; --json has all"] if rest > 0 else [])
    )


COMMAND = Command(
    key="segment",
    summary="cut a text into tokens",
    details=(
        "Prints the tokens of a text under every tokenizer named: ids, byte spans in the text, kinds, and the bytes of "
        "each token. Special tokens are not added, and their spelling in the text is ordinary text, unless asked for. "
        "With --jsonl and --json, one document per line is printed, in the order of the lines."
    ),
    arguments=_arguments,
    run=_run,
)
