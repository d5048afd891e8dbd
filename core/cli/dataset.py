"""`dataset`: the shipped counts as a data set that others can load and cite."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from core.cli.base import Command, print_json
from core.premium.atlas.dataset import write_dataset


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--json", action="store_true", help="print JSON instead of words")


def _run(options: Namespace) -> None:
    files = write_dataset(options.out)
    if options.json:
        print_json({"folder": str(options.out), "files": files})
    else:
        print(f"{options.out}: {len(files)} files, read README.md first")


COMMAND = Command(
    key="dataset",
    summary="the shipped counts as a data set to load and cite",
    details=(
        "Writes a folder with one Parquet file a tokenizer (language, split, sentence, tokens, unknown), a card with "
        "the head that the Hub reads, the licence, CITATION.cff and .zenodo.json for a DOI, and references. Nothing is "
        "sent anywhere."
    ),
    arguments=_arguments,
    run=_run,
)
