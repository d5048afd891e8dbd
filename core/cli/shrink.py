"""`shrink`: how few entries a model's vocabulary may have before bits rise, and the model with so many."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from core.cli.base import Command, print_json, table
from core.cli.languages import codes_in
from core.cli.stages import told
from core.cli.transplant import corpus, device, texts
from core.common.atomic import refuse_existing
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.lab.plan import AS_STORED, Plan
from core.stats.number import Number

if TYPE_CHECKING:
    from core.lab.shrinking.curve import ShrinkingCurve


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--model", required=True, metavar="M", help="a folder, a .gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME"
    )
    parser.add_argument(
        "--entries", action="append", required=True, metavar="N,…", help="how many to keep; several for a curve"
    )
    texts(parser)
    parser.add_argument(
        "--out", default="", metavar="FOLDER", help="where the model with one size goes; must not exist"
    )
    device(parser)
    parser.add_argument("--out-dtype", default=AS_STORED, metavar="T", help="number format of --out; default as stored")
    parser.add_argument("--json", action="store_true", help="print JSON, every language included")


def _run(options: Namespace) -> None:
    sizes = _sizes(options.entries)
    if options.out:
        if len(sizes) > 1:
            raise UserError("--out writes a model of one size. Name one with --entries, or leave --out away.")
        refuse_existing(Path(options.out))
    plan = Plan(
        options.model,
        options.model,
        corpus=corpus(options),
        languages=tuple(codes_in(options.language, corpus(options))),
        sentences=options.sentences,
        files=tuple(options.file),
        device=options.device,
        dtype=options.dtype,
        out_dtype=options.out_dtype,
    )
    with told(), TemporaryDirectory(prefix="shrink-") as scratch:
        found = _found(plan, sizes, Path(scratch), options.out)
    if options.json:
        print_json(_document(found, options))
    else:
        print(_readable(found, options.out))


def _found(plan: Plan, sizes: Sequence[int], scratch: Path, out: str) -> "ShrinkingCurve":
    from core.common.progress import step
    from core.lab.model_folder import written
    from core.lab.shrinking.curve import opened_alone, shrinking_curve, shrinking_of, shrunk_to

    with step(0.0, 0.1, "Loading"):
        here = opened_alone(plan)
    with step(0.1, 0.8 if out else 1.0, "Measuring"):
        found = shrinking_curve(here, sizes, scratch)
    if out:
        with step(0.8, 1.0, "Writing"):
            written(shrunk_to(here, shrinking_of(here), sizes[0], scratch / "kept"), Path(out))
    return found


def _sizes(given: Sequence[str]) -> list[int]:
    """
    >>> _sizes(["4000,2000", "1000"])
    [4000, 2000, 1000]
    """
    words = [word.strip() for text in given for word in text.split(",")]
    if wrong := next((word for word in words if not (word.isdecimal() and word.isascii())), None):
        raise UserError(f"{shown(wrong)} is no number of entries. Write whole numbers, such as 8000,4000.")
    return list(dict.fromkeys(map(int, words)))


def _readable(found: "ShrinkingCurve", out: str) -> str:
    from core.lab.shrinking.curve import in_words

    rows = [["entries", "parameters", "bits per byte", "lost", "95 % interval", "bytes per token"]]
    for one in found.steps:
        all_texts = one.cells[0]
        rows.append(
            [
                count(one.n_entries),
                count(one.n_parameters),
                f"{all_texts.bits.value:.4f}",
                f"{all_texts.lost.value:.4f}",
                _interval(all_texts.lost),
                f"{all_texts.bytes_per_token.value:.3f}",
            ]
        )
    return "\n".join(
        [
            f"{count(found.n_used)} of {count(found.steps[0].n_entries)} entries stand in the {count(found.n_counted)} "
            f"texts by which entries were chosen; {count(found.n_least)} stay in any case.",
            table(rows, right=set(range(6))),
            in_words(found),
            *found.remarks,
            *([f"Wrote {out}."] if out else []),
        ]
    )


def _interval(number: Number) -> str:
    return "" if isnan(number.low) else f"{number.low:.4f} – {number.high:.4f}"


def _document(found: "ShrinkingCurve", options: Namespace) -> dict[str, Any]:
    from core.lab.shrinking.curve import in_words

    return {"model": options.model, **asdict(found), "in_words": in_words(found), "out": options.out or None}


COMMAND = Command(
    key="shrink",
    summary="a model with a smaller vocabulary, and what each size costs it",
    details=(
        "Leaves out the entries that a text needs least, from those that nothing else is built from, and copies the "
        "rows of all others: nothing is approximated, so what is lost is lost by cutting into more tokens. Entries are "
        "chosen by the texts that are not measured. With --out and one size the model is written as a folder that "
        "transformers loads."
    ),
    arguments=_arguments,
    run=_run,
)
