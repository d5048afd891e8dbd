"""`under_trained`: tokens that a model hardly knows, by its rows and by asking it to repeat them."""

from argparse import ArgumentParser, Namespace
from math import isnan
from typing import TYPE_CHECKING, Any

from core.cli.base import Command, number, print_json, table, whole
from core.cli.stages import told
from core.cli.transplant import device
from core.common.errors import shown
from core.common.numbers import count

if TYPE_CHECKING:
    from core.models.under_trained.find import TokenAsked, UnderTrained

N_SHOWN = 40  # candidates in the table for people


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--model", required=True, metavar="M", help="a folder, a .gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME"
    )
    parser.add_argument(
        "--share", type=number, default=0.02, metavar="S", help="of the tokens, those that are asked for; default 0.02"
    )
    parser.add_argument(
        "--unused",
        action="append",
        type=whole,
        default=[],
        metavar="ID",
        help="an id that no text has; may be repeated",
    )
    parser.add_argument(
        "--most", type=whole, metavar="N", help="ask for so many candidates, least trained first; default all of them"
    )
    parser.add_argument("--rows-only", action="store_true", help="do not ask the model: its rows alone, in seconds")
    device(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    with told():
        found = _found(options)
    if options.json:
        print_json(_document(found))
    else:
        print(_readable(found))


def _found(options: Namespace) -> "UnderTrained":
    from core.models.load import open_model
    from core.models.under_trained.find import under_trained

    model = open_model(options.model, options.device, options.dtype)
    return under_trained(model, options.share, not options.rows_only, options.unused, options.most)


def _document(found: "UnderTrained") -> dict[str, Any]:
    return {
        "model": found.spec,
        "fingerprint": found.fingerprint,
        "indicator": found.indicator,
        "threshold": found.threshold,
        "compared": int(found.compared.sum()),
        "unused": dict(found.why_unused),
        "verified": len(found.verified),
        "candidates": [_one(token) for token in found.candidates],
        "controls": {"asked": len(found.controls), "said": found.n_controls_said},
        "prompts": list(found.shown),
        "notes": list(found.notes),
    }


def _one(token: "TokenAsked") -> dict[str, Any]:
    return {
        "id": token.id,
        "text": token.text,
        "hex": token.piece,
        "indicator": token.indicator,
        "probability": token.probability if token.said else None,
        "said": [None if isnan(probability) else probability for probability in token.said],
        "grade": token.grade,
        "verified": token.verified,
    }


def _readable(found: "UnderTrained") -> str:
    from core.models.under_trained.indicators import IN_WORDS

    rows = [["id", "token", found.indicator, "probability", "grade"]]
    for token in found.candidates[:N_SHOWN]:
        said = f"{token.probability:.2g}" if token.said else "–"
        rows.append([str(token.id), shown(token.text, 30), f"{token.indicator:.4f}", said, token.grade])
    left = len(found.candidates) - N_SHOWN
    lines = [
        f"{found.model}: {count(len(found.candidates))} candidates of {count(found.compared.sum())} tokens, "
        f"{count(sum(bool(token.said) for token in found.candidates))} asked for, "
        f"{count(len(found.verified))} verified",
        f"{found.indicator}: {IN_WORDS[found.indicator]}; candidates up to {found.threshold:.4f}",
        "known to be unused: " + (", ".join(f"{count(n)} {why}" for why, n in found.why_unused) or "none"),
        table(rows, right={0, 2, 3}),
        *([f"and {count(left)} more; --json lists all"] if left > 0 else []),
        *([f"of {len(found.controls)} other tokens it can say {found.n_controls_said}"] if found.controls else []),
        *found.notes,
    ]
    return "\n".join(lines)


COMMAND = Command(
    key="under_trained",
    summary="tokens that a model hardly knows",
    details=(
        "Finds tokens that training hardly touched (Land & Bartolo 2024, Fishing for Magikarp). Candidates are the "
        "share of tokens whose rows look least trained: the shortest input rows, or, where the head uses the input "
        "rows, the output rows nearest to the mean of rows known to be unused, without the first principal component. "
        "Three prompts then ask the model to repeat each; a candidate to which it gives a probability under 0.01 "
        "everywhere is verified. One to which a prompt gives over 0.9 is rejected, and the other prompts are left out. "
        "Fifty other tokens are asked for too, to see that the model can repeat any. Special "
        "tokens, parts of characters and entries that no text is cut into are left out."
    ),
    arguments=_arguments,
    run=_run,
)
