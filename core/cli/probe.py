"""`probe`: an experiment on what tokenization does to a text or a model."""

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext

from core.cli.base import Command, print_json
from core.cli.inputs import read_text
from core.cli.stages import told
from core.common.errors import UserError
from core.probes.probe import PROBES, Asked, Value
from core.tokenizers.ids import parse_ids

_METAVARS = {
    "tokenizer": "SPEC",
    "tokenizers": "SPEC",
    "model": "M",
    "text": "T",
    "words": "WORD",
    "ids": "1,2,3",
    "whole number": "N",
    "number": "X",
}
_SEVERAL = ("tokenizers", "words")


def _arguments(parser: ArgumentParser) -> None:
    kinds = parser.add_subparsers(dest="probe", required=True, metavar="PROBE", title="probes")
    for probe in PROBES.all().values():
        one = kinds.add_parser(
            probe.key,
            help=probe.question,
            description=f"{probe.question}\n\n{probe.caution}\n\nSource: {probe.source}",
            allow_abbrev=False,
        )
        for asked in probe.asked:
            _option(one, asked)
        one.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def _option(parser: ArgumentParser, asked: Asked) -> None:
    name, words = f"--{asked.key.replace('_', '-')}", _help(asked).replace("%", "%%")
    required = asked.default is None and not asked.optional
    if asked.kind == "text" and not asked.among:
        ways = parser.add_mutually_exclusive_group(required=required)
        ways.add_argument(name, metavar=_METAVARS[asked.kind], help=words)
        ways.add_argument(f"{name}-file", metavar="F", help="the same from a file, or - for standard input")
        return
    several = asked.kind in _SEVERAL
    parser.add_argument(
        name,
        required=required,
        metavar=_METAVARS[asked.kind],
        help=words,
        nargs="+" if several else None,
        action="extend" if several else "store",
    )


def _help(asked: Asked) -> str:
    words = f": {', '.join(asked.among)}" if asked.among else ""
    default = asked.default if isinstance(asked.default, str | int | float) else None
    return asked.text + words + ("" if default is None else f" (default: {default})")


def _run(options: Namespace) -> None:
    probe = PROBES.get(options.probe)
    given = {asked.key: _value(asked, _given(asked, options)) for asked in probe.asked}
    with told() if any(asked.kind == "model" for asked in probe.asked) else nullcontext():
        answer = probe.find(**given)
    if options.json:
        print_json(answer.document())
    else:
        print("\n".join(answer.sentences()))


def _given(asked: Asked, options: Namespace) -> str | list[str] | None:
    file = getattr(options, f"{asked.key}_file", None)
    found: str | list[str] | None = getattr(options, asked.key) if file is None else read_text(file)
    return found


def _value(asked: Asked, given: str | list[str] | None) -> Value:
    """What was given, as the probe takes it.

    Raises:
        UserError: it is no number, too small or too large a one, or no ids; says which option.
    """
    if given is None:
        return asked.default
    if isinstance(given, list):
        return tuple(given)
    if asked.kind == "ids":
        return parse_ids(given)
    return _number(asked, given) if asked.kind in ("whole number", "number") else given


def _number(asked: Asked, given: str) -> int | float:
    try:
        number = int(given) if asked.kind == "whole number" else float(given)
    except ValueError:
        raise UserError(f"--{asked.key} {given} is no {asked.kind}. Give one such as {asked.default or 1}.") from None
    if asked.least is not None and not number >= asked.least:
        raise UserError(f"--{asked.key} {given} is too small. Give {asked.least:g} or more.")
    if asked.most is not None and not number <= asked.most:
        raise UserError(f"--{asked.key} {given} is too large. Give {asked.most:g} or less.")
    return number


COMMAND = Command(
    key="probe",
    summary="an experiment on what tokenization does to a text or a model",
    details=(
        "Each probe answers one question about a text, a tokenizer or a model that you name; its own help, such as "
        "`probe spellings --help`, says what it asks for, what would make its result wrong and where it comes from."
    ),
    arguments=_arguments,
    run=_run,
)
