"""`mixture`: what a byte-pair tokenizer was trained on, from the order of its merges."""

from argparse import ArgumentParser, Namespace

from core.cli.base import Command, print_json, table, whole
from core.cli.inputs import read_text
from core.common.codec import plain
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.mixture.categories import Category, own_category
from core.vocabulary.mixture.infer import Mixture, infer

N_MERGES = 1_000
N_FORCES = 10


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as tiktoken:cl100k_base")
    parser.add_argument(
        "--category", action="append", required=True, metavar="NAME=FILE", help="a sample of text; two or more"
    )
    parser.add_argument(
        "--merges", type=whole, default=N_MERGES, metavar="T", help=f"how many merges to read (default: {N_MERGES})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    categories = [_category(named) for named in options.category]
    found = infer(open_tokenizer(options.tokenizer), categories, options.merges)
    if options.json:
        print_json(_document(found))
    else:
        print(_readable(found))


def _document(found: Mixture) -> dict[str, object]:
    return {
        "shares": [{"category": s.category, "share": s.share, "low": s.low, "high": s.high} for s in found.shares],
        "objective": found.objective,
        "merges": found.n_merges,
        "absent": found.n_absent,
        "forces": [plain(force) for force in found.forces],
        "doubts": list(found.doubts),
        "warnings": list(found.warnings),
    }


def _readable(found: Mixture) -> str:
    rows = [["category", "share of bytes", "fits nearly as well"]]
    rows += [[s.category, f"{s.share:.2%}", f"{s.low:.2%} – {s.high:.2%}"] for s in found.shares]
    parts = [
        table(rows, right={1, 2}),
        f"{count(found.n_merges)} merges, {count(found.n_absent)} of them in no category; short by "
        f"{found.objective:.1%} of a merge's frequency on average",
        *found.doubts,
        *(f"Mind: {warning}" for warning in found.warnings),
    ]
    if found.forces:
        held = [["merge", "made", "before", "speaks for", "of all force"]]
        held += [
            [count(f.rank + 1), shown(f.made), shown(f.instead), f.towards, f"{f.part:.1%}"]
            for f in found.forces[:N_FORCES]
        ]
        parts.append(table(held, right={0, 4}))
    return "\n\n".join(parts)


def _category(named: str) -> Category:
    name, equals, path = named.partition("=")
    if not name or not equals or not path:
        raise UserError(f"--category {shown(named)} is not NAME=FILE. Write for instance --category German=german.txt.")
    text = read_text(path)
    return own_category(name, text, len(text.encode()))


COMMAND = Command(
    key="mixture",
    summary="what a byte-pair tokenizer was trained on",
    details=(
        "Infers from the order of a tokenizer's merges which share of its training text each category had, given a "
        "sample of each (Hayase et al. 2024, slack relative to frequencies). Shares are of bytes; the range beside "
        "each holds all answers whose objective is within 1 % of the best, which is no confidence interval. The answer "
        "is about these categories only: what none of them looks like cannot be found. Where the samples fit so badly "
        "that it is not to be believed, it says so. Samples are cut as the tokenizer cuts a text before merging; where "
        "its merges were learned on words that were cut otherwise, that is said. Last come the merges that hold the "
        "answer where it is: each was made before a pair that would have come first, had the categories other shares."
    ),
    arguments=_arguments,
    run=_run,
)
