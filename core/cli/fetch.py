"""`fetch`: downloads a corpus into the user's cache."""

import sys
from argparse import ArgumentParser, Namespace

from core.cli.base import Command
from core.common.progress import listening
from core.corpora.sources import flores200


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("corpus", choices=["flores200"], help="what to download")


def _run(options: Namespace) -> None:
    def say(done: int, total: int, stage: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{stage}: {done / 2**20:,.1f} of {total / 2**20:,.1f} MB", end="", file=sys.stderr, flush=True)

    with listening(say):
        path = flores200.fetch()
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(path)


COMMAND = Command(
    key="fetch",
    summary="download FLORES-200 (26 MB) for use offline",
    details="Keeps the archive in the user's cache, once its SHA-256 is right. A download that broke off is continued.",
    arguments=_arguments,
    run=_run,
)
