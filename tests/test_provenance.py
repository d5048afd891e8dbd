"""What is exported can be read back, means the same, and does no harm."""

import csv
import io
import json
import re
from dataclasses import replace
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from core.common.program import VERSION
from core.export import latex
from core.export.provenance import (
    CitedTokenizer,
    Provenance,
    bibtex,
    by_tokenizer,
    citation,
    to_csv,
    to_latex,
    to_parquet,
)

ROOT = Path(__file__).parents[1]
ABOUT = Provenance(
    what="Token premiums over English per line",
    corpus="FLORES-200 dev & devtest",
    corpus_fingerprint="2d1e0da105b15844",
    sentences="2,009",
    tokenizers=(CitedTokenizer("GPT-2", "a36c6443bc67d9d3"), CitedTokenizer("100 %_own", "0123456789abcdef")),
    counted="2026-11-22",
    versions=("tiktoken 0.14.0",),
    licence="CC BY-SA 4.0",
    link="http://localhost/premium?counted=gpt-2&find=Thai%2CLao",
    retrieved="2026-11-25",
)
COLUMNS = {
    "Language": ["Thai", "=HYPERLINK(1)", "Lao"],
    "Tokenizer": ["GPT-2", "GPT-2", "100 %_own"],
    "Premium": [9.0549, 1.0, nan],
    "Low": [8.9, nan, nan],
    "High": [9.2, nan, nan],
    "Remark": ["", "@x", "70 % of the tokens are unknown."],
}


def test_csv_reads_back_with_its_provenance_and_without_a_formula() -> None:
    text = to_csv(COLUMNS, ABOUT).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [float(row["Premium"]) for row in rows[:2]] == [9.0549, 1.0]
    assert rows[2]["Premium"] == "" and rows[0]["Language"] == "Thai"
    assert [row["Tokenizer fingerprint"] for row in rows] == ["a36c6443bc67d9d3"] * 2 + ["0123456789abcdef"]
    assert {(row["Corpus fingerprint"], row["Link"]) for row in rows} == {(ABOUT.corpus_fingerprint, ABOUT.link)}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert rows[1]["Language"] == "'=HYPERLINK(1)" and rows[1]["Remark"] == "'@x"


def test_parquet_reads_back_with_types_and_metadata() -> None:
    table = parquet.read_table(io.BytesIO(to_parquet(COLUMNS | {"Tokens": [3, 2, 1]}, ABOUT)))
    assert table.column("Premium").to_pylist() == [9.0549, 1.0, None]
    assert str(table.schema.field("Tokens").type) == "int64"
    assert table.column("Language").to_pylist()[1] == "=HYPERLINK(1)"  # no spreadsheet opens it: as it is
    about = json.loads(table.schema.metadata[b"token_atlas"])
    assert about["tokenizers"] == {"GPT-2": "a36c6443bc67d9d3", "100 %_own": "0123456789abcdef"}
    assert about["corpus_fingerprint"] == ABOUT.corpus_fingerprint and about["counted"] == "2026-11-22"


def test_latex_has_a_caption_and_as_many_cells_in_each_row() -> None:
    text = to_latex(COLUMNS, ABOUT)
    assert text.count(r"\begin{table}") == text.count(r"\end{table}") == 1
    for fact in (r"dev \& devtest", "2d1e0da105b15844", "a36c6443bc67d9d3", r"100 \%\_own", "2026-11-22"):
        assert fact in text
    body = text.split(r"\toprule")[1].split(r"\bottomrule")[0].replace(r"\midrule", "").strip().splitlines()
    assert [len(re.findall(r"(?<!\\)&", line)) for line in body if line] == [2] * 4
    assert "9.05 [8.90, 9.20]" in text and _balanced(text)


def test_a_long_table_breaks_over_pages() -> None:
    many = {"Language": [f"x{n}" for n in range(39)], "Premium": [1.0] * 39}
    assert to_latex(many, ABOUT).count(r"\begin{table}") == 2  # a longtable has no place in two columns
    assert to_latex({name: column[:38] for name, column in many.items()}, ABOUT).count(r"\begin{table}") == 1


def test_single_precision_leaves_no_noise() -> None:
    noisy = {"Language": ["Burmese"], "Low": [16.657546997070312], "Tokens": [29_230_123]}
    row = next(csv.DictReader(io.StringIO(to_csv(noisy, ABOUT).decode("utf-8-sig"), newline="")))
    assert (row["Low"], row["Tokens"]) == ("16.6575", "29230123")
    assert parquet.read_table(io.BytesIO(to_parquet(noisy, ABOUT))).column("Low").to_pylist() == [16.6575]


@given(st.text())
def test_any_text_is_set_as_it_is(text: str) -> None:
    found = latex.escaped(text)
    assert _balanced(found) and "\n" not in found
    bare = re.sub(r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar|dots)\{\}", "", found)
    assert not re.search(r"(?<!\\)[$&#%_^]", bare)


@pytest.mark.parametrize("cell", ["[1]", "*"])
def test_a_cell_is_no_option_of_the_row_before(cell: str) -> None:
    assert f"{{{cell}}}" in latex.table({"A": ["x", cell]}, "c", "tab:a")


def test_citations_name_everything_a_number_depends_on() -> None:
    for text in (citation(ABOUT), bibtex(ABOUT)):
        for fact in ("2d1e0da105b15844", "a36c6443bc67d9d3", "2026-11-22", "2026-11-25", "tiktoken 0.14.0", VERSION):
            assert fact in text
    printed = re.sub(r"\\allowbreak\{\}|\\(?=[%&])", "", bibtex(ABOUT))
    assert ABOUT.link in citation(ABOUT) and rf"\texttt{{{ABOUT.link}}}" in printed
    plain = replace(ABOUT, link=ABOUT.link.replace("%2C", ","))
    assert rf"\url{{{plain.link}}}" in bibtex(plain)
    assert r"dev \& devtest" in bibtex(ABOUT) and _balanced(bibtex(ABOUT))
    assert "from" not in citation(replace(ABOUT, link="")) and "url" not in bibtex(replace(ABOUT, link=""))


def test_the_version_is_that_of_the_project() -> None:
    assert f"version: {VERSION}" in (ROOT / "CITATION.cff").read_text()


def test_other_tables_stay_as_they_are() -> None:
    other = {"Tokenizer": ["a"], "Gini": [0.3]}
    assert by_tokenizer(other) == other


def _balanced(text: str) -> bool:
    depth = 0
    for sign in re.findall(r"(?<!\\)[{}]", re.sub(r"\\\\", "", text)):
        depth += 1 if sign == "{" else -1
        if depth < 0:
            return False
    return depth == 0
