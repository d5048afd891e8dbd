"""The Premium page without a browser: every view draws, links restore, and what is missing is one message."""

import json
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.premium import overview
from components.premium.controls import OPENING
from components.premium.provenance import DEFINITIONS, REPRODUCTION
from components.premium.view import VIEWS
from components.premium.views import measures
from core.premium.atlas import atlas_tokenizers
from core.premium.atlas.measures import shipped_measures
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

page = partial(opened, "premium")


def table(app: AppTest):
    return next(one.value for one in app.dataframe if "Code" in one.value.columns)


@pytest.mark.parametrize("view", VIEWS.all())
def test_every_view_draws(view: str) -> None:
    app = page(premium=view)
    assert not app.exception
    assert not app.error
    assert app.session_state["premium"] == view


@pytest.mark.parametrize("sort", ["Script", "Family", "Region", "Speakers", "Resources", "Name"])
def test_every_order_draws(sort: str) -> None:
    app = page(sort=sort, find="Asia", premium="Groups")
    assert not app.exception and not app.error


def test_the_base_costs_one_and_a_new_base_does() -> None:
    app = page(premium="Table")
    by_code = table(app).set_index("Code")
    assert by_code.loc["eng_Latn", "GPT-2"] == 1
    app.selectbox(key="base").select("mya_Mymr").run()
    by_code = table(app).set_index("Code")
    assert by_code.loc["mya_Mymr", "GPT-2"] == 1
    assert by_code.loc["eng_Latn", "GPT-2"] < 0.1


def test_a_link_restores() -> None:
    query = {"counted": ["gpt-2", "bert-cased"], "base": "deu_Latn", "find": "Thai", "part": "Dev", "per": "Byte"}
    app = page(premium="Table", language="tha_Thai", tokenizer="bert-cased", **query)
    assert not app.exception and not app.error
    assert app.session_state["counted"] == ["gpt-2", "bert-cased"]
    found = table(app)
    assert list(found["Code"]) == ["tha_Thai"]
    assert "unknown" in found["BERT cased 95 %"].iloc[0]


def test_a_missing_base_is_one_message_and_english_stands_in() -> None:
    app = page(base="eng_Latm")
    assert not app.exception
    assert len(app.error) == 1 and "Did you mean eng" in app.error[0].value.replace("\\", "")
    assert app.session_state["base"] == "eng_Latn"


def test_an_unknown_tokenizer_is_one_message_and_the_others_go_on() -> None:
    app = page(counted=["gpt-2", "gtp-2"])
    assert not app.exception
    assert len(app.error) == 1
    assert app.session_state["counted"] == ["gpt-2"]


def test_a_search_without_a_match_and_no_tokenizer_say_what_to_do() -> None:
    app = page(find="Klingon")
    assert not app.exception and "Klingon" not in app.info[0].value and "fits this search" in app.info[0].value
    app = page()
    app.multiselect(key="counted").set_value([]).run()
    next(button for button in app.button if button.label == "Show the well-known ones").click().run()
    assert tuple(app.session_state["counted"]) == OPENING


def test_the_page_opens_on_current_tokenizers_whose_measures_ship() -> None:
    years = [atlas_tokenizers()[key].year or 0 for key in OPENING]
    assert len(set(OPENING)) == 8 and sum(year >= 2024 for year in years) >= 6
    assert [key for key in OPENING if shipped_measures(key) is None] == []


def test_a_link_about_a_tokenizer_that_is_none_of_the_usual_ones_shows_it() -> None:
    app = page(premium="Evidence", language="tha_Thai", tokenizer="cl100k")
    assert not app.exception and not app.error
    assert app.session_state["counted"] == [*OPENING, "cl100k"] and app.session_state["tokenizer"] == "cl100k"


def test_a_link_to_share_names_the_usual_tokenizers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shared_links: list[str] = []
    monkeypatch.setattr(overview, "publish_popover", lambda link: shared_links.append(link()))
    assert not page().exception
    assert parse_qs(urlsplit(shared_links[0]).query)["counted"] == list(OPENING)


def test_measures_that_ship_stand_there_before_the_text_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "texts", lambda *_: st.stop())
    app = page(premium="Measures", counted=["gpt-2", "gemma-3"])
    frames = [one.value for one in app.dataframe if "Fertility" in one.value.columns]
    assert [list(frame["Tokenizer"]) for frame in frames] == [["GPT-2", "Gemma 3"]]


def test_the_badge_counts_live() -> None:
    app = page()
    app.session_state[REPRODUCTION] = True
    assert not app.run().exception
    frames = [one.value for one in app.dataframe if "Published as" in one.value.columns]
    by_name = frames[0].set_index("Published as")["Equal"]
    assert by_name["GPT-2"] == "204 of 204"


def test_the_page_says_what_its_numbers_are_to_whoever_asks() -> None:
    app = page(counted=["gpt-2"])
    assert not any("Fingerprint" in one.value.columns for one in app.dataframe)
    app.session_state[DEFINITIONS] = True
    assert not app.run().exception
    assert any("562 articles" in one.value and "1.2" in one.value for one in app.markdown)
    assert any("Fingerprint" in one.value.columns for one in app.dataframe)


def test_a_masked_cell_says_why() -> None:
    app = page(counted=["bert-cased"], premium="Evidence", language="tha_Thai")
    assert not app.exception and not app.error
    assert "unknown" in app.info[0].value


@pytest.mark.parametrize(("query", "first"), [({}, "GPT-2"), ({"direction": "Down"}, "Lao")])
def test_the_heatmap_is_one_picture_in_the_direction_of_the_link(query: dict[str, str], first: str) -> None:
    app = page(find="Thai,Lao", counted=["gpt-2", "cl100k"], sort="Name", **query)
    assert not app.exception and not app.error
    specs = [json.loads(one.proto.spec) for one in app.get("plotly_chart")]
    heatmaps = [spec for spec in specs if any(trace["type"] == "heatmap" for trace in spec["data"])]
    assert [spec["layout"]["yaxis"]["ticktext"][0] for spec in heatmaps] == [first]


@pytest.mark.parametrize("view", ["Ranked", "Units"])
def test_several_tokenizers_stand_side_by_side_with_a_legend(view: str) -> None:
    app = page(premium=view, beside="Several", counted=["gpt-2", "cl100k", "bert-cased"])
    assert not app.exception and not app.error
    spec = json.loads(app.get("plotly_chart")[-1].proto.spec)
    named = [trace["name"] for trace in spec["data"] if trace.get("name") and trace.get("showlegend")]
    assert spec["layout"]["showlegend"] and named == ["GPT-2", "cl100k (GPT-4)", "BERT cased"]
