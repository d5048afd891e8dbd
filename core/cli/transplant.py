"""`transplant`: a model with another tokenizer, as a folder that transformers loads."""

from argparse import Action, ArgumentParser, Namespace
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.stages import told
from core.command import Command, print_json, table
from core.errors import UserError, shown
from core.lab.plan import Choice, Plan, Value

if TYPE_CHECKING:
    from core.lab.cast import Cast
    from core.models.card import Card
    from core.transplant import Transplanted


class Listed(Action):
    """Prints what there is, and ends; works whatever else is missing on the line."""

    def __init__(self, option_strings: Sequence[str], dest: str, **more: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, **more)

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        from core.transplant import methods

        for one in methods().values():
            control = " (negative control)" if one.control else ""
            print(f"{one.key}: {one.label}{control}\n    {one.definition}\n    Source: {one.source}.")
            if one.needs:
                print(f"    Needs: {', '.join(one.needs)}.")
            for param in one.params:
                which = f"one of {', '.join(param.choices)}" if param.choices else _range(param.low, param.high)
                print(f"    --param {param.key}={param.default}  {param.help} {which}".rstrip())
        parser.exit()


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:g} to {high:g}."


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--model", required=True, metavar="M", help="a folder, hub:OWNER/NAME or shipped:NAME")
    parser.add_argument("--tokenizer", default="", metavar="SPEC", help="the new one; without it, the donor's")
    parser.add_argument("--method", required=True, metavar="KEY", help="how rows are made; --list shows all")
    parser.add_argument("--donor", default="", metavar="M", help="a model trained with the new tokenizer")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="such as k=64; may be repeated"
    )
    parser.add_argument("--out", required=True, metavar="FOLDER", help="where the new model goes; must not exist")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of whatever the method draws; default 0")
    _texts(parser)
    parser.add_argument("--dictionary", default="", metavar="F", help="word, tab, translation per line, for wechsel")
    parser.add_argument("--old-vectors", default="", metavar="F", help=".vec file of the old language, for wechsel")
    parser.add_argument("--new-vectors", default="", metavar="F", help=".vec file of the new language, for wechsel")
    device(parser)
    parser.add_argument("--list", action=Listed, help="say what methods there are, what they need and can be set to")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _texts(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--corpus", default="sample", metavar="SPEC", help="text to measure on, and for methods that learn from text"
    )
    parser.add_argument("--language", action="append", default=[], metavar="L", help="of the corpus; may be repeated")
    parser.add_argument("--sentences", type=int, default=50, metavar="N", help="of each language; default 50")


def device(parser: ArgumentParser) -> None:
    """Options for where models run."""
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda, cuda:1 or mps; default auto")
    parser.add_argument("--dtype", default="auto", metavar="T", help="auto, float32, bfloat16 or float16; default auto")


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


def _run(options: Namespace) -> None:
    plan = Plan(
        options.model,
        options.tokenizer,
        options.donor,
        (Choice(options.method, params(options.param)),),
        corpus=options.corpus,
        languages=tuple(options.language),
        sentences=options.sentences,
        seeds=(options.seed,),
        dictionary=options.dictionary,
        old_vectors=options.old_vectors,
        new_vectors=options.new_vectors,
        device=options.device,
        dtype=options.dtype,
    )
    with told():
        document = _transplanted(plan, Path(options.out))
    if options.json:
        print_json(document)
        return
    rows = [["rows", "copied", "composed", "solved", "fallback"]]
    for side, counts in document["rows"].items():
        rows.append([side, *(f"{counts[kind]:,}" for kind in rows[0][1:])])
    print(table(rows, right={1, 2, 3, 4}))
    for what, number in document["measured"].items():
        print(f"{what.replace('_', ' ')}: {number['transplant']:.4f}, the original {number['original']:.4f}")
    for remark in document["remarks"]:
        print(remark)
    print(f"Wrote {document['out']}.")


def _transplanted(plan: Plan, out: Path) -> dict[str, Any]:
    from core.evaluator import evaluator, subject
    from core.lab.cast import opened
    from core.lab.frugal import transplanted
    from core.models.export import export, refuse_existing
    from core.progress import step
    from core.transplant import method

    refuse_existing(out)
    chosen, choice = method(plan.methods[0].key), plan.methods[0]
    with step(0.0, 0.2, "Loading"):
        cast = opened(plan)
    with step(0.2, 0.5, chosen.label):
        made = transplanted(cast.problem, chosen, choice.params, plan.seeds[0])
    with step(0.5, 0.8, "Measuring"):
        measured = subject(cast.problem, chosen, made, cast.reference)
        found = evaluator("bits_per_byte").measure(measured)
    card = _card(cast, made, found)
    sample = [t.text for t in cast.texts.measured]
    with step(0.8, 1.0, "Writing"):
        written = export(measured.model, out, card.markdown(), card.facts(), sample[:: -(-len(sample) // 64)])
    facts = card.facts()
    return {
        "model": plan.model,
        "tokenizer": plan.tokenizer or cast.tokenizer.info.spec,
        "donor": plan.donor or None,
        "method": chosen.key,
        "params": facts["params"],
        "seed": plan.seeds[0],
        "out": str(written.folder),
        "vocabulary": len(made.match.text),
        "rows": facts["rows"],
        "match": facts["match"],
        "measured": {
            each["what"].replace(" ", "_"): {
                "original": each["original"]["value"],
                "transplant": each["transplant"]["value"],
                "low": each["transplant"]["low"],
                "high": each["transplant"]["high"],
                "unit": each["unit"],
            }
            for each in facts["measured"]
        },
        "seconds": made.seconds,
        "bytes": written.n_bytes,
        "remarks": facts["remarks"],
    }


def _card(cast: "Cast", made: "Transplanted", measures: Any) -> "Card":
    from core.lab.picture import number_at
    from core.models.card import Card, Origins
    from core.transplant import method

    one, cells = method(made.method), measures.tables["cells"]
    texts = f"{len(cast.texts.measured):,} of {', '.join(name for name, _ in cast.texts.labels)}"
    numbers = [
        ("bits per byte", "bits/byte", "bits_per_byte"),
        ("bytes per token", "bytes/token", "bytes_per_token"),
    ]
    return Card(
        title=f"{cast.original.name} with the tokenizer of {cast.tokenizer.info.label}",
        base=(cast.original.spec, cast.original.fingerprint),
        tokenizer=(cast.tokenizer.info.spec, cast.tokenizer.info.fingerprint),
        donor=(cast.donor.spec, cast.donor.fingerprint) if cast.donor else ("", ""),
        method=(one.key, one.label, one.definition, one.source),
        params=dict(made.params.values),
        seed=made.params.seed,
        origins=[
            Origins(str(side), {k.word: n for k, n in made.n_by_provenance(side).items()}, made.rows[side].n_by_reason)
            for side in cast.problem.sides
        ],
        match={rule.words: n for rule, n in made.match.n_by_rule.items()},
        numbers=[
            (what, unit, number_at(cells, f"original_{key}", 0), number_at(cells, f"model_{key}", 0), texts)
            for what, unit, key in numbers
        ],
        remarks=[*made.remarks, *measures.remarks],
        versions={name: version(name) for name in ("torch", "transformers", "tokenizers")},
    )


COMMAND = Command(
    name="transplant",
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
