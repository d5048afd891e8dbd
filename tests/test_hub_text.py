"""Text of datasets of the Hub, against a stand-in that speaks its protocol; each client is a process, since
huggingface_hub reads its environment when it is imported."""

import gzip
import io
import json
import random
from collections.abc import Iterator
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from core.common.errors import UserError
from core.corpora.hub_text import dataset, is_pinned
from tests.hub_asker import asker
from tests.hub_server import Hub, Repo, running

LINES = [f"Line {n} of a text, naïve 你好." for n in range(4_000)]


def table(**columns: list[Any]) -> bytes:
    held = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), held, row_group_size=100, compression="none")
    return held.getvalue()


def rows(lines: list[str], key: str = "content") -> bytes:
    return "".join(json.dumps({"id": n, key: line}) + "\n" for n, line in enumerate(lines)).encode()


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    chance = random.Random(0)
    long = table(id=list(range(len(LINES))), text=LINES, more=[chance.randbytes(300).hex() for _ in LINES])
    repos = {
        "ann/table": Repo({"README.md": b"#", "de/train-0.parquet": long, "de/test.parquet": table(text=["no"])}),
        "ann/rows": Repo({"a.jsonl": rows(LINES[:10]), "b.jsonl": rows(LINES[10:20])}),
        "ann/packed": Repo({"a.jsonl.gz": gzip.compress(rows(LINES)), "b.jsonl.gz": b"never read"}),
        "ann/plain": Repo({"a.txt": "".join(f"{line}\n" for line in LINES).encode()}),
        "ann/pictures": Repo({"a.png": b"", "b.csv": b"a,b"}),
        "ann/broken": Repo({"a.parquet": b"PAR1 and no more", "b/c.jsonl": b"[1]\n", "d/e.txt": b" \n\n"}),
        "ann/locked": Repo({"a.txt": b"a"}, gated=True),
        "ann/ill": Repo(status=503),
    }
    with running(repos) as server:
        yield server


@pytest.fixture(scope="module")
def read(hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Any:
    told = (
        '{"name": (found := hub_text(*asked)).name, "commit": found.commit, "files": found.files, '
        '"column": found.column, "text": found.data.tobytes().decode()}'
    )
    with asker(hub, tmp_path_factory.mktemp("hub"), "from core.corpora.hub_text import hub_text", told) as ask:
        yield ask


def test_of_a_table_only_the_column_and_only_the_beginning_is_fetched(hub: Hub, read: Any) -> None:
    hub.requests.clear()
    found = read("ann/table", 5_000)
    commit = hub.repos["ann/table"].commit
    assert (found["name"], found["commit"]) == (f"ann--table-{commit[:7]}.txt", commit)
    assert (found["files"], found["column"]) == (["de/train-0.parquet"], "text"), "what is for tests is left out"
    text = "".join(f"{line}\n" for line in LINES)
    assert text.startswith(found["text"]) and 4_900 < len(found["text"].encode()) <= 5_000
    sizes = [one.split()[-1] for one in hub.requests if one.startswith("GET /datasets")]
    fetched = sum(int(size) for size in sizes if size.isdigit())
    assert 0 < fetched < len(hub.repos["ann/table"].files["de/train-0.parquet"]) / 2
    assert all(f"/{commit}/" in one for one in hub.requests if "resolve" in one), "a branch may move meanwhile"


def test_lines_of_json_are_read_over_files_and_columns_by_name(read: Any) -> None:
    found = read("ann/rows", 10**6)
    assert found["text"] == "".join(f"{line}\n" for line in LINES[:20]) and found["column"] == "content"
    assert read("ann/rows:b.jsonl", 10**6)["text"].startswith(LINES[10])
    assert "has no column of text 'texts'; it has: 'content'." in read("ann/rows", 10**6, "texts")["error"]


def test_packed_lines_and_plain_text_end_behind_a_whole_line(read: Any) -> None:
    for name in ("ann/packed", "ann/plain"):
        found = read(name, 3_000)
        assert found["text"].endswith(".\n") and len(found["text"].encode()) <= 3_000
        assert found["text"].splitlines() == LINES[: len(found["text"].splitlines())]
        assert len(found["files"]) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("ann/pictures", "'ann/pictures' has no file that ends with .parquet, .jsonl"),
        ("ann/rows:nowhere", "'nowhere' in 'ann/rows' has no file that ends with"),
        ("ann/nobody", "no repository 'ann/nobody'"),
        ("ann/rows@v9", "no revision 'v9'"),
        ("ann/broken", "'a.parquet' cannot be read"),
        ("ann/broken:b", "has a line that is no JSON object: '[1]'"),
        ("ann/broken:d", "has no text in 'd/e.txt'"),
        ("ann/locked", "https://huggingface.co/datasets/ann/locked"),
        ("ann/ill", "The Hub has trouble (status 503)"),
    ],
)
def test_what_is_wrong_with_a_dataset_is_one_sentence(name: str, why: str, read: Any) -> None:
    told = read(name, 1_000)["error"]
    assert why in told and "\n" not in told and told.endswith(".")


def test_names() -> None:
    assert dataset("hub:a/b@v1:c/d").path == "c/d"
    assert is_pinned("a/b@" + "0" * 40) and not is_pinned("a/b")
    with pytest.raises(UserError, match="is not the id of a repository"):
        dataset("no name")
