"""A data frame as an HTML table that sorts by a click, with numbers as the page showed them."""

import json
from html import escape
from typing import Any

import pandas as pd

from core.common.numbers import count

_LONG = 60  # characters of a cell that gets a width to wrap in


def table(frame: pd.DataFrame, columns: str, styled: pd.DataFrame | None = None) -> str:
    """The table.

    Args:
        columns: Streamlit's configuration of the columns, JSON.
        styled: what the page shows in each cell, where that is not its value: a number with its interval.

    >>> found = table(pd.DataFrame({"n": [1.25]}), '{"n": {"type_config": {"format": "%.1f"}}}')
    >>> '<td data-v="1.25">1.2</td>' in found
    True
    """
    known: dict[str, Any] = json.loads(columns or "{}")
    names = [name for name in frame.columns if not known.get(str(name), {}).get("hidden")]
    head = "".join(
        f'<th scope="col"><button type="button">{escape(_label(name, known))}</button></th>' for name in names
    )
    texts = frame[names] if styled is None else styled.set_axis(frame.columns, axis="columns")[names]
    forms = [_format(name, known) for name in names]
    rows = "".join(
        f"<tr>{''.join(map(_cell, row, said if styled is not None else [None] * len(row), forms))}</tr>"
        for row, said in zip(frame[names].itertuples(index=False), texts.itertuples(index=False), strict=True)
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _label(name: object, known: dict[str, Any]) -> str:
    return str(known.get(str(name), {}).get("label") or name)


def _format(name: object, known: dict[str, Any]) -> str:
    return str((known.get(str(name), {}).get("type_config") or {}).get("format") or "")


def _cell(value: object, said: object, form: str) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        return "<td></td>"
    if isinstance(value, bool) or not isinstance(value, int | float):
        text = str(value)
        return f"<td{' class=long' * (len(text) > _LONG)}>{escape(text)}</td>"
    return f'<td data-v="{value!r}">{escape(_number(value, form) if said is None else str(said))}</td>'


def _number(value: float, form: str) -> str:
    if form == "percent":
        return f"{100 * value:.2f} %"
    if form.startswith("%") and form.endswith(("f", "d", "e", "g")) and form.count("%") == 1:
        return form % value
    return count(value) if isinstance(value, int) else f"{value:,.4f}".rstrip("0").rstrip(".")
