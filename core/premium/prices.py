"""Prices and context windows of models: a dated table that ships, tables of the same form, and litellm's public one."""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from math import inf, isfinite
from typing import Any

from core.common.data_folders import DATA
from core.common.errors import TooLarge, UnreadableFile, UserError, shown
from core.common.numbers import count, significant
from core.export.csv import csv_table

FILE = DATA / "prices" / "models.csv"
MOST_BYTES = 16 * 2**20
_MOST = 1e9  # of a price or a window: beyond it a cost is no number any more
_MILLION = 1e6
_ATLAS = "atlas:"


@dataclass(frozen=True, kw_only=True)
class ModelPrice:
    """A model and what it costs.

    Args:
        name, maker: for people.
        tokenizer: `atlas:KEY`, or a spec string.
        input, output: price of a million tokens, US dollars.
        cached_input: the same of input that the provider has seen before; None where no such price is known.
        window: context window, tokens of input and output together.
        date: on which the source was read, ISO 8601.
        source: where the numbers are from.
    """

    name: str
    maker: str
    tokenizer: str
    input: float
    output: float
    cached_input: float | None
    window: int
    date: str
    source: str

    @property
    def key(self) -> str:
        """The tokenizer as links and the atlas have it."""
        return self.tokenizer.removeprefix(_ATLAS)


COLUMNS = tuple(field.name for field in fields(ModelPrice))


def shipped_prices() -> list[ModelPrice]:
    """The table that ships.

    >>> next(one.key for one in shipped_prices() if one.name == "GPT-4o")
    'o200k'
    """
    return read_prices(FILE.read_bytes(), FILE.name)


def read_prices(data: bytes, name: str) -> list[ModelPrice]:
    """Prices from a file: CSV with the columns of `COLUMNS`, or litellm's JSON.

    Args:
        name: of the file, for messages.

    Raises:
        UserError: it is neither, or a cell cannot be a price; names the line and the column.
    """
    if len(data) > MOST_BYTES:
        raise TooLarge(f"{shown(name)} has over {MOST_BYTES // 2**20} MB. A table of prices is smaller.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(f"{shown(name)} is not UTF-8 text. Save the table as CSV in UTF-8.") from None
    return _litellm(text, name) if text.lstrip().startswith("{") else _rows(text, name)


def prices_csv(prices: Iterable[ModelPrice]) -> str:
    """The same as a CSV file that `read_prices` reads."""
    return csv_table(COLUMNS, ([getattr(one, column) for column in COLUMNS] for one in prices))


def prices_of(rows: Sequence[Mapping[str, Any]], name: str) -> list[ModelPrice]:
    """Prices from rows with the columns of `COLUMNS`; a row that is empty is passed over.

    Raises:
        UserError: a cell cannot be a price; names the row and the column.
    """
    found = []
    for n, row in enumerate(rows, 1):
        cells = {column: _text(row.get(column)) for column in COLUMNS}
        if any(cells.values()):
            found.append(_price(cells, f"Row {n} of {shown(name)}"))
    if not found:
        raise UserError(f"{shown(name)} holds no model. Give at least one row with the columns {', '.join(COLUMNS)}.")
    return found


def _rows(text: str, name: str) -> list[ModelPrice]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        rows = [] if missing else [{key: cell for key, cell in row.items() if key} for row in reader]
    except csv.Error as error:
        raise UnreadableFile(f"{shown(name)} is not a CSV table ({error}).") from None
    if missing:
        raise UserError(f"{shown(name)} has no column {shown(missing[0])}. A table of prices has {', '.join(COLUMNS)}.")
    return prices_of(rows, name)


def _price(cells: Mapping[str, str], where: str) -> ModelPrice:
    return ModelPrice(
        name=_needed(cells, "name", where),
        maker=cells["maker"],
        tokenizer=_needed(cells, "tokenizer", where),
        input=_number(cells, "input", where),
        output=_number(cells, "output", where),
        cached_input=_number(cells, "cached_input", where) if cells["cached_input"] else None,
        window=_whole(cells, "window", where),
        date=_day(cells["date"], where),
        source=cells["source"],
    )


def _needed(cells: Mapping[str, str], column: str, where: str) -> str:
    if not cells[column]:
        raise UserError(f"{where} has no {column}. Fill it in, or leave the whole row empty.")
    return cells[column]


def _number(cells: Mapping[str, str], column: str, where: str, least: float = 0.0) -> float:
    try:
        number = float(cells[column])
    except ValueError:
        number = inf
    if not least <= number <= _MOST:
        raise UserError(
            f"{where} has {shown(cells[column])} as {column}. Give a number from {least:g} to {count(_MOST)}, with a "
            "decimal point."
        )
    return number


def _whole(cells: Mapping[str, str], column: str, where: str) -> int:
    number = _number(cells, column, where, least=1)
    if number != int(number):
        raise UserError(f"{where} has {shown(cells[column])} as {column}. Give a whole number of tokens.")
    return int(number)


def _day(text: str, where: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise UserError(f"{where} has {shown(text)} as date. Write it as 2026-01-31, or leave it empty.") from None


def _text(value: object) -> str:
    """A cell as text; what is missing is empty."""
    missing = value is None or (isinstance(value, float) and not isfinite(value))
    return "" if missing else str(value).strip()


def _litellm(text: str, name: str) -> list[ModelPrice]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableFile(
            f"{shown(name)} begins like JSON and is not. Give CSV, or litellm's table as it is."
        ) from None
    today = datetime.now(UTC).date().isoformat()
    found = [_of_litellm(key, entry, today) for key, entry in document.items() if isinstance(entry, dict)]
    known = [one for one in found if one is not None]
    if not known:
        raise UserError(f"{shown(name)} prices no model whose tokenizer is in the atlas. Is it litellm's table?")
    return known


def _of_litellm(key: str, entry: Mapping[str, Any], today: str) -> ModelPrice | None:
    tokenizer = tokenizer_of(key, str(entry.get("litellm_provider") or ""))
    read, written, cached, window = (_amount(entry.get(name)) for name in _LITELLM_NAMES)
    if tokenizer is None or entry.get("mode") not in ("chat", "completion", "responses"):
        return None
    if read is None or written is None or window is None or window < 1 or window != int(window):
        return None
    return ModelPrice(
        name=key,
        maker=str(entry.get("litellm_provider") or ""),
        tokenizer=f"{_ATLAS}{tokenizer}",
        input=significant(read * _MILLION),
        output=significant(written * _MILLION),
        cached_input=None if cached is None else significant(cached * _MILLION),
        window=int(window),
        date=today,
        source="litellm",
    )


def _amount(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _MOST:
        return None
    return float(value)


_LITELLM_NAMES = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost", "max_input_tokens")


_OPENAI = {"r50k_base": "gpt-2", "p50k_base": "p50k", "cl100k_base": "cl100k", "o200k_base": "o200k"}
_NAMED: tuple[tuple[str, str], ...] = (
    (r"llama-?4", "llama-4"),
    (r"llama-?3", "llama-3"),
    (r"llama-?2", "llama-2"),
    (r"mistral-nemo", "tekken-240718"),
    (r"qwen-?(?:1\.5|2|2\.5|3)(?![.\d])", "qwen"),
)


def tokenizer_of(model: str, provider: str) -> str | None:
    """Key in the atlas of the tokenizer of a model that litellm names; None where that is not known.

    >>> tokenizer_of("gpt-4o-mini", "openai"), tokenizer_of("deepinfra/Qwen/Qwen3-32B", "deepinfra")
    ('o200k', 'qwen')
    >>> tokenizer_of("qwen3.5-plus", "dashscope"), tokenizer_of("a-new-model", "openai")
    (None, None)
    """
    if provider in ("openai", "text-completion-openai", "azure"):
        from tiktoken.model import encoding_name_for_model

        try:
            return _OPENAI.get(encoding_name_for_model(model.rpartition("/")[2]))
        except KeyError:
            return None
    return next((key for pattern, key in _NAMED if re.search(pattern, model.lower())), None)
