"""The option that says which sentences of a table come from one group: `--groups COLUMN`."""

from argparse import ArgumentParser, Namespace

from core.corpora.corpus import grouped_spec


def grouping_argument(parser: ArgumentParser) -> None:
    """Add the option to a parser that has `--corpus`."""
    parser.add_argument(
        "--groups",
        default="",
        metavar="COLUMN",
        help="of a table: sentences with the same value come from one article or other group, which is resampled whole",
    )


def asked_corpus(options: Namespace) -> str:
    """The spec of the corpus asked for, with its groups."""
    spec: str = options.corpus
    return grouped_spec(spec, options.groups) if options.groups else spec
