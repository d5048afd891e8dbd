"""`python -m core`: what the pages offer, for scripts and clusters.

Results go to stdout; an error is one line on stderr and exit status 2.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any, NoReturn

from core.cli.base import Command
from core.common.disk import FULL
from core.common.errors import UnknownName, UserError
from core.common.garbage import collect_rarely
from core.common.program import PROGRAM
from core.common.registry import Registry

COMMANDS = Registry(package="core.cli", constant="COMMAND", kind=Command, noun="command")
BROKEN_PIPE, INTERRUPTED = 141, 130  # 128 + the signal, as a shell has it


class _Parser(ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"{message[:1].upper()}{message[1:]}. Try {self.prog} --help.")


class _CommandParser(_Parser):
    """One command's, which itself says what it does not know."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        found, unknown = super().parse_known_args(args, namespace)
        if unknown and unknown[0].startswith("--"):
            known = [name for name in self._option_string_actions if name.startswith("--")]
            raise UnknownName(f"option of {self.prog}", unknown[0].partition("=")[0], known)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return found, unknown


def parser(command: str = "") -> ArgumentParser:
    """Of all commands, as the modules of `core.cli` declare them; or of one, whose module alone is imported.

    Raises:
        UnknownName: there is no such command.
    """
    main_parser = _Parser(prog=PROGRAM, description="Compare tokenizers from the command line.", allow_abbrev=False)
    commands = main_parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", parser_class=_CommandParser
    )
    for each in [COMMANDS.get(command)] if command else COMMANDS.all().values():
        one = commands.add_parser(each.key, help=each.summary, description=each.details, allow_abbrev=False)
        each.arguments(one)
        one.set_defaults(run=each.run)
    return main_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status."""
    collect_rarely()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that cannot show a character still runs
    try:
        words = sys.argv[1:] if arguments is None else list(arguments)
        options = parser(words[0] if words and not words[0].startswith("-") else "").parse_args(words)
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
        # One that came through exec(), such as a dataclass's, would still end `python -m` by the signal: forget it.
        exec("")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
