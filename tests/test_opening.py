"""The opening text is cut beforehand: exactly as the tokenizers cut it, and only as long as nothing has changed."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.cached import tokenizers as cached
from core.text.samples import opening_text
from core.tokenizers import catalog
from core.tokenizers.catalog import SOURCES, open_tokenizer
from core.tokenizers.opening.made_with import CODE, CORE, code_version
from core.tokenizers.opening.make import opening_cut, vocabulary_file, written
from core.tokenizers.opening.shipped import (
    FILE,
    OPENING,
    PreparedTokenizer,
    offered,
    opening_cuts,
    still_offered,
    still_true,
)
from core.tokenizers.tokenizer import PLAIN, Specials, Tokenizer
from tests.pages import opened as opened_page

ROOT = Path(__file__).parents[1]
SHIPPED = json.loads(FILE.read_text(encoding="utf-8"))


def test_the_file_is_what_the_tokenizers_make_now() -> None:
    assert written() == FILE.read_text(encoding="utf-8"), "run: make opening"


@pytest.mark.parametrize("spec", OPENING)
def test_a_cut_is_read_back_bit_for_bit(spec: str) -> None:
    shipped, made = opening_cuts()[spec], opening_cut(spec)
    for name in ("ids", "starts", "ends", "kinds"):
        ours, theirs = getattr(shipped.segmentation, name), getattr(made.segmentation, name)
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs)
    assert shipped.segmentation.text == made.segmentation.text
    assert shipped.segmentation.pieces == made.segmentation.pieces
    assert shipped.segmentation.n_added == made.segmentation.n_added
    assert shipped.info == made.info
    assert shipped.details == made.details


def test_a_tokenizer_of_the_opening_reads_one_file_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[Path] = set()
    plain = Path.open

    def opened(path: Path, *arguments: Any, **named: Any) -> Any:
        read.add(path)
        return plain(path, *arguments, **named)

    monkeypatch.setattr(Path, "open", opened)
    for spec in OPENING:
        file = vocabulary_file(spec).find()
        read.clear()
        open_tokenizer(spec)
        assert {path for path in read if path.is_relative_to(file.parents[1])} <= {file}


@pytest.mark.parametrize(
    "change",
    [{"text": "another"}, {"code": "0" * 16}, {"libraries": {**SHIPPED["libraries"], "tiktoken": "0.0.0"}}],
    ids=["text", "code", "library"],
)
def test_nothing_is_left_where_text_code_or_a_library_is_another(change: dict[str, Any]) -> None:
    assert set(still_true(SHIPPED)) == set(OPENING)
    assert still_true({**SHIPPED, **change}) == {}


@pytest.mark.parametrize("change", [{"sha256": "0" * 64}, {"package": "not-installed-anywhere"}, {"path": "no/file"}])
def test_a_cut_is_left_out_where_its_file_is_another(change: dict[str, str]) -> None:
    spec, *others = OPENING
    cut = SHIPPED["cuts"][spec]
    changed = {**SHIPPED["cuts"], spec: {**cut, "file": {**cut["file"], **change}}}
    assert set(still_true({**SHIPPED, "cuts": changed})) == set(others)


def test_what_opens_without_a_network_is_shipped_as_the_formats_say_it() -> None:
    assert offered() == catalog.offered()


@pytest.mark.parametrize("change", [{"code": "0" * 16}, {"formats": [*SHIPPED["formats"], "another"]}])
def test_the_formats_are_asked_where_code_is_another_or_a_format_was_added(change: dict[str, Any]) -> None:
    document = {**SHIPPED, "offered": [["packaged:shipped", "as shipped"]]}
    assert still_offered(document) == [("packaged:shipped", "as shipped")]
    assert still_offered({**document, **change}) == catalog.offered()


def test_every_module_that_names_what_opens_without_a_network_counts() -> None:
    elsewhere = {"controlled": "training/controlled/source.py"}
    offer = [name for name, source in SOURCES.all().items() if source.offered]
    assert {elsewhere.get(name, f"tokenizers/formats/{name}.py") for name in offer} <= set(CODE)


def test_a_change_of_any_module_that_cuts_is_another_version(tmp_path: Path) -> None:
    for name in CODE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CORE / name, tmp_path / name)
    versions = {code_version(tmp_path)}
    assert versions == {code_version()}
    for name in CODE:
        with (tmp_path / name).open("a") as file:
            file.write("#")
        versions.add(code_version(tmp_path))
    assert len(versions) == 1 + len(CODE)


def test_line_ends_are_no_change(tmp_path: Path) -> None:
    for name in CODE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((CORE / name).read_bytes().replace(b"\n", b"\r\n"))
    assert code_version(tmp_path) == code_version()


def test_every_module_at_work_while_the_cuts_are_made_counts() -> None:
    """Of the rooms that say what a token is; what settings, memory and files do changes no token."""
    SOURCES.all()
    files: set[str] = set()
    sys.setprofile(lambda frame, event, argument: files.add(frame.f_code.co_filename))
    try:
        for spec in OPENING:
            opening_cut(spec)
    finally:
        sys.setprofile(None)
    seen = {path.relative_to(CORE).as_posix() for path in map(Path, files) if path.is_relative_to(CORE)}
    at_work = {name for name in seen if name.startswith(("tokenizers/", "text/")) and name != "text/samples.py"}
    assert "tokenizers/backends/tiktoken.py" in at_work
    assert at_work <= set(CODE)


def never() -> Tokenizer:
    raise AssertionError("it was opened")


def test_the_opening_text_is_cut_and_described_without_the_tokenizer() -> None:
    cut = opening_cuts()[OPENING[0]]
    prepared = PreparedTokenizer(cut, never)
    assert prepared.segment(opening_text()) is cut.segmentation
    ids = cut.segmentation.ids.tolist()
    assert [one.id for one in prepared.describe(ids)] == ids
    assert b"".join(one.piece for one in prepared.describe(ids)).decode() == opening_text()


@pytest.mark.parametrize(
    "asked",
    [
        lambda one: one.segment(f"{opening_text()} "),
        lambda one: one.segment(opening_text(), Specials(add=True)),
        lambda one: one.segment(opening_text(), Specials(parse=True)),
        lambda one: one.segment(""),
        lambda one: one.describe([0]),
        lambda one: one.decode([1]),
        lambda one: one.count([opening_text()]),
        lambda one: one.find("a", 1),
        lambda one: one.stages("a"),
        lambda one: one.explain("a"),
    ],
)
def test_anything_else_is_asked_of_the_tokenizer_itself(asked: Callable[[Tokenizer], object]) -> None:
    spec = "mistral:v3"
    itself, cut = open_tokenizer(spec), opening_cuts()[spec]
    with pytest.raises(AssertionError, match="it was opened"):
        asked(PreparedTokenizer(cut, never))
    ours, theirs = asked(PreparedTokenizer(cut, lambda: itself)), asked(itself)
    assert repr(ours) == repr(theirs) or np.array_equal(ours.ids, theirs.ids)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("own_server")
def test_the_page_opens_without_a_vocabulary_and_asks_for_them_with_the_first_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(cached, "open_tokenizer", lambda spec: (opened.append(spec), open_tokenizer(spec))[1])
    app = opened_page()
    assert not app.error
    counted = list(app.dataframe[0].value["n_tokens"])
    assert counted == [len(open_tokenizer(spec).segment(opening_text(), PLAIN)) for spec in OPENING]
    assert opened == []
    app.session_state["text_at_hand"] = f"{opening_text()}!"
    app.run()
    assert not app.exception
    assert sorted(opened) == sorted(OPENING)


def test_a_server_does_not_import_numpy_before_it_answers() -> None:
    """The warm-up does, while a browser fetches scripts."""
    code = "import sys, components.frame.doors; print('numpy' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "False"


def test_what_is_shipped_says_where_it_comes_from() -> None:
    files = [cut["file"] for cut in SHIPPED["cuts"].values()]
    assert files == [asdict(vocabulary_file(spec)) for spec in OPENING]
    assert all(file["licence"] for file in files)
