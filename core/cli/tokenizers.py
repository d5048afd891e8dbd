"""`tokenizers`: what can be compared without naming a file."""

from argparse import ArgumentParser, Namespace

from core.cli.base import Command, print_json, table
from core.segmenters.lane import SCHEME
from core.segmenters.segmenter import SEGMENTERS
from core.tokenizers.opening.shipped import offered
from core.tokenizers.trained import trained_specs
from core.tokenizers.well_known import availability, well_known


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    rows = listed()
    if options.json:
        print_json({"tokenizers": rows})
    else:
        shown = [[str(row["spec"]), str(row["label"]), str(row["maker"]), str(row["why"])] for row in rows]
        print(table([["spec", "label", "maker", ""], *shown], right=set()))


def listed() -> list[dict[str, object]]:
    """Those trained here, well-known models, what else opens without a network, and segmenters; each spec once."""
    found: dict[str, dict[str, object]] = {}
    for spec, name in trained_specs().items():
        found[spec] = _row(spec, name, "trained here", True, "here")
    for model in well_known():
        how = availability(model)
        found.setdefault(model.spec, _row(model.spec, model.label, model.maker, how.now, how.words))
    for spec, label in offered():
        found.setdefault(spec, _row(spec, label, "", True, "here"))
    for key, segmenter in SEGMENTERS.all().items():
        found[f"{SCHEME}:{key}"] = _row(f"{SCHEME}:{key}", segmenter.label, "segmenter", True, "here")
    return list(found.values())


def _row(spec: str, label: str, maker: str, available: bool, why: str) -> dict[str, object]:
    return {"spec": spec, "label": label, "maker": maker, "available": available, "why": why}


COMMAND = Command(
    key="tokenizers",
    summary="list tokenizers: trained ones, well-known models, what opens without a network, and segmenters",
    details="Lists specs with a label, the maker, whether each can be had here and now, and if not why not.",
    arguments=_arguments,
    run=_run,
)
