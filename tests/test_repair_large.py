"""Entries taken out of large vocabularies: in time that grows with their number, not with its square."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.__main__ import main
from core.common.data_folders import ROOT
from core.common.progress import listening
from core.tokenizers.catalog import open_path
from core.vocabulary import in_parts
from core.vocabulary.repair import bpe
from core.vocabulary.repair.effect import effect
from core.vocabulary.repair.removal import NOTHING
from core.vocabulary.repair.take_out import take_out
from tests.tiny import byte_level_bpe


class Counted(list[int]):
    """Ids that count how often they are read through."""

    times = 0

    def __iter__(self) -> Iterator[int]:
        self.times += 1
        return super().__iter__()


def chain(n: int) -> dict[str, Any]:
    """b, ab, aab, … each a merge of a and the one before."""
    tokens = ["a", *("a" * k + "b" for k in range(n))]
    merges = [["a", token] for token in tokens[1:-1]]
    return {"model": {"vocab": {token: i for i, token in enumerate(tokens)}, "merges": merges}}


def test_ids_are_read_a_few_times_however_many_stay() -> None:
    ids = Counted(range(2, 301))  # all that merges make but the last, from which all others are needed
    found = bpe.without(chain(301), ids, "keep", NOTHING)
    assert (found.removed, len(found.kept)) == ((), 299)
    assert ids.times < 10


def test_what_a_kept_entry_is_built_from_stays_all_the_way_down() -> None:
    document = chain(50)
    assert take_out(document, range(2, 50)).removed == ()  # the last one is kept, and is built from all
    assert take_out(document, range(2, 51)).removed == tuple(range(2, 51))
    assert take_out(document, range(20, 51)).removed == tuple(range(20, 51))


def test_an_entry_too_long_to_be_cut_again_is_not_rerouted(monkeypatch: pytest.MonkeyPatch) -> None:
    """aab, of a and ab, can be aa and b without ab; where three characters are too many, ab stays."""
    tokens = ["a", "b", "ab", "aa", "aab"]
    merges = [["a", "b"], ["a", "ab"], ["a", "a"]]
    document = {"model": {"vocab": {token: i for i, token in enumerate(tokens)}, "merges": merges}}
    assert take_out(document, [2], "reroute").removed == (2,)
    monkeypatch.setattr(bpe, "LONGEST", 2)
    assert take_out(document, [2], "reroute").removed == ()


def test_what_changes_is_counted_part_by_part_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / name for name in ("old.json", "new.json")]
    for path, size in zip(paths, (290, 265), strict=True):
        path.write_text(byte_level_bpe(size))
    old, new = (open_path(f"file:{path}", path) for path in paths)
    texts, gone = [f"the cat sat on mat {n}" for n in range(50)], np.arange(265, old.info.n_vocabulary or 0)
    whole = effect("all", texts, old, new, gone)
    assert whole.tokens_after > whole.tokens_before
    monkeypatch.setattr(in_parts, "_TEXTS", 7)
    told = list[tuple[int, int]]()
    with listening(lambda done, total, stage: told.append((done, total))):
        assert effect("all", texts, old, new, gone) == whole
    assert told == [*((n, 50) for n in range(7, 50, 7)), (50, 50)]


@pytest.mark.slow
def test_the_repair_in_the_guide_changes_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = " ".join((ROOT / "docs" / "command-line.md").read_text(encoding="utf-8").split())
    asked = re.search(r"python -m core (repair --tokenizer packaged:deepseek-v4 .*?) python -m", guide)
    assert asked and asked[1].endswith("--out NEW --json")
    monkeypatch.chdir(tmp_path)
    assert main(asked[1].split()) == 0
    found = json.loads(capsys.readouterr().out)
    n_removed, texts = len(found["removed"]), found["languages"]
    assert set(range(12_000, 12_010)) < set(found["removed"])
    assert {one["n_moved"] for one in texts} == {0}
    assert f"takes out the ten entries and the {n_removed - 10} that are built from them" in guide
    said = (
        f"of the {sum(one['n_texts'] for one in texts):,} sentences that ship {sum(one['n_changed'] for one in texts)}"
    )
    assert f"{said} are cut otherwise, and none in which none of the {n_removed} stood" in guide
    assert (tmp_path / "NEW" / "tokenizer.json").is_file()
