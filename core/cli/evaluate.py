"""`evaluate`: how well a model reads a file, beside another model if wanted."""

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from math import isnan
from typing import Any

from core.cli.base import Command, print_json, table, whole
from core.cli.stages import told
from core.cli.transplant import device, print_params
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.lab.plan import MOST_SEED, Choice
from core.lab.sweep import choices


class ListEvaluators(Action):
    """Prints what there is to measure, and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        from core.evaluation.base import EVALUATORS

        for one in EVALUATORS.all().values():
            quick = " (quick default of a comparison)" if one.quick else ""
            print(f"{one.key}: {one.label}{quick}\n    {one.definition}\n    Costs: {one.cost}.")
            if one.source:
                print(f"    Source: {one.source}.")
            if one.needs:
                print(f"    Needs: {', '.join(need.key for need in one.needs)}.")
            if one.absent:
                print(f"    {one.absent}")
            for number in one.numbers:
                print(f"    {number.key} ({number.unit or 'no unit'}): {number.text}")
            print_params(one.params, f"--measure {one.key}:")
        parser.exit()


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="M", help="a folder, hub:OWNER/NAME or shipped:NAME")
    parser.add_argument("--reference", default="", metavar="M", help="another model, read on the same bytes")
    parser.add_argument("--file", required=True, metavar="F", help="a UTF-8 file; cut at <|endoftext|> if it has any")
    parser.add_argument(
        "--measure",
        action="append",
        default=[],
        metavar="KEY[:NAME=VALUE,…]",
        help="more to measure, such as samples:prompts=2; --list shows all; may be repeated",
    )
    parser.add_argument(
        "--window", type=whole, default=0, metavar="BYTES", help="most to look back on; default 1024, or what fits"
    )
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="of the resampling; default 0")
    device(parser)
    parser.add_argument("--list", action=ListEvaluators, help="say what can be measured, what it needs and costs")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    if not 0 <= options.seed <= MOST_SEED or options.window < 0:
        raise UserError(f"A seed and a window are whole numbers of 0 or more, a seed up to {count(MOST_SEED)}.")
    with told():
        document = _evaluated(options)
    if options.json:
        print_json(document)
        return
    rows = [["", "value", "95 % interval"], _row("bits per byte", document)]
    if options.reference:
        rows.append(_row("of the reference", document["reference"]))
        rows.append(_row("difference", document["difference"]))
    for measure, numbers in document.get("measures", {}).items():
        rows += [_row(f"{measure}: {key}", {"bits_per_byte": n["value"], **n}) for key, n in numbers.items()]
    print(table(rows, right={1, 2}))
    size = f"{count(document['bytes'])} bytes, {count(document['tokens'])} tokens"
    print(f"{size}; intervals resample {document['resampled']}.")
    for remark in document["remarks"]:
        print(remark)


def _row(what: str, number: dict[str, Any]) -> list[str]:
    value, low, high = number["bits_per_byte"], number["low"], number["high"]
    return [
        what,
        "–" if value is None else f"{value:.4f}",
        "" if low is None else f"{low:.4f} – {high:.4f}",
    ]


def _evaluated(options: Namespace) -> dict[str, Any]:
    from core.lab.documents import read_plain
    from core.lab.file_score import score_file
    from core.models.load import open_model

    chosen = _chosen(options.measure)
    text = read_plain(options.file)
    model = open_model(options.model, options.device, options.dtype, 0.5 if options.reference else 1.0)
    reference = open_model(options.reference, options.device, options.dtype) if options.reference else None
    found = score_file(text, model, reference, options.seed, options.window)
    document: dict[str, Any] = {
        **_number(found.bits_per_byte),
        "bytes": found.n_bytes,
        "tokens": found.n_tokens,
        "documents": found.n_documents,
        "resampled": found.unit,
        "window_bytes": found.window_bytes,
        "stride_bytes": found.stride_bytes,
        "model": options.model,
        "fingerprint": model.fingerprint,
    }
    if reference is not None and found.reference is not None and found.difference is not None:
        document["reference"] = {
            **_number(found.reference),
            "tokens": found.reference_tokens,
            "model": options.reference,
            "fingerprint": reference.fingerprint,
        }
        document["difference"] = _number(found.difference)
    if chosen:
        document["measures"] = _measured(chosen, model, reference, text, options)
    document["remarks"] = [*found.remarks, *(note for note in model.notes if note not in found.remarks)]
    return document


def _chosen(asked: Sequence[str]) -> Mapping[str, Choice]:
    """What is asked for by key.

    Raises:
        UserError: there is no such measure or parameter, or one is asked for with several settings.
    """
    from core.evaluation.base import EVALUATORS

    found = [choice for each in asked for choice in choices(each, EVALUATORS.get)]
    by_key = {choice.key: choice for choice in found}
    if twice := next((one.key for one in found if one != by_key[one.key]), ""):
        raise UserError(f"{shown(twice)} is measured with several settings. Take all but one out: it has one number.")
    return by_key


def _measured(
    chosen: Mapping[str, Choice], model: Any, reference: Any, text: str, options: Namespace
) -> dict[str, Any]:
    from core.evaluation.base import EVALUATORS, EvalText, Reference, Subject
    from core.lab.documents import pieces

    texts = tuple(EvalText("", "", piece) for piece in pieces(text).texts)
    subject = Subject(model, Reference(texts, reference, window_bytes=options.window, seed=options.seed))
    return {
        key: {
            name: {"value": _plain(n.value), "low": _plain(n.low), "high": _plain(n.high), **_reason(n.reason)}
            for name, n in EVALUATORS.get(key).measure(subject, choice.params).numbers.items()
        }
        for key, choice in chosen.items()
    }


def _number(number: Any) -> dict[str, Any]:
    found = {"bits_per_byte": _plain(number.value), "low": _plain(number.low), "high": _plain(number.high)}
    return {**found, **_reason(number.reason)}


def _reason(reason: str) -> dict[str, str]:
    return {"reason": reason} if reason else {}


def _plain(value: float) -> float | None:
    """JSON has no NaN: a number that is undefined is null, with a reason beside it."""
    return None if isnan(value) else float(value)


COMMAND = Command(
    key="evaluate",
    summary="how well a model reads a file, in bits per byte",
    details=(
        "Bits per byte of a text: minus the base-2 logarithm of the probability of its tokens over its bytes, which "
        "compares models whatever their tokenizers. A file with <|endoftext|> in it is cut there into documents, "
        "blanks around each left out; each begins with the model's start token and remembers nothing of the others. "
        "Long ones are read in windows cut by bytes, the same for both models. The 95 % interval resamples documents, "
        "or blocks of up to 1,000 bytes where there are fewer than ten. --measure adds other measures, taken on "
        "documents or, of a single one, on pieces of 2,000 bytes; where those are fewer than 15, on such blocks."
    ),
    arguments=_arguments,
    run=_run,
)
