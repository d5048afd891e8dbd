"""`train`: makes a tokenizer from text."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.base import COMMAND_LINE, Command, print_json
from core.cli.stages import told
from core.cli.transplant import params, print_params
from core.common.atomic import refuse_existing
from core.common.errors import UserError
from core.common.numbers import count
from core.common.progress import report
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.tokenizers.trained import delete_trained, place_of

if TYPE_CHECKING:
    from core.training.recipe import MeasuredPart, Trained, TrainingRecipe

_LOOK_EVERY = 0.5  # seconds


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="print the trainers and what can be set, and end")
    parser.add_argument("--trainer", metavar="KEY", help="such as bpe")
    parser.add_argument("--vocab", type=int, metavar="V", help="entries, special tokens included")
    parser.add_argument(
        "--file", action="append", default=[], metavar="F",
        help="text in UTF-8, a language as 'CORPUS CODE', or python for the code of its library; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--parallel", action="append", default=[], metavar="F",
        help="for parity: the same sentences line by line, a file for each --file in the same order",
    )  # fmt: skip
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="of the trainer")
    for option in ("pre", "digits", "normaliser"):
        parser.add_argument(f"--{option}", metavar="NAME", help="one of those that --list names")
    parser.add_argument("--most-bytes", type=int, metavar="N", help="of each --file at most, from its beginning")
    parser.add_argument("--min-frequency", type=int, metavar="N", help="how often a piece must stand in the text")
    parser.add_argument("--special", action="append", metavar="TOKEN", help="special token; may be repeated")
    parser.add_argument("--heldout", type=float, metavar="SHARE", help="of the lines, kept apart to measure on")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of what is drawn; default 0")
    parser.add_argument("--name", default="", metavar="NAME", help="to open it by, as trained:NAME")
    parser.add_argument("--out", default="", metavar="FOLDER", help="also write a folder that AutoTokenizer loads")
    parser.add_argument("--delete", default="", metavar="NAME", help="delete a trained tokenizer, and end")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def _run(options: Namespace) -> None:
    if options.list:
        _print_trainers()
    elif options.delete:
        delete_trained(options.delete)
        print_json({"deleted": options.delete}) if options.json else print(f"Deleted {options.delete}.")
    else:
        _train(options)


def _print_trainers() -> None:
    from core.training.pretokenizers import DIGITS, NORMALISERS
    from core.training.trainer import TRAINERS

    for one in TRAINERS.all().values():
        print(f"{one.key}: {one.label}\n    {one.about}\n    Source: {one.source}")
        print(f"    --pre {one.pre}  One of {', '.join(one.cuts)}.")
        print_params(one.params, "--param ")
    print(f"--digits: {', '.join(DIGITS)}\n--normaliser: {', '.join(NORMALISERS)}")


def _train(options: Namespace) -> None:
    from core.training.asked import memory_mb
    from core.training.keep import kept, write

    recipe = _recipe(options)
    if options.name:
        place_of(options.name)
    if options.out:
        refuse_existing(Path(options.out))
    print(f"Training may take {count(memory_mb(recipe))} MB of memory.", file=sys.stderr)
    found = _trained(recipe)
    spec = kept(found, options.name)
    if options.out:
        write(found, Path(options.out), Path(options.out).name)
    if options.json:
        print_json(_document(found, spec, options.out))
    else:
        print("\n".join(_sentences(found, spec, options.out)))


def _recipe(options: Namespace) -> "TrainingRecipe":
    from core.training.asked import asked_recipe
    from core.training.trainer import TRAINERS

    if not options.trainer or options.vocab is None:
        raise UserError(f"Name a trainer and a size: --trainer KEY --vocab V. Trainers: {', '.join(TRAINERS.all())}.")
    chosen = {
        name: getattr(options, name)
        for name in ("pre", "digits", "normaliser", "min_frequency", "heldout", "most_bytes")
    }
    chosen["specials"] = options.special
    return asked_recipe(
        options.trainer,
        options.vocab,
        options.file,
        parallel=options.parallel,
        given=params(options.param),
        seed=options.seed,
        **{name: value for name, value in chosen.items() if value is not None},
    )


def _trained(recipe: "TrainingRecipe") -> "Trained":
    """The tokenizer, by a job: who breaks this off stops it, and who is killed finds it done the next time."""
    from core.training.job import KIND, trained_in, training

    asked, jobs = training([recipe]), Jobs()
    job = jobs.submit(KIND, asked.params, COMMAND_LINE, asked.inputs, asked.label)
    try:
        with told():
            while job.state.live:
                report(0, 0, job.stage or "Waiting")
                job = jobs.wait(job.key, _LOOK_EVERY)
    except KeyboardInterrupt:
        jobs.leave(job.key, COMMAND_LINE)
        raise
    if job.state is not State.DONE:
        raise UserError(job.message or f"Training was {job.state}. Ask again.")
    plan = trained_in(jobs.result(job.key))
    if plan.not_made:
        raise UserError(plan.not_made[0].why)
    return plan.made[0]


def _document(found: "Trained", spec: str, out: str) -> dict[str, object]:
    return {
        "spec": spec,
        "n": found.n_vocabulary,
        "bytes_per_token": found.whole.bytes_per_token,
        "held_out": found.held_out,
        "measured_bytes": found.whole.n_measured_bytes,
        "by_text": {part.name: _numbers(part) for part in found.parts},
        "seconds": found.seconds,
        "exact_export": found.exact_export,
        "compared_lines": found.n_compared,
        "out": out or None,
    }


def _numbers(part: "MeasuredPart") -> dict[str, float | None]:
    numbers = {"bytes_per_token": part.bytes_per_token, "low": part.low, "high": part.high}
    return {key: number if isfinite(number) else None for key, number in numbers.items()}


def _sentences(found: "Trained", spec: str, out: str) -> Sequence[str]:
    from core.training.trainer import TRAINERS

    trainer = TRAINERS.get(found.recipe.trainer)
    apart = "kept apart" if found.held_out else "that it was trained on, as none was kept apart"
    return [
        f"{spec}: {trainer.label}, {count(found.n_vocabulary)} entries, trained in {found.seconds:.1f} s",
        f"{found.whole.bytes_per_token:.3f} bytes per token on {count(found.whole.n_measured_bytes)} bytes {apart}",
        f"Its file cuts {count(found.n_compared)} lines of all scripts as it does"
        + ("." if found.exact_export else f"; {trainer.differs}."),
        *([f"Wrote {out}."] if out else []),
    ]


COMMAND = Command(
    key="train",
    summary="make a tokenizer from text",
    details=(
        "Trains a tokenizer on files and keeps it as trained:NAME, with its recipe and a card; a part of the lines is "
        "kept apart to measure on. With --out a folder is written as well, which must not exist and which "
        "AutoTokenizer loads. Training runs in a process of its own: breaking it off leaves nothing behind, and the "
        "same recipe on the same text is not trained twice. docs/training.md tells what each trainer does."
    ),
    arguments=_arguments,
    run=_run,
)
