"""`train`: makes a tokenizer from text."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.base import COMMAND_LINE, Command, number, print_json, whole
from core.cli.in_model import asked_in_model, best_sentences, in_model_options, in_model_sentence, put_in
from core.cli.transplant import params, print_params
from core.cli.waiting import waited
from core.common.atomic import refuse_existing
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.jobs.queue import Jobs
from core.tokenizers.trained import delete_trained, place_of

if TYPE_CHECKING:
    from core.training.recipe import TrainedPlan, TrainingRecipe


ALL = "all"  # a mixture of as much of each text as there is


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--list", action="store_true", help="print the trainers and what can be set, and end")
    parser.add_argument("--trainer", action="append", metavar="KEY", help="such as bpe; may be repeated")
    parser.add_argument(
        "--vocab", action="append", type=whole, metavar="V",
        help="entries, special tokens included; may be repeated, and each trainer is tried with each size",
    )  # fmt: skip
    parser.add_argument(
        "--file", action="append", default=[], metavar="F",
        help="text in UTF-8, a table (CSV, TSV, JSON lines, Parquet), a language as 'CORPUS CODE', python for the code "
        "of its library, package:NAME for that of an installed package, or a dataset of the Hub as "
        "hub:OWNER/NAME[@REVISION][:FOLDER]; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--column", default="", metavar="NAME", help="of tables and datasets, where the text stands; else the usual one"
    )
    parser.add_argument(
        "--parallel", action="append", default=[], metavar="F",
        help="for parity: the same sentences line by line, a file for each of the first --file in the same order",
    )  # fmt: skip
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="of the trainer")
    for option in ("pre", "digits", "normaliser"):
        parser.add_argument(
            f"--{option}", action="append", metavar="NAME",
            help="one of those that --list names; may be repeated, and each trainer and size is tried with each",
        )  # fmt: skip
    parser.add_argument(
        "--share", action="append", type=number, metavar="S",
        help="of the text, in bytes, relative to the others: a number for each --file in the same order",
    )  # fmt: skip
    parser.add_argument(
        "--mixture", action="append", metavar="S:S:…",
        help="several mixtures: such shares with colons, or 'all' for as much of each --file as there is; may be "
        "repeated, and each trainer and size is tried with each",
    )  # fmt: skip
    parser.add_argument("--most-bytes", type=whole, metavar="N", help="of each --file at most, from its beginning")
    parser.add_argument("--min-frequency", type=whole, metavar="N", help="how often a piece must stand in the text")
    parser.add_argument("--special", action="append", metavar="TOKEN", help="special token; may be repeated")
    parser.add_argument("--heldout", type=number, metavar="SHARE", help="of the lines, kept apart to measure on")
    parser.add_argument(
        "--seed", action="append", type=whole, metavar="N", help="of what is drawn; default 0; may be repeated"
    )
    parser.add_argument("--name", default="", metavar="NAME", help="to open it by, as trained:NAME")
    parser.add_argument("--out", default="", metavar="FOLDER", help="also write a folder that AutoTokenizer loads")
    in_model_options(parser)
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
    from core.cli.trained import document, sentences, side_by_side
    from core.training.keep import kept, write
    from core.training.runs import run_label

    recipes = _recipes(options)
    several = len(recipes) > 1
    if several and (options.name or options.out):
        raise UserError(
            f"--name and --out are for one tokenizer, and {len(recipes)} were asked for. Leave them out: each is kept "
            "under a name of its own."
        )
    if options.name:
        place_of(options.name)
    if options.out:
        refuse_existing(Path(options.out))
    question = asked_in_model(options, [file.name for file in recipes[0].files])
    print(f"Training takes about {count(max(one.about_mb for one in recipes))} MB of memory.", file=sys.stderr)
    plan = _trained(recipes)
    if not plan.made:
        raise UserError(plan.not_made[0].why)
    made = [(kept(one, options.name), one) for one in plan.made]  # two may be the same tokenizer
    if options.out:
        write(plan.made[0], Path(options.out), Path(options.out).name)
    answers = put_in(question, list(dict(made))) if question else {}
    if not options.json:
        for spec, one in made:
            print("\n".join(sentences(one, spec, options.out, recipes)))
            if question:
                print(in_model_sentence(question, answers[spec]))
        for said in best_sentences(dict(made), answers) if question else ():
            print(said)
        for each in plan.not_made:
            print(f"{run_label(each.recipe, recipes)}, {count(each.recipe.options.vocab)} entries: {each.why}")
    elif several:
        print_json(side_by_side(made, plan.not_made, question, answers))
    else:
        [(spec, one)] = made
        print_json(document(one, spec, options.out, question, answers.get(spec)))
    failed = [one.why for one in answers.values() if one.result is None]
    if failed and len(failed) == len(answers):
        raise UserError(f"The tokenizers are kept, and none could be put into the model. {failed[0]}")


def _recipes(options: Namespace) -> "list[TrainingRecipe]":
    from core.cli.brought_texts import brought
    from core.training.asked import asked_recipe
    from core.training.pretokenizers import AS_PRE, NO_NORMALISER
    from core.training.trainer import TRAINERS

    if not options.trainer or not options.vocab:
        raise UserError(f"Name a trainer and a size: --trainer KEY --vocab V. Trainers: {', '.join(TRAINERS.all())}.")
    same = {
        name: getattr(options, name)
        for name in ("min_frequency", "heldout", "most_bytes")
        if getattr(options, name) is not None
    }
    if options.special is not None:
        same["specials"] = options.special
    varied = {
        "pre": options.pre or [""],
        "digits": options.digits or [AS_PRE],
        "normaliser": options.normaliser or [NO_NORMALISER],
        "shares": _mixtures(options),
        "seed": options.seed or [0],
    }
    files = brought(options.file, options.column, options.most_bytes or 0)
    asked = [
        asked_recipe(
            trainer, vocab, files, parallel=options.parallel, given=params(options.param), **same,
            **dict(zip(varied, way, strict=True)),
        )
        for trainer in dict.fromkeys(options.trainer)
        for vocab in dict.fromkeys(options.vocab)
        for way in product(*map(dict.fromkeys, varied.values()))
    ]  # fmt: skip
    return [one for n, one in enumerate(asked) if one not in asked[:n]]


def _mixtures(options: Namespace) -> list[tuple[float, ...]]:
    """Shares of the files in each mixture; empty for as much of each as there is."""
    if options.mixture and options.share:
        raise UserError("--share is for one mixture and --mixture for several. Leave out one of them.")
    if options.share:
        return [tuple(options.share)]
    return [() if one == ALL else tuple(_shares(one)) for one in options.mixture or [ALL]]


def _shares(mixture: str) -> Iterator[float]:
    for share in mixture.split(":"):
        try:
            yield number(share)
        except ArgumentTypeError:
            raise UserError(
                f"{shown(mixture)} is no mixture. Give a share for each --file with colons between them, such as 3:1, "
                f"or {ALL}."
            ) from None


def _trained(recipes: "Sequence[TrainingRecipe]") -> "TrainedPlan":
    """The tokenizers, by a job: who breaks this off stops it, and who is killed finds it done the next time."""
    from core.training.job import KIND, trained_in, training

    asked, jobs = training(recipes), Jobs()
    job = jobs.submit(KIND, asked.params, COMMAND_LINE, asked.inputs, asked.label)
    return trained_in(waited(jobs, job.key))


COMMAND = Command(
    key="train",
    summary="make a tokenizer from text",
    details=(
        "Trains a tokenizer on files and keeps it as trained:NAME, with its recipe and a card; a part of the lines is "
        "kept apart to measure on. With --out a folder is written as well, which must not exist and which "
        "AutoTokenizer loads. Training runs in a process of its own: breaking it off leaves nothing behind, and the "
        "same recipe on the same text is not trained twice. Several trainers, sizes, pre-tokenizers, mixtures or seeds "
        "are compared: with --json also what their vocabularies share, and how many entries each language needs. With "
        "--model each tokenizer is then put into that language model in place of its own, by jobs that the page "
        "Transplants opens, and bits per byte are said; the model is not trained. docs/training.md tells what each "
        "trainer does."
    ),
    arguments=_arguments,
    run=_run,
)
