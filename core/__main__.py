"""`python -m core`: what the pages offer, for scripts and clusters.

Results go to stdout; an error is one line on stderr and exit status 2.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import NoReturn

from core.cli.base import Command
from core.common.disk import FULL
from core.common.errors import UserError
from core.common.garbage import collect_rarely
from core.common.program import PROGRAM
from core.common.registry import Registry

COMMANDS = Registry(package="core.cli", constant="COMMAND", kind=Command, noun="command")
BROKEN_PIPE, INTERRUPTED = 141, 130  # 128 + the signal, as a shell has it


class _Parser(ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}. Try {self.prog} --help.")


def parser() -> ArgumentParser:
    """All commands, as the modules of `core.cli` declare them."""
    main_parser = _Parser(prog=PROGRAM, description="Compare tokenizers from the command line.", allow_abbrev=False)
    commands = main_parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS.all().values():
        one = commands.add_parser(command.key, help=command.summary, description=command.details, allow_abbrev=False)
        command.arguments(one)
        one.set_defaults(run=command.run)
    return main_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character still runs
    try:
        options = parser().parse_args(arguments)
        options.run(options)
        sys.stdout.flush()
    except UserError as error:
        print(" ".join(str(error).split()), file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except OSError as error:
        if error.errno not in FULL:
            raise
        print("The disk is full: what was to be written is not complete. Make room and repeat.", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
