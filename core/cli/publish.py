"""`publish`: any state of a page as a static folder."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from core.cli.base import Command, print_json
from core.export.publish import publish


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--link", required=True, metavar="LINK", help="of a view of Premium or Segmentation, such as premium?find=Thai"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="new or empty")
    parser.add_argument("--json", action="store_true", help="print JSON instead of words")


def _run(options: Namespace) -> None:
    files = publish(options.link, options.out)
    if options.json:
        print_json({"folder": str(options.out), "files": files})
    else:
        print(f"{options.out}: {', '.join(files)}")


COMMAND = Command(
    key="publish",
    summary="a view of Premium or Segmentation as a static folder",
    details=(
        "Writes one HTML file with its data, which needs no server and no network: it opens from a disk, stands on any "
        "web server, or is pushed as a static Space. Hover and sort work as on the page. A link is what the page's "
        "address says; the server's name may be left out."
    ),
    arguments=_arguments,
    run=_run,
)
