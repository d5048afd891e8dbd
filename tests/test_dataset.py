"""The data set says the shipped counts, and its card and metadata can be read by those who load and archive it."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from pyarrow import parquet

from core.__main__ import main
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.atlas.dataset import COLUMNS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("dataset") / "atlas"
    assert main(["dataset", "--out", str(found)]) == 0
    return found


def test_counts_are_those_of_the_atlas(folder: Path) -> None:
    table = parquet.read_table(folder / "data" / "gpt-2.parquet")
    assert table.column_names == list(COLUMNS)
    atlas = shipped_atlas(["gpt-2"])
    assert np.array_equal(table.column("tokens").to_numpy().reshape(204, 2009), atlas.tokens[0])
    first, last = table.slice(0, 1).to_pylist()[0], table.slice(2008, 1).to_pylist()[0]
    assert (first["language"], first["split"], first["sentence"]) == ("ace_Arab", "dev", 1)
    assert (last["language"], last["split"], last["sentence"]) == ("ace_Arab", "devtest", 1012)


def test_the_card_has_the_head_that_the_hub_reads(folder: Path) -> None:
    head = yaml.safe_load((folder / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert head["license"] == "cc-by-sa-4.0" and "eng" in head["language"] and len(head["language"]) > 180
    by_name = {one["config_name"]: one["data_files"] for one in head["configs"]}
    assert set(by_name) == {"default", *atlas_tokenizers()}
    assert all((folder / files).is_file() for name, files in by_name.items() if name != "default")


def test_metadata_for_a_doi_are_whole(folder: Path) -> None:
    zenodo = json.loads((folder / ".zenodo.json").read_text(encoding="utf-8"))
    assert zenodo["upload_type"] == "dataset" and zenodo["license"] == "cc-by-sa-4.0" and zenodo["creators"]
    citation = yaml.safe_load((folder / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["type"] == "dataset" and citation["version"] == zenodo["version"]
    tokenizers = json.loads((folder / "tokenizers.json").read_text(encoding="utf-8"))
    assert [one["key"] for one in tokenizers] == list(atlas_tokenizers())
    assert not any(one["spec"].startswith("file:") for one in tokenizers)
    assert "petrov2023" in (folder / "references.bib").read_text(encoding="utf-8")


def test_a_folder_that_holds_something_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dataset", "--out", str(folder)]) == 2
    assert "new or empty" in capsys.readouterr().err
    assert [one.name for one in folder.parent.iterdir()] == ["atlas"]
