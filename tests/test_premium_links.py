"""A link to the Premium page keeps every parameter through every view; nothing is logged on the way."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from streamlit import config
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

from components.premium import provenance, view
from components.premium.figure import go_to_evidence
from components.premium.view import VIEWS
from components.segmentation.tool import TOOLS
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server", "looks_here")

LINK: dict[str, str | list[str]] = {
    **{"counted": ["gpt-2", "o200k"], "base": "fra_Latn", "language": "deu_Latn", "tokenizer": "o200k"},
    **{"find": "Europe", "part": "Dev", "per": "Byte", "sort": "Family", "group": "Family", "compare": "Languages"},
    **{"against": "Speakers", "map_rule": "Its dearest language", "map_part": "Europe", "sentences": "Typical"},
    **{"which": "All", "family": "Meta", "price_million": "2.5", "window": "4096", "speed": "20", "length": "9000"},
    "model": "GPT-4o",
}


@pytest.mark.parametrize("shown", VIEWS.all())
def test_every_parameter_of_a_link_survives_every_view(shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """First as opened, then from this view to the next one and back."""
    written: dict[str, Sequence[str]] = {}
    monkeypatch.setattr(provenance, "page_link", lambda parameters, **_: written.update(parameters))
    app = opened("premium", **LINK | {"premium": shown})
    assert not app.exception and not app.error
    other = next(one for one in VIEWS.all() if one != shown)
    for chosen in (shown, other, shown):
        app.segmented_control(key="premium").set_value(chosen).run()
        address = {name: app.query_params[name] for name in app.query_params} | written
        lost = {key: address.get(key) for key, value in LINK.items() if _many(address.get(key)) != _many(value)}
        assert lost == {}, chosen


def _many(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


def test_a_choice_made_in_a_view_is_there_again_and_a_wrong_one_of_a_link_is_the_usual_one() -> None:
    app = opened("premium", premium="Groups", group="no such group", price_million="2", window="-3")
    assert not app.exception and app.session_state["group"] == "Script"
    app.segmented_control(key="group").set_value("Region").run()
    app.segmented_control(key="premium").set_value("Calculator").run()
    assert app.text_input(key="window").value == "8192"
    app.segmented_control(key="premium").set_value("Groups").run()
    assert app.segmented_control(key="group").value == "Region"


def test_a_language_that_nobody_chose_is_one_that_fits_the_search() -> None:
    app = opened("premium", premium="Evidence", find="Arabic")
    assert app.selectbox(key="language").value == "arb_Latn"
    app.text_input(key="find").set_value("Thai, Lao").run()
    assert app.selectbox(key="language").value == "lao_Laoo"
    app.text_input(key="find").set_value("").run()
    assert app.selectbox(key="language").value == "lao_Laoo"
    app.selectbox(key="language").select("deu_Latn").run()
    app.text_input(key="find").set_value("Arabic").run()
    assert app.selectbox(key="language").value == "deu_Latn"
    linked = opened("premium", premium="Evidence", find="Arabic", language="tha_Thai")
    assert linked.selectbox(key="language").value == "tha_Thai"


def test_the_model_of_the_calculator_is_in_the_link_whatever_price_was_typed_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: dict[str, Sequence[str]] = {}
    monkeypatch.setattr(provenance, "page_link", lambda parameters, **_: written.update(parameters))
    app = opened("premium", premium="Calculator", model="GPT-4o")
    assert app.selectbox(key="model").value == "GPT-4o"
    usual = opened("premium", premium="Calculator").selectbox(key="model").value
    app.selectbox(key="model").select("Own price").run()
    app.text_input(key="price_million").set_value("2.5").run()
    app.selectbox(key="model").select(usual).run()
    assert not app.exception and app.selectbox(key="model").value == usual
    link = {name: list(values) for name, values in written.items() if values}
    assert opened("premium", premium="Calculator", **link).selectbox(key="model").value == usual


def test_an_unknown_base_language_names_a_few_near_ones() -> None:
    for typed, near in (("tagalog", "tgl_Latn"), ("de", "deu_Latn"), ("xx-nothing-like-it", "")):
        app = opened("premium", base=typed, language=typed, premium="Table")
        assert len(app.error) == 2 and app.session_state["base"] == "eng_Latn"
        text = app.error[0].value.replace("\\", "")
        assert near in text and text.count("_") <= 3, text


def _chooser(typed: str, several: bool) -> None:
    """A page in whose chooser a text was typed that is no option."""
    import streamlit as st

    from components.widgets.languages import language_box, language_boxes
    from core.text.languages import flores_languages

    codes = sorted(flores_languages())
    if several:
        st.session_state.setdefault("some", ["deu_Latn", typed])
        language_boxes("Languages", codes, key="some")
    else:
        st.session_state.setdefault("one", typed)
        language_box("Language", codes, key="one", usual="eng_Latn")


@pytest.mark.parametrize(
    ("typed", "code"),
    [("Farsi", "pes_Arab"), ("jv", "jav_Latn"), ("Burmeze", "mya_Mymr"), ("Kashmiri Deva", "kas_Deva")],
)
def test_a_chooser_takes_any_name_of_a_language(typed: str, code: str) -> None:
    one = AppTest.from_function(_chooser, args=(typed, False), default_timeout=240).run()
    some = AppTest.from_function(_chooser, args=(typed, True), default_timeout=240).run()
    assert not one.exception and one.session_state["one"] == code
    assert not some.exception and some.session_state["some"] == ["deu_Latn", code]


def test_a_chooser_stays_as_it_is_when_nobody_knows_what_was_typed() -> None:
    one = AppTest.from_function(_chooser, args=("qqqqq", False), default_timeout=240).run()
    some = AppTest.from_function(_chooser, args=("qqqqq", True), default_timeout=240).run()
    assert one.session_state["one"] == "eng_Latn" and "no language here" in one.toast[0].value
    assert some.session_state["some"] == ["deu_Latn"] and "no language here" in some.toast[0].value


WALKS = [
    *(("premium", {"premium": view}) for view in VIEWS.all()),
    *(("segmentation", {"text": "eNrLSM3JyQcABiwCFQ", "tool": tool}) for tool in TOOLS.all()),
    ("runs", {}),
    ("transplants", {}),
]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Streamlit says of widgets that get a default beside a value, on a server that says it."""
    assert not config.get_option("global.disableWidgetStateDuplicationWarning")
    found: list[str] = []
    monkeypatch.setattr(policies._LOGGER, "warning", lambda text, *values, **_: found.append(text % values))
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    monkeypatch.setattr(policies, "runtime", SimpleNamespace(exists=lambda: True))
    return found


@pytest.mark.parametrize(("name", "query"), WALKS)
def test_no_page_and_no_view_gives_a_default_beside_a_value(
    name: str, query: dict[str, str], logged: list[str]
) -> None:
    app = opened(name, **query).run()
    assert not app.exception
    assert logged == []


def test_a_click_on_a_chart_leads_to_the_evidence_without_a_line_in_the_log(
    logged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """AppTest clicks on no chart, so the callback of the click runs just before the views are drawn."""

    def clicked(*values: object, **more: object) -> None:
        go_to_evidence("o200k", "mya_Mymr")
        draw(*values, **more)

    draw = view.draw_chosen
    monkeypatch.setattr(view, "draw_chosen", clicked)
    app = opened("premium")
    assert not app.exception
    assert app.segmented_control(key="premium").value == "Evidence"
    assert app.session_state["language"] == "mya_Mymr" and logged == []


def _settled() -> None:
    """The segmentation's options in the run in which the page chooses cards for a phone, and the order."""
    import streamlit as st

    from components.widgets.view_options import AS_CHOSEN, ORDER, settle_on_cards, view_options

    settle_on_cards()
    st.session_state[ORDER] = AS_CHOSEN
    st.session_state["shown"] = view_options().view


def test_a_page_that_chooses_cards_for_a_phone_leaves_no_line_in_the_log(logged: list[str]) -> None:
    app = AppTest.from_function(_settled, default_timeout=240).run()
    assert not app.exception and app.session_state["shown"] == "cards"
    assert logged == []
