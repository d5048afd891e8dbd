"""`transplant`: a model with another tokenizer, as a folder that transformers loads."""

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.cli.base import Command, print_json, table, whole
from core.cli.languages import codes_in
from core.cli.stages import told
from core.common.atomic import refuse_existing
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.params import Param, Value
from core.lab.plan import AS_STORED, Choice, Plan

# The sample has 45 languages: at 40 sentences of each a model of 135 million parameters takes ten minutes of processor
# time to say its bits per byte, at these a quarter of that, and methods have twice the text to learn from.
USUAL_SENTENCES = 10


class ListMethods(Action):
    """Prints what there is, and ends; works whatever else is missing on the line."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        from core.transplants.base import METHODS

        for one in METHODS.all().values():
            control = " (control)" if one.control else ""
            print(f"{one.key}: {one.label}{control}\n    {one.definition}\n    Source: {one.source}.")
            if one.needs:
                print(f"    Needs: {', '.join(need.key for need in one.needs)}.")
            if one.better_with:
                print(f"    Better with: {', '.join(need.key for need in one.better_with)}.")
            print_params(one.params, "--param ")
        parser.exit()


class Once(Action):
    """Takes one value, and refuses another, where the last would win unsaid."""

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        if getattr(namespace, self.dest) != self.default:
            raise UserError(f"{option} is given twice, and there is one. Run the command once with each.")
        setattr(namespace, self.dest, values)


def print_params(params: Sequence[Param], option: str) -> None:
    """Print a line for each, as it is written behind an option, with what it does and can be."""
    for param in params:
        which = f"one of {', '.join(param.choices)}" if param.choices else _range(param.low, param.high)
        print(f"    {option}{param.key}={param.default}  {param.about} {which}".rstrip())


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g} to {high:g}."


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        action=Once,
        required=True,
        metavar="M",
        help="a folder, a .gguf file, hub:OWNER/NAME, pypi:NAME or shipped:NAME",
    )
    parser.add_argument(
        "--tokenizer", action=Once, default="", metavar="SPEC", help="the new one; without it, the donor's"
    )
    parser.add_argument("--method", required=True, metavar="KEY", help="how rows are made; --list shows all")
    parser.add_argument("--donor", action=Once, default="", metavar="M", help="a model trained with the new tokenizer")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="such as k=64; may be repeated"
    )
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the new model goes; must not exist")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written and what it takes, and stop")
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="of whatever the method draws; default 0")
    texts(parser)
    resources(parser)
    device(parser)
    parser.add_argument(
        "--out-dtype",
        default=AS_STORED,
        metavar="T",
        help="number format of the new model: float32, bfloat16 or float16; default as the model is stored",
    )
    parser.add_argument(
        "--pad-to", type=whole, default=1, metavar="N", help="give the matrices a multiple of N rows, such as 64"
    )
    untie(parser)
    parser.add_argument(
        "--embeddings-only",
        action="store_true",
        help="read nothing of a model but its two matrices, and copy the rest from file to file: for models that do "
        "not fit in memory; nothing is measured",
    )
    parser.add_argument(
        "--list", action=ListMethods, help="say what methods there are, what they need and can be set to"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def texts(parser: ArgumentParser) -> None:
    """Options for what is measured on."""
    parser.add_argument(
        "--corpus",
        metavar="SPEC",
        help="text to measure on, and for methods that learn from text; default sample, or none beside a --file",
    )
    parser.add_argument("--language", action="append", default=[], metavar="L", help="tha_Thai or Thai; again for more")
    parser.add_argument(
        "--sentences",
        type=whole,
        default=USUAL_SENTENCES,
        metavar="N",
        help=f"of each language, which both models read once; default {USUAL_SENTENCES}",
    )
    parser.add_argument("--file", action="append", default=[], metavar="F", help="plain text; may be repeated")


def corpus(options: Namespace) -> str:
    """The corpus that is asked for: the sample where no text is named."""
    if options.corpus is not None:
        return str(options.corpus)
    return "" if options.file else Plan.corpus


def resources(parser: ArgumentParser) -> None:
    """Options for what some methods need besides, named as in a plan."""
    parser.add_argument(
        "--old-language",
        default="eng_Latn",
        metavar="L",
        help="of the corpus, the one that the model knows; default eng_Latn",
    )
    parser.add_argument("--dictionary", default="", metavar="F", help="word, tab, translation per line, for wechsel")
    parser.add_argument("--old-vectors", default="", metavar="F", help=".vec file of the old language, for wechsel")
    parser.add_argument(
        "--new-vectors", default="", metavar="F", help=".vec file of the new language, for wechsel and focus"
    )
    parser.add_argument(
        "--token-vectors",
        default="",
        metavar="F",
        help=".vec file of the new tokens, spelled as in the tokenizer's file, for focus",
    )
    parser.add_argument(
        "--helper",
        default="",
        metavar="M",
        help="a model with the new tokenizer, may be small, for clp_transfer",
    )
    parser.add_argument(
        "--hypernetwork",
        default="",
        metavar="H",
        help="trained for the model, a folder or hub:OWNER/NAME, for zett; by default the one that ships, if any",
    )
    parser.add_argument(
        "--encoder", default="", metavar="M", help="a text encoder, a folder or hub:OWNER/NAME, for token_adapt"
    )


def untie(parser: ArgumentParser) -> None:
    """The option to give a tied model a head of its own."""
    parser.add_argument(
        "--untie",
        action="store_true",
        help="give a head that is tied to the input matrix rows of its own, which costs as many parameters again",
    )


def given(options: Namespace) -> dict[str, Any]:
    """What `resources` asked for, as fields of a plan."""
    named = ("dictionary", "old_vectors", "new_vectors", "token_vectors", "helper", "hypernetwork", "encoder")
    return {name: getattr(options, name) for name in ("old_language", *named)}


def device(parser: ArgumentParser) -> None:
    """Options for where models run."""
    parser.add_argument(
        "--device", default="auto", metavar="D",
        help="auto, cpu, cuda, cuda:1, mps, or spread: over all GPUs, memory and disk, with spread:8 at most 8 GB of "
        "weights on each; default auto, which spreads what does not fit",
    )  # fmt: skip
    parser.add_argument(
        "--dtype", default="auto", metavar="T",
        help="auto, float32, bfloat16, float16, 8-bit or 4-bit, where layers are packed as they are read; default auto",
    )  # fmt: skip


def params(given: Sequence[str]) -> dict[str, Value]:
    """Parameters as NAME=VALUE.

    Raises:
        UserError: one is written otherwise, or given twice.

    >>> params(["k=64"])
    {'k': '64'}
    """
    found: dict[str, Value] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise UserError(f"{shown(each)} is no parameter. Write NAME=VALUE, such as k=64.")
        if name in found:
            raise UserError(f"The parameter {shown(name)} is given twice. Give it once.")
        found[name] = value
    return found


def asked_plan(options: Namespace) -> Plan:
    """The plan that a command line comes to."""
    return Plan(
        options.model,
        options.tokenizer,
        options.donor,
        (Choice(options.method, params(options.param)),),
        corpus=corpus(options),
        languages=tuple(codes_in(options.language, corpus(options))),
        sentences=options.sentences,
        files=tuple(options.file),
        seeds=(options.seed,),
        device=options.device,
        dtype=options.dtype,
        out_dtype=options.out_dtype,
        pad_to=options.pad_to,
        untie=options.untie,
        **given(options),
    )


def _run(options: Namespace) -> None:
    plan, out = asked_plan(options), Path(options.out)
    if options.dry_run and options.embeddings_only:
        raise UserError("--dry-run foresees what is measured, and --embeddings-only measures nothing. Leave one away.")
    made = _unmeasured if options.embeddings_only else _transplanted
    with told():
        document = _foreseen(plan, out) if options.dry_run else made(plan, out)
    if options.json:
        print_json(document)
        return
    kinds = ("copied", "made", "unused") if options.dry_run else ("copied", "composed", "solved", "fallback")
    rows = [["rows", *kinds]]
    for side, counts in document["rows"].items():
        rows.append([side, *(count(counts[kind]) for kind in kinds)])
    print(table(rows, right=set(range(1, len(rows[0])))))
    (_print_foreseen if options.dry_run else _print_written)(document)


def _print_foreseen(document: dict[str, Any]) -> None:
    from core.common.numbers import roughly, size

    n = document["parameters"]
    print(f"Parameters: {count(n['transplant'])}, the original {count(n['original'])}.")
    for remark in document["remarks"]:
        print(remark)
    print(f"Would write {size(document['bytes'])} of weights to {document['out']}, in {roughly(document['seconds'])}.")


def _print_written(document: dict[str, Any]) -> None:
    for what, number in document["measured"].items():
        print(f"{what.replace('_', ' ')}: {_figure(number['transplant'])}, the original {_figure(number['original'])}")
    for remark in document["remarks"]:
        print(remark)
    print(f"Wrote {document['out']}.")


def _figure(value: float | None) -> str:
    """A number, or that there is none: a tokenizer that spells no text exactly leaves nothing to measure."""
    return "not measured, as no text is read exactly" if value is None else f"{value:.4f}"


def _foreseen(plan: Plan, out: Path) -> dict[str, Any]:
    from core.lab.foreseen_folder import foreseen_folder
    from core.lab.participants import outlined

    refuse_existing(out)
    return {**foreseen_folder(outlined(plan)), "out": str(out.expanduser().absolute())}


def _transplanted(plan: Plan, out: Path) -> dict[str, Any]:
    from core.common.progress import step
    from core.lab.model_folder import written
    from core.lab.participants import opened

    refuse_existing(out)
    with step(0.0, 0.2, "Loading"):
        participants = opened(plan)
    with step(0.2, 1.0, plan.methods[0].key):
        return written(participants, out)


def _unmeasured(plan: Plan, out: Path) -> dict[str, Any]:
    from core.common.progress import step
    from core.lab.model_folder import written_unmeasured
    from core.lab.participants import opened_matrices

    refuse_existing(out)
    if plan.out_dtype != AS_STORED:
        raise UserError("--embeddings-only copies what it does not read, so --out-dtype cannot be chosen beside it.")
    with step(0.0, 0.2, "Reading the matrices"):
        participants, read = opened_matrices(plan)
    with step(0.2, 1.0, plan.methods[0].key):
        return written_unmeasured(participants, read, out)


COMMAND = Command(
    key="transplant",
    summary="replace a model's tokenizer",
    details=(
        "Writes a folder that AutoModelForCausalLM and AutoTokenizer load: rows of tokens that both vocabularies have "
        "are copied, special tokens by role, all others are made by the method. The folder holds a model card with the "
        "origin of the rows and bits per byte beside the original's, is read back and checked before it appears, and "
        "nothing is left if anything fails. Vocabularies are matched on bytes. --list shows the methods."
    ),
    arguments=_arguments,
    run=_run,
)
