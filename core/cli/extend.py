"""`extend`: a model with more tokens, given or learnt from a text, and all old ids kept."""

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.cli.base import Command, print_json, whole
from core.cli.languages import codes_in
from core.cli.stages import told
from core.cli.transplant import ListMethods, corpus, device, params, texts
from core.common.atomic import refuse_existing
from core.common.errors import UserError, shown
from core.common.numbers import so_many
from core.lab.plan import AS_STORED, Choice, Plan

_SHOWN = 20  # tokens named in words


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--model", required=True, metavar="M", help="a folder, a .gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME"
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--add", action="append", default=[], metavar="TOKEN", help="a token, with its space if it has one; repeated"
    )
    which.add_argument(
        "--learn", type=whole, default=0, metavar="N", help="so many tokens, learnt from the text that is not measured"
    )
    parser.add_argument("--method", default="subword_mean", metavar="KEY", help="how rows are made; --list shows all")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="of the method; repeated")
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="of whatever the method draws; default 0")
    texts(parser)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the new model goes; must not exist")
    device(parser)
    parser.add_argument("--out-dtype", default=AS_STORED, metavar="T", help="number format of --out; default as stored")
    parser.add_argument("--list", action=ListMethods, help="say what methods there are")
    parser.add_argument("--json", action="store_true", help="print JSON instead of sentences")


def _run(options: Namespace) -> None:
    refuse_existing(Path(options.out))
    if options.learn < 1 and not options.add:
        raise UserError(f"{options.learn} tokens cannot be learnt. Give --learn a number from 1 on.")
    plan = Plan(
        options.model,
        options.model,
        methods=(Choice(options.method, params(options.param)),),
        corpus=corpus(options),
        languages=tuple(codes_in(options.language, corpus(options))),
        sentences=options.sentences,
        files=tuple(options.file),
        seeds=(options.seed,),
        device=options.device,
        dtype=options.dtype,
        out_dtype=options.out_dtype,
    )
    with told(), TemporaryDirectory(prefix="extend-") as scratch:
        document = _written(plan, options, Path(scratch))
    if options.json:
        print_json(document)
    else:
        _print(document)


def _written(plan: Plan, options: Namespace, scratch: Path) -> dict[str, Any]:
    from core.common.progress import step
    from core.lab.extending.extended import Extending
    from core.lab.model_folder import written
    from core.lab.shrinking.curve import opened_alone
    from core.tokenizers.catalog import open_path
    from core.tokenizers.matching import vocabulary_of

    with step(0.0, 0.2, "Loading"):
        here = opened_alone(plan)
    own = here.original.tokenizer.info
    extending = Extending(here.original.tokenizer)
    left = [text.text for text in here.texts.left]
    made = extending.with_tokens(options.add) if options.add else extending.with_learnt(left, options.learn)
    made.write(scratch / "tokenizer")
    tokenizer = open_path(own.spec, scratch / "tokenizer")
    tokenizer.info = replace(tokenizer.info, label=f"{own.label}, {so_many(len(made.added), 'token', 'tokens')} more")
    with step(0.2, 1.0, options.method):
        document = written(replace(here, tokenizer=tokenizer), Path(options.out))
    pieces = vocabulary_of(tokenizer).pieces[-len(made.added) :]
    added = [piece.decode(errors="replace") for piece in pieces]
    return document | {"added": added, "on_the_way": made.n_on_the_way}


def _print(document: dict[str, Any]) -> None:
    added, n_between = document["added"], document["on_the_way"]
    more = " …" if len(added) > _SHOWN else ""
    between = f", {n_between} of them only to build others from" if n_between else ""
    print(f"Added {so_many(len(added), 'token', 'tokens')}{between}: {' '.join(map(shown, added[:_SHOWN]))}{more}")
    for what, number in document["measured"].items():
        if number["transplant"] is not None:
            print(f"{what.replace('_', ' ')}: {number['transplant']:.4f}, the original {number['original']:.4f}")
    for remark in document["remarks"]:
        print(remark)
    print(f"Wrote {document['out']}.")


COMMAND = Command(
    key="extend",
    summary="a model with more tokens in its vocabulary",
    details=(
        "Adds tokens behind those that a byte-pair tokenizer has, by merges behind its own: all ids stay, and a text "
        "that has none of the new tokens is cut as before. A token that is given is built left to right from what "
        "spells it now, and what it is built from is added as well. Rows of new tokens are made by a method of "
        "transplant. Writes a folder that transformers loads."
    ),
    arguments=_arguments,
    run=_run,
)
