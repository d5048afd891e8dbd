"""A column of a table as training text: which is taken, what is said of those that cannot be, and who reads it."""

import json
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet
from streamlit.testing.v1 import AppTest

from core.cli.brought_texts import brought
from core.common.errors import UserError
from core.common.uploads import short_hash
from core.corpora.column_text import ENDINGS, column_text
from core.corpora.text_uploads import UPLOADS, keep_column, text_path
from tests.test_command_line import Output, refused

ROWS = [
    {"id": 1, "Body": "Hello, world\nand again", "n": 3.5, "tags": ["a"]},
    {"id": 2, "Body": "", "n": None, "tags": []},
    {"id": 3, "Body": 'Zürich "ist" schön', "n": 5.0, "tags": ["b", "c"]},
]
TEXT = 'Hello, world\nand again\nZürich "ist" schön\n'
CSV = '﻿id;Body;n\r\n1;"Hello, world\nand again";3.5\r\n2;;\r\n3;"Zürich ""ist"" schön";5\r\n'


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """The same rows as CSV, TSV, JSON lines and Parquet; a cell of TSV holds no line end."""
    (tmp_path / "a.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "a.tsv").write_text('id\tBody\n1\tHello, world\n2\t\n3\tZürich "ist" schön\n', encoding="utf-8")
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    parquet.write_table(arrow.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    return tmp_path


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_column_is_found_by_its_name_in_each_kind_of_table(ending: str, tables: Path) -> None:
    found = column_text(tables / f"a{ending}", "body")
    assert (found.column, found.n_cells, found.n_empty) == ("Body", 2, 1)
    assert found.text == (TEXT if ending != ".tsv" else TEXT.replace("\nand again", "", 1))


def test_without_a_name_the_usual_column_is_taken_or_the_only_one_with_text(tables: Path) -> None:
    assert column_text(tables / "a.parquet").column == "Body", "the others hold numbers and lists"
    (tables / "b.csv").write_text("id,Text\n1,One.\n")
    assert column_text(tables / "b.csv").column == "Text"


def test_the_beginning_ends_behind_the_cell_that_fills_it(tables: Path) -> None:
    assert column_text(tables / "a.jsonl", "Body", 5).text == "Hello, world\nand again\n"


@pytest.mark.parametrize(
    ("name", "column", "why"),
    [
        ("a.csv", "", "has the columns 'id', 'Body', 'n', none of them called text, content, sentence or document."),
        ("a.csv", "bdy", "no column of 'a.csv' called 'bdy'. Did you mean Body?"),
        ("a.csv", "n", "'n' of 'a.csv' holds no letter, only '3.5' and the like. Name another: the columns 'id', "),
        ("a.jsonl", "id", "'a.jsonl' holds the number 1 in row 1 and no text. Name one with text: the column 'Body'."),
        ("a.parquet", "tags", "holds a list in row 1 and no text"),
        ("empty.csv", "text", "'text' of 'empty.csv' is empty in all 2 rows. Name another: the column 'id'."),
        ("none.csv", "text", "'none.csv' holds no rows"),
        ("torn.csv", "text", "Line 3 of 'torn.csv' has 1 fields and the first line 2"),
        ("bad.parquet", "text", "'bad.parquet' cannot be read as Parquet"),
        ("bad.jsonl", "text", "Line 2 of 'bad.jsonl' is not JSON"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_table_is_one_sentence_that_says_what_to_do(
    name: str, column: str, why: str, tables: Path
) -> None:
    (tables / "empty.csv").write_text("id,text\n1,\n2, \n")
    (tables / "none.csv").write_text("id,text\n")
    (tables / "torn.csv").write_text("id,text\n1,a\n2\n")
    (tables / "bad.parquet").write_bytes(b"PAR1 no PAR1")
    (tables / "bad.jsonl").write_text('{"text": "a"}\n{"text"\n')
    with pytest.raises(UserError) as refusal:
        column_text(tables / name, column)
    told = str(refusal.value)
    assert why in told and "\n" not in told and told.endswith((".", "?"))


def test_a_strangers_table_is_read_apart_and_only_its_text_is_kept(
    tables: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("core.corpora.column_text.column_text", None)  # the process that reads has its own
    spec, found = keep_column("../a.parquet", (tables / "a.parquet").read_bytes(), "Body", "ann")
    assert text_path(spec).read_text(encoding="utf-8") == TEXT and found.n_cells == 2
    assert spec == f"upload:{short_hash(TEXT.encode())}/a-Body.txt"
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        keep_column("a.parquet", b"no table", "Body")
    assert [path.name for path in UPLOADS.folder.iterdir() if path.is_dir()].count(short_hash(TEXT.encode())) == 1


def test_the_command_line_takes_a_column(tables: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tables / "home"))
    table, plain = tables / "a.csv", tables / "plain.txt"
    [spec, other] = brought([str(table), str(plain)], "body", 0)
    assert text_path(spec).read_text(encoding="utf-8") == TEXT and other == str(plain), "read when it is trained on"
    assert capsys.readouterr().err == f"{table}: 2 cells of its column Body, kept as {spec}.\n"

    asked = "train", "--trainer", "bpe", "--vocab", "300", "--file"
    assert "Did you mean Body" in refused(capsys, *asked, str(table), "--column", "bod")
    assert "no file. Check the path" in refused(capsys, *asked, str(tables / "missing.csv"))
    told = refused(capsys, *asked, str(plain), "--column", "body")
    assert told.strip() == "--column is for tables and for datasets of the Hub, and no --file is one. Leave it out."


def _form() -> None:
    import streamlit as st

    from components.training.table import table_text

    st.text(table_text())


def test_the_page_takes_a_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    app = AppTest.from_function(_form, default_timeout=60).run()

    def read() -> str:
        app.button(key="train_table_read").click().run()
        assert not app.exception
        return "".join(one.value for one in app.error).replace("\\", "")

    assert read() == "There is no table yet. Choose a file first."
    app.file_uploader(key="train_table_0").upload("a.csv", CSV.encode())
    assert "none of them called text" in read()
    app.text_input(key="train_table_column_0").set_value("body")
    assert not read()
    assert text_path(app.text[0].value).read_text(encoding="utf-8") == TEXT
    app.run()
    assert any("2 cells with text; 1 row has none" in one.value.replace("\\", "") for one in app.caption)
    assert not app.text_input(key="train_table_column_1").value and not app.text[0].value, "the form is empty again"
