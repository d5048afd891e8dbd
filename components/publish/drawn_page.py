"""A page drawn for a link, without a browser, and its charts in every order."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from streamlit.testing.v1 import AppTest

from components.publish.plain_markdown import unescaped
from components.widgets.fold import ALL_OPEN
from core.common.data_folders import ROOT
from core.common.errors import TookTooLong, UnknownName, UserError, shown

PAGES = {"": "segmentation", "segmentation": "segmentation", "premium": "premium"}
SORT = "sort"
_SECONDS = 100.0
_MOST_ORDERS = 12_000_000  # characters of charts in other orders; with very many cells the page keeps its one order

Spec = dict[str, Any]


@dataclass(frozen=True)
class DrawnPage:
    """A page as it stands.

    Args:
        name: of its script.
        app: Streamlit's test of it.
        main: its elements.
        styles: its style sheets, which Streamlit keeps aside.
        sort: the choice of "Sort by"; empty for a page without one.
    """

    name: str
    app: AppTest
    main: Any
    styles: str
    sort: str


def drawn_page(link: str) -> DrawnPage:
    """The page of a link.

    Raises:
        UserError: no page of that name can be published, or the page shows an error; says which.
    """
    name, query = _parts(link)
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=_SECONDS)
    for key, values in query.items():
        app.query_params[key] = values
    app.session_state[ALL_OPEN] = True
    _run(app)
    sorts = [str(one.value) for one in app.selectbox if one.key == SORT]
    sheets = "".join(one.proto.body for one in app.get("html") if one.proto.body.lstrip().startswith("<style"))
    return DrawnPage(name, app, app.main, sheets, sorts[0] if sorts else "")


def charts_of(block: Any) -> dict[str, Spec]:
    """Every plotly figure below a block, by key."""
    found: dict[str, Spec] = {}
    for child in getattr(block, "children", {}).values():
        if child.type == "plotly_chart":
            found[child.key or f"chart_{len(found)}"] = json.loads(child.proto.spec)
        found |= charts_of(child)
    return found


def other_orders(page: DrawnPage) -> dict[str, dict[str, Spec]]:
    """By each other choice of "Sort by", the charts that it changes, by key, as far as there is room for them."""
    found: dict[str, dict[str, Spec]] = {}
    if not page.sort:
        return found
    now, room = charts_of(page.main), _MOST_ORDERS
    for option in page.app.selectbox(key=SORT).options:
        if option == page.sort:
            continue
        page.app.selectbox(key=SORT).select(option)
        _run(page.app)
        changed = {key: spec for key, spec in charts_of(page.app.main).items() if key in now and spec != now[key]}
        room -= len(json.dumps(changed))
        if room < 0:
            return {}
        found[option] = changed
    return found


def _parts(link: str) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(link)
    word = parts.path.rstrip("/").rpartition("/")[2].lower()
    if word not in PAGES:
        raise UnknownName("page that can be published called", word, [name for name in PAGES if name])
    return PAGES[word], parse_qs(parts.query)


def _run(app: AppTest) -> None:
    try:
        app.run()
    except RuntimeError as error:  # of Streamlit's tests, when the time is over
        raise TookTooLong(
            f"The page took over {_SECONDS:g} s to draw. Choose less, or wait until counting is done."
        ) from error
    if app.exception:
        raise UserError(f"The page of this link fails: {shown(app.exception[0].message, 300)}")
    if app.error:
        raise UserError(f"The page of this link shows an error: {unescaped(app.error[0].value)}")
