"""Tables as CSV that reads back exactly and that no spreadsheet computes."""

import csv
import io
from collections.abc import Iterable, Sequence
from math import isnan

# A spreadsheet takes a cell that begins like this for a formula; the full-width signs count in East Asian locales.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table with the names of its columns on the first line; what is missing, None or NaN, is an empty cell.

    Source: RFC 4180; OWASP, CSV Injection.

    >>> csv_table(["text", "n"], [("=a", 1.5), ("b,c", float("nan"))]).splitlines()
    ['text,n', "'=a,1.5", '"b,c",']
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in names])
    writer.writerows([_plain(value) for value in row] for row in rows)
    return text.getvalue()


def for_spreadsheets(table: str) -> bytes:
    """A table as a file that Excel opens with Arabic, Thai or Chinese in it: UTF-8 with a byte-order mark.

    >>> for_spreadsheets("é")
    b'\\xef\\xbb\\xbf\\xc3\\xa9'
    """
    return table.encode("utf-8-sig")


def safe_cell(text: str) -> str:
    """The text as a cell that no spreadsheet computes.

    >>> safe_cell("=cmd|' /C calc'!A0"), safe_cell("a=b")
    ("'=cmd|' /C calc'!A0", 'a=b')
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _plain(value: object) -> object:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    return safe_cell(value) if isinstance(value, str) else value
