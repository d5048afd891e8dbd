"""Text of a dataset on the Hub, by its name: as many bytes of its files as are asked for, read where they lie.

Of Parquet files only the column with the text is fetched, one group of rows after the other; of lines only the
beginning. Nothing of the repository is run.
"""

import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Annotated, Any

import httpx2
import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.plain_text import beginning
from core.common.progress import report
from core.common.settings import settings
from core.corpora.column_text import USUAL_COLUMNS
from core.tokenizers.hub_download import ANSWER_SECONDS, refusal, trouble
from core.tokenizers.hub_file import HubFile
from core.tokenizers.hub_place import Place, place

KIND = "hub-text"  # of the job that reads one
SCHEME = "hub:"
USUAL_BYTES = 10 * 2**20
_ENDINGS = (".parquet", ".jsonl", ".jsonl.gz", ".txt")  # files of the first that a dataset has are read
_MOST_LINE = 64 * 2**20  # bytes
_PART, _ROWS = 2**18, 256  # bytes of a stream that are asked for at once, and rows of a table
_SHORT = 7  # digits of a commit, in a name


@dataclass(frozen=True, eq=False)
class HubText:
    """Text of a dataset.

    Args:
        name: for a file: the dataset, and the commit that it is of.
        commit: the same, 40 hex digits.
        files: that it was read from.
        column: that it stands in; empty for plain text.
        data: in UTF-8, a document or a line of text behind another, each with a line end, uint8 (bytes,).
    """

    name: str
    commit: str
    files: tuple[str, ...]
    column: str
    data: Annotated[NDArray[np.uint8], APART]


@dataclass(frozen=True)
class Dataset:
    """What is named as `OWNER/NAME[@REVISION][:PATH]`.

    Args:
        where: repository and revision.
        path: of a file, or of the folder whose files are read; empty for all.
    """

    where: Place
    path: str


def dataset(name: str) -> Dataset:
    """A name taken apart.

    Raises:
        UserError: it cannot be a dataset's.

    >>> dataset("Salesforce/wikitext@main:wikitext-2-v1").path
    'wikitext-2-v1'
    """
    repository, _, path = name.removeprefix(SCHEME).strip().partition(":")
    found = place(repository)
    if found.file or found.options:
        raise UserError(f"{shown(name)} is not the name of a dataset. Write OWNER/NAME, OWNER/NAME@REVISION:FOLDER.")
    return Dataset(found, path.strip("/"))


def is_pinned(name: str) -> bool:
    """Whether a name says the commit itself, so that it means the same text for ever."""
    return len(dataset(name).where.revision) == 40


def question(name: str, most_bytes: int, column: str = "") -> dict[str, str | int]:
    """Parameters of the job that reads one.

    Raises:
        UserError: it cannot be a dataset's name, or nothing may be fetched here.
    """
    dataset(name)
    settings().refuse("network")
    return {"dataset": name.removeprefix(SCHEME).strip(), "most_bytes": most_bytes, "column": column}


def hub_text(name: str, most_bytes: int, column: str = "") -> HubText:
    """Text of a dataset.

    Args:
        name: `OWNER/NAME[@REVISION][:PATH]`.
        most_bytes: where to end, behind a whole line.
        column: in which it stands; empty for the usual one.

    Raises:
        UserError: there is no such dataset, access or network, or no text in it.
    """
    asked = dataset(name)
    settings().refuse("network")
    try:
        return _read(asked, most_bytes, column)
    except (httpx2.HTTPError, OSError, JSONDecodeError, RuntimeError) as error:
        no = refusal(error, asked.where, "datasets/")
        if no is not None:
            raise no from None
        raise UserError(f"The Hub {trouble(error)}. Try {shown(asked.where.repository)} again in a moment.") from None


def _read(asked: Dataset, most: int, column: str) -> HubText:
    from huggingface_hub import HfApi  # late: it takes half a second

    where = asked.where
    info = HfApi().dataset_info(where.repository, revision=where.revision, files_metadata=True, timeout=ANSWER_SECONDS)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    commit = info.sha or ""
    read, found = list[str](), bytearray()
    for file in _chosen(list(sizes), asked):
        report(min(len(found), most), most, f"Reading {file}")
        read.append(file)
        address = _address(where.repository, file, commit)
        if file.endswith(".parquet"):
            texts, column = _parquet(address, sizes[file], file, column)
        elif file.endswith(".txt"):
            texts, column = _lines(address, packed=False), ""
        else:
            texts, column = _of_json(_lines(address, packed=file.endswith(".gz")), file, column)
        for text in texts:
            found += text.encode(errors="replace") + b"\n"
            report(min(len(found), most), most, f"Reading {file}")
            if len(found) >= most:
                break
        if len(found) >= most:
            break
    data = beginning(bytes(found), most)
    if not data.strip():
        names = ", ".join(map(shown, read[:3]))
        raise UserError(f"{shown(where.repository)} has no text in {names}. Name another file.")
    name = f"{where.repository.replace('/', '--')}-{commit[:_SHORT]}.txt"
    return HubText(name, commit, tuple(read), column, np.frombuffer(data, np.uint8))


def _chosen(files: Sequence[str], asked: Dataset) -> list[str]:
    """The files to read in order: of one kind, under the path that is named, of its part for training if it has one.

    Raises:
        UserError: there is none.
    """
    under = [one for one in sorted(files) if not asked.path or one == asked.path or one.startswith(f"{asked.path}/")]
    for ending in _ENDINGS:
        if there := [one for one in under if one.endswith(ending)]:
            return [one for one in there if "train" in one] or there
    what = f"{shown(asked.path)} in {shown(asked.where.repository)}" if asked.path else shown(asked.where.repository)
    raise UserError(f"{what} has no file that ends with {', '.join(_ENDINGS)}. Name a folder or file behind a colon.")


def _address(repository: str, file: str, commit: str) -> str:
    from huggingface_hub import hf_hub_url

    return hf_hub_url(repository, file, repo_type="dataset", revision=commit)


def _lines(address: str, *, packed: bool) -> Iterator[str]:
    """Lines of a file as they arrive; who takes no more of them leaves the rest where it is."""
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status  # type: ignore[attr-defined]

    headers = {**build_hf_headers(), "Accept-Encoding": "identity"}
    unpack = zlib.decompressobj(31).decompress if packed else bytes
    rest = b""
    with get_session().stream("GET", address, headers=headers, timeout=ANSWER_SECONDS) as response:
        hf_raise_for_status(response)
        for part in response.iter_bytes(_PART):
            *whole, rest = (rest + unpack(part)).split(b"\n")
            if len(rest) > _MOST_LINE:
                raise TooLarge(f"A line has more than {count(_MOST_LINE)} bytes. Name another file of the dataset.")
            yield from (line.decode("utf-8-sig", errors="replace") for line in whole)
    if rest:
        yield rest.decode("utf-8-sig", errors="replace")


def _of_json(lines: Iterator[str], file: str, column: str) -> tuple[Iterator[str], str]:
    """The texts of a column, and which it is.

    Raises:
        UserError: there is no such column.
        UnreadableFile: the first line is no JSON object.
    """
    first = next((line for line in lines if line.strip()), "{}")
    row = _row(first, file)
    name = _column([key for key, value in row.items() if isinstance(value, str)], file, column)

    def texts() -> Iterator[str]:
        yield str(row[name])
        for line in lines:
            if line.strip():
                yield str(_row(line, file).get(name) or "")

    return texts(), name


def _row(line: str, file: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (JSONDecodeError, RecursionError):
        row = None
    if not isinstance(row, dict):
        raise UnreadableFile(f"{shown(file)} has a line that is no JSON object: {shown(line, 40)}. Name another file.")
    return row


def _column(names: Sequence[str], file: str, asked: str) -> str:
    if not names or (asked and asked not in names):
        there = ", ".join(map(shown, names)) or "none"
        raise UserError(f"{shown(file)} has no column of text {shown(asked) if asked else ''}; it has: {there}.")
    return asked or next((one for one in USUAL_COLUMNS if one in names), names[0])


def _parquet(address: str, n_bytes: int, file: str, column: str) -> tuple[Iterator[str], str]:
    """The texts of a column, and which it is.

    Raises:
        UserError: there is no such column.
        UnreadableFile: it is no Parquet file.
    """
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        table = parquet.ParquetFile(io.BufferedReader(HubFile(address, n_bytes), _PART))
    except (arrow.ArrowException, ValueError) as error:
        raise UnreadableFile(f"{shown(file)} cannot be read: {shown(str(error), 100)}. Name another file.") from None
    strings = [one.name for one in table.schema_arrow if one.type in (arrow.string(), arrow.large_string())]
    name = _column(strings, file, column)

    def texts() -> Iterator[str]:
        try:
            for batch in table.iter_batches(_ROWS, columns=[name]):
                yield from (text or "" for text in batch.column(0).to_pylist())
        except (arrow.ArrowException, ValueError) as error:
            raise UnreadableFile(f"{shown(file)} cannot be read: {shown(str(error), 100)}.") from None

    return texts(), name
