"""`mixture`: what a byte-pair tokenizer was trained on, from the order of its merges."""

from argparse import ArgumentParser, Namespace

from core.cli.base import Command, print_json, table
from core.cli.inputs import read_text
from core.common.errors import UserError, shown
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.mixture.infer import infer

N_MERGES = 1_000


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as tiktoken:cl100k_base")
    parser.add_argument(
        "--category", action="append", required=True, metavar="NAME=FILE", help="a sample of text; two or more"
    )
    parser.add_argument(
        "--merges", type=int, default=N_MERGES, metavar="T", help=f"how many merges to read (default: {N_MERGES})"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    texts = dict[str, str]()
    for named in options.category:
        name, text = _category(named)
        if name in texts:
            raise UserError(f"--category {shown(name)} is there twice. Name each category once.")
        texts[name] = text
    found = infer(open_tokenizer(options.tokenizer), texts, options.merges)
    if options.json:
        shares = [{"category": s.category, "share": s.share, "low": s.low, "high": s.high} for s in found.shares]
        print_json({"shares": shares, "objective": found.objective, "merges": found.n_merges, "absent": found.n_absent})
        return
    rows = [["category", "share of bytes", "fits nearly as well"]]
    rows += [[s.category, f"{s.share:.2%}", f"{s.low:.2%} – {s.high:.2%}"] for s in found.shares]
    note = f"{found.n_merges:,} merges, {found.n_absent:,} of them in no category; slack {found.objective:.3g}"
    print(table(rows, right={1, 2}) + f"\n\n{note}")


def _category(named: str) -> tuple[str, str]:
    name, equals, path = named.partition("=")
    if not name or not equals or not path:
        raise UserError(f"--category {shown(named)} is not NAME=FILE. Write for instance --category German=german.txt.")
    return name, read_text(path)


COMMAND = Command(
    key="mixture",
    summary="what a byte-pair tokenizer was trained on",
    details=(
        "Infers from the order of a tokenizer's merges which share of its training text each category had, given a "
        "sample of each (Hayase et al. 2024). Shares are of bytes; the range beside each holds all answers whose "
        "objective is within 1 % of the best. The answer is about these categories only: what none of them looks like "
        "cannot be found. Samples are cut as the tokenizer cuts a text before merging."
    ),
    arguments=_arguments,
    run=_run,
)
