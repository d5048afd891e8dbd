"""The README is true: its tables are those of the code, its commands and files are there."""

import re
from pathlib import Path

from core.metrics.base import METRICS
from core.segmentation.agreement import BOUNDARY_F1, UNANIMOUS_SHARE
from core.segmentation.cost import CONTEXT_SHARE, COST
from core.tokenizers.catalog import SOURCES
from tests.datafolder import needs_data
from tests.fidelity.test_fidelity import collected

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def definitions_table() -> str:
    """The numbers of the pages as Markdown, from their definitions."""
    known = sorted(METRICS.all().values(), key=lambda one: one.order)
    meanings = [*(one.definition for one in known), COST, CONTEXT_SHARE, BOUNDARY_F1, UNANIMOUS_SHARE]
    rows = [f"| {d.label} | {d.unit or '–'} | {d.text} | {d.source or 'this project'} |" for d in meanings]
    return "\n".join(["| number | unit | definition | source |", "| --- | --- | --- | --- |", *rows])


def test_every_number_is_defined_as_in_the_code() -> None:
    for page in ("README.md", "docs/numbers.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        assert definitions_table() in text, f"paste what definitions_table() gives into {page}"


@needs_data
def test_the_fidelity_table_names_every_tokenizer_compared() -> None:
    rows = set(re.findall(r"^\| (\w+) \| ([^|]+) \| [^|]+ \| 4,0\d\d \|", README, re.MULTILINE))
    assert rows == {(case.source, case.name) for case in collected()}


def test_every_place_a_tokenizer_can_come_from_is_named() -> None:
    schemes = [source.scheme for source in SOURCES.all().values() if source.scheme]
    missing = [scheme for scheme in schemes if f"`{scheme}:" not in README]
    assert missing == []


def test_pictures_and_commands_are_there() -> None:
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file()
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make (\w+)", README)) <= targets
