"""`probe`: an experiment on what tokenization does to a text or a model."""

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext

from core.cli.base import Command, print_json
from core.cli.stages import told
from core.common.errors import UserError
from core.probes.probe import PROBES, Asked, Value
from core.tokenizers.ids import parse_ids

_METAVARS = {"tokenizer": "SPEC", "model": "M", "text": "T", "ids": "1,2,3", "whole number": "N", "number": "X"}


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
    shown_default = "" if asked.default is None else f" (default: {asked.default})"
    parser.add_argument(
        f"--{asked.key.replace('_', '-')}",
        required=asked.default is None and not asked.optional,
        default=None if asked.default is None else str(asked.default),
        metavar=_METAVARS[asked.kind],
        help=(asked.text + shown_default).replace("%", "%%"),
    )


def _run(options: Namespace) -> None:
    probe = PROBES.get(options.probe)
    given = {asked.key: _value(asked, getattr(options, asked.key)) for asked in probe.asked}
    with told() if any(asked.kind == "model" for asked in probe.asked) else nullcontext():
        answer = probe.find(**given)
    if options.json:
        print_json(answer.document())
    else:
        print("\n".join(answer.sentences()))


def _value(asked: Asked, given: str | None) -> Value:
    """What was given, as the probe takes it.

    Raises:
        UserError: it is no number, too small a one, or no ids; says which option.
    """
    if given is None or asked.kind in ("tokenizer", "model", "text"):
        return given
    if asked.kind == "ids":
        return parse_ids(given)
    try:
        number = int(given) if asked.kind == "whole number" else float(given)
    except ValueError:
        raise UserError(f"--{asked.key} {given} is no {asked.kind}. Give one such as {asked.default or 1}.") from None
    if asked.least is not None and not number >= asked.least:
        raise UserError(f"--{asked.key} {given} is too small. Give {asked.least:g} or more.")
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
