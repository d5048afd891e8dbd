"""The files of an atlas, written tokenizer after tokenizer: the same counts give the same bytes."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from core.common.atomic import write_whole
from core.corpora.corpus import Corpus
from core.counting.table import Counted, CountTable
from core.premium.atlas import FORMAT, INDEX
from core.premium.atlas.udhr import FILE as SECOND

_LIBRARIES = ("tokenizers", "tiktoken", "sentencepiece", "mistral_common", "regex", "kitoken")


@dataclass(frozen=True, eq=False)
class AtlasEntry:
    """A tokenizer of the atlas.

    Args:
        counted: what the index says of it.
        table: its counts alone.
    """

    key: str
    counted: Counted
    table: CountTable


class AtlasFolder:
    """A folder that is an atlas of what is counted by now, after each tokenizer.

    Tokenizers that are there of the same text, counted by the same libraries, stay until their turn comes, so that who
    stops the work loses the one under way.

    Args:
        corpus: the text.
        keys: of all tokenizers that are to be there in the end, in their order.
        date: of the index, if anything in it changes.
    """

    def __init__(self, place: Path, corpus: Corpus, keys: Sequence[str], date: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        self._place, self._corpus, self._keys, self._date = place, corpus, keys, date
        self._before = _index(place / INDEX)
        self._rows: dict[str, dict[str, Any]] = {}
        self._waiting = {row["key"]: row for row in self._standing() if row["key"] in keys}

    def put(self, entry: AtlasEntry) -> None:
        """Write a tokenizer."""
        path, data = self._file(entry.key), _counts(entry.table)
        if self._waiting.pop(entry.key, None) and path.read_bytes() != data:
            self._write_index(entry.table)  # which never names counts that are not there
        _publish(path, data)
        self.describe(entry)

    def describe(self, entry: AtlasEntry) -> None:
        """Write what the index says of a tokenizer whose counts are there."""
        self._rows[entry.key] = _row(entry)
        self._write_index(entry.table)

    def pass_over(self, key: str) -> None:
        """Let go of what stands there of a tokenizer that counts like another."""
        self._waiting.pop(key, None)

    def finish(self) -> None:
        """Leave no counts of tokenizers that are not in the index."""
        kept = {self._place / SECOND, *map(self._file, self._rows)}
        for stale in set(self._place.glob("*.parquet")) - kept:
            stale.unlink()

    def _file(self, key: str) -> Path:
        return self._place / f"{key}.parquet"

    def _standing(self) -> list[dict[str, Any]]:
        """What the index there says of tokenizers, if it is of this text by these libraries."""
        facts = {"format": FORMAT, "corpus": self._corpus.fingerprint, "versions": versions()}
        rows: list[dict[str, Any]] = self._before["tokenizers"] if facts.items() <= self._before.items() else []
        return [row for row in rows if self._file(row["key"]).is_file()]

    def _write_index(self, table: CountTable) -> None:
        """Of the tokenizers that are done, and of those that wait for their turn.

        Args:
            table: any of this text.
        """
        corpus, rows = self._corpus, self._waiting | self._rows
        document: dict[str, Any] = {
            "format": FORMAT,
            "corpus": corpus.fingerprint,
            "corpus_label": corpus.label,
            "licence": f"Counts of text under {corpus.licence}; the text itself is not here." if corpus.licence else "",
            "versions": versions(),
            "parts": [list(part) for part in table.parts],
            "n_sentences": corpus.n_sentences,
            "languages": list(corpus.languages),
            "tokenizers": [rows[key] for key in self._keys if key in rows],
        }
        document = json.loads(json.dumps(document))
        unchanged = self._before == {**document, "date": self._before.get("date")}
        dated = {"date": self._before["date"] if unchanged else self._date} | document
        lines = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in dated.items()]
        _publish(self._place / INDEX, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def versions() -> list[str]:
    """The libraries that count, by name and version."""
    return [f"{name} {version(name)}" for name in _LIBRARIES]


def _index(path: Path) -> dict[str, Any]:
    """What is there; empty if nothing is that can be read."""
    try:
        there: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return there


def _row(entry: AtlasEntry) -> dict[str, Any]:
    table = entry.table
    return {
        "key": entry.key,
        **asdict(entry.counted),
        "joined": table.joined[0].tolist(),
        "joined_unknown": table.joined_unknown[0].tolist(),
        "counts_sha256": hashlib.sha256(np.ascontiguousarray(table.tokens[0], "<u4").tobytes()).hexdigest(),
    }


def _counts(table: CountTable) -> bytes:
    """A Parquet file of tokens and unknown tokens, laid out language after language."""
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    columns = {"tokens": table.tokens[0].reshape(-1), "unknown": table.unknown[0].reshape(-1)}
    sink = arrow.BufferOutputStream()
    parquet.write_table(
        arrow.table(columns),
        sink,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding=dict.fromkeys(columns, "BYTE_STREAM_SPLIT"),
        write_statistics=False,
        store_schema=True,
        row_group_size=table.tokens[0].size,
        data_page_size=2**20,
    )
    data: bytes = sink.getvalue().to_pybytes()
    return data


def _publish(path: Path, data: bytes) -> None:
    """A file that everyone may read, unlike those of the user's cache."""
    write_whole(path, data)
    path.chmod(0o644)
