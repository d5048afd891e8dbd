"""Elements of a page as HTML: words, tables, charts, and the components of ours that work without a server."""

import json
from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df

from components.frame.scripted_component import source_of, unpacked
from components.publish.drawn_page import SORT
from components.publish.plain_markdown import html_of, inline
from components.publish.table_markup import table

_LEFT_OUT = {"popover", "form", "dialog"}  # controls: they ask the server
_ALONE = {"token_atlas_token_view", "token_atlas_stat_cards", "token_atlas_step_player"}  # components that need none
_BOXES = {"info", "warning", "success"}


class Markup:
    """Writes one page down, and collects what its scripts need.

    Args:
        sort: the order of the charts, where the page has others to choose from.
    """

    def __init__(self, sort: str) -> None:
        self.charts: dict[str, Any] = {}
        self.components: list[dict[str, Any]] = []
        self.sources: dict[str, str] = {}
        self._sort = sort
        self._elements: dict[str, Callable[[Any], str]] = {
            "title": lambda one: f"<h1>{escape(one.value)}</h1>",
            "header": lambda one: f"<h2>{escape(one.value)}</h2>",
            "subheader": lambda one: f"<h3>{escape(one.value)}</h3>",
            "markdown": lambda one: html_of(one.value),
            "caption": lambda one: f'<p class="caption">{inline(one.value)}</p>',
            "text": lambda one: f'<p class="text">{escape(one.value)}</p>',
            "code": lambda one: f"<pre>{escape(one.value)}</pre>",
            "html": lambda one: str(one.proto.body),
            "dataframe": lambda one: table(one.value, one.proto.columns, _styled(one.proto)),
            "plotly_chart": self._chart,
            "bidi_component": self._component,
            "selectbox": self._choice,
            "button_group": lambda one: _setting(one.label, one.value),
            "number_input": lambda one: _setting(one.label, one.value),
            "text_input": lambda one: _setting(one.label, one.value) if one.value else "",
        }

    def of(self, block: Any) -> str:
        """What stands in a block, in its order."""
        return "".join(self._one(child) for child in block.children.values())

    def _one(self, node: Any) -> str:
        if node.type in _LEFT_OUT:
            return ""
        if node.type in self._elements:
            return self._elements[node.type](node)
        if node.type in _BOXES:
            return f'<div class="box">{html_of(node.value)}</div>'
        if not getattr(node, "children", None):
            return ""
        inside = self.of(node)
        if node.type == "expander":
            return f"<details><summary>{inline(node.label)}</summary>{inside}</details>"
        return f'<div class="{escape(_classes(node))}">{inside}</div>' if inside else ""

    def _chart(self, one: Any) -> str:
        key = one.key or f"chart_{len(self.charts)}"
        self.charts[key] = json.loads(one.proto.spec)
        height = int(self.charts[key].get("layout", {}).get("height") or 420)
        return f'<div class="chart" data-chart="{escape(key)}" style="height:{height}px"></div>'

    def _component(self, one: Any) -> str:
        name = one.proto.component_name
        if name not in _ALONE:
            return ""
        self.sources.setdefault(name, source_of(name))
        data = unpacked(one.proto.bytes)["data"] | {"tools": None}
        self.components.append({"name": name, "html": one.proto.html_content, "data": data})
        return f'<div data-component="{len(self.components) - 1}"></div>'

    def _choice(self, one: Any) -> str:
        label, options = escape(one.label), one.options
        if one.key != SORT:
            return _setting(one.label, options[one.index] if one.index is not None else "")
        chosen = "".join(
            f"<option{' selected' if each == self._sort else ''}>{escape(each)}</option>" for each in options
        )
        return f'<label class="setting"><b>{label}</b> <select data-sort>{chosen}</select></label>'


def _setting(label: str, value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f'<span class="setting"><b>{escape(label)}</b> {escape(shown)}</span>' if shown and shown != "None" else ""


def _classes(node: Any) -> str:
    horizontal = node.type == "column" or "direction: HORIZONTAL" in str(node.proto)[:400]
    return " ".join(
        filter(None, ["row" if horizontal else "stack", f"st-key-{node.key}" if getattr(node, "key", None) else ""])
    )


def _styled(proto: Any) -> pd.DataFrame | None:
    """What the page shows in each cell of a table, where that was written apart from its values."""
    shown = proto.arrow_data.styler.display_values
    return convert_arrow_bytes_to_pandas_df(shown) if shown else None
