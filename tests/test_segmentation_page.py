"""The Segmentation page without a browser: what a session shows, restores and survives."""

import gc
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from components.cached import tokenizers as cached
from components.segmentation.rows import Row
from components.segmentation.statistic_cards import card
from components.widgets.pickers import TOKENIZERS
from core.common.numbers import count
from core.common.text_link import to_link
from core.text.samples import opening_text, pairs, sample
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.opening.shipped import OPENING
from core.tokenizers.tokenizer import Specials
from core.tokenizers.well_known import named
from tests.pages import opened as page
from tests.pages import unopened
from tests.tiny import byte_level_bpe

pytestmark = pytest.mark.usefixtures("one_server")

TOOLS = (
    *("Statistics", "Agreement", "Ids", "How it got there", "Chat", "Split by budget", "Two texts", "Character map"),
    "Share and keep",
)


def test_it_opens_on_content() -> None:
    app = page()
    assert not app.exception
    assert not app.error
    assert tuple(app.session_state[TOKENIZERS]) == OPENING
    assert app.session_state["text_at_hand"] == opening_text()
    tokens = dict(zip(app.dataframe[0].value["tokenizer"], app.dataframe[0].value["n_tokens"], strict=True))
    assert list(tokens) == [named(spec).label for spec in OPENING]
    assert len(set(tokens.values())) > 1


@pytest.mark.parametrize("tool", TOOLS)
def test_every_tool_draws(tool: str) -> None:
    app = page(tool=tool, tokenizers=["mistral:v1", "builtin:words"])
    assert not app.exception
    assert not app.error
    assert app.session_state["tool"] == tool


def test_a_link_with_an_empty_text_opens_the_empty_page() -> None:
    app = page(text="", tokenizers=["builtin:utf8-bytes"])
    assert not app.error
    assert app.session_state["text_at_hand"] == ""
    assert any(one.value.startswith("Type or paste a text above") for one in app.caption)


def test_a_link_restores_text_tokenizers_and_options() -> None:
    app = page(
        text=to_link("Größe") or "", tokenizers=["builtin:utf8-bytes", "builtin:words"], view="Cards", invisible="true"
    )
    assert not app.exception
    assert app.session_state["text_at_hand"] == "Größe"
    assert list(app.dataframe[0].value["n_tokens"]) == [7, 1]
    assert app.session_state["view"] == "Cards"
    assert app.session_state["invisible"] is True


@pytest.mark.parametrize("number", ["inf", "-inf", "nan", "9" * 400, "1e300", "-1", "x"])
def test_a_number_in_the_link_that_is_none_ends_no_page(number: str) -> None:
    app = page(
        tool="Split by budget", budget=number, context=number, price=number, size=number, tokenizers="builtin:words"
    )
    assert not app.exception
    assert app.number_input(key="budget").value >= 1


def test_what_a_browser_still_says_of_the_switch_before_undoes_nothing() -> None:
    app = page(tokenizers="builtin:words")
    before = app.button_group(key="view")
    app.session_state["window_is_narrow"] = True
    before.set_value(["Lanes"]).run()
    assert not app.exception
    assert app.button_group(key="view_in_narrow_window").value == "Cards"
    assert all(group.key != "view" for group in app.button_group)


def test_a_damaged_text_in_the_link_is_one_message_and_the_opening_text() -> None:
    app = page(text="damaged", tokenizers=["builtin:words"])
    assert not app.exception
    assert len(app.error) == 1
    assert "damaged" in app.error[0].value
    assert app.session_state["text_at_hand"] == opening_text()


def test_a_tokenizer_that_cannot_be_opened_is_one_message_and_the_others_go_on() -> None:
    app = page(tokenizers=["builtin:words", "builtin:wrods"])
    assert not app.exception
    assert [error.value for error in app.error] and "Did you mean words" in app.error[0].value.replace("\\", "")
    assert len(app.dataframe[0].value) == 1
    assert "⚠ builtin:wrods" in app.multiselect(key=TOKENIZERS).options


def test_no_tokenizer_says_what_to_do_and_offers_the_opening_example() -> None:
    app = page()
    app.multiselect(key=TOKENIZERS).set_value([]).run()
    assert "Choose one to eight tokenizers" in app.info[0].value
    next(button for button in app.button if button.label == "Show the opening example").click().run()
    assert tuple(app.session_state[TOKENIZERS]) == OPENING


def test_no_text_says_what_to_do_and_offers_the_opening_one() -> None:
    app = page(tokenizers=["builtin:words"])
    app.session_state["text_at_hand"] = ""
    app.run()
    next(button for button in app.button if button.label == "Show the opening text").click().run()
    assert app.session_state["text_at_hand"] == opening_text()


def test_a_price_and_a_window_give_cost_and_share() -> None:
    app = page(text=to_link("ab") or "", tokenizers=["builtin:utf8-bytes"], price="500000.0", context="8")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["cost"].iloc[0] == 1.0
    assert table["context_share"].iloc[0] == 0.25


def test_a_sample_replaces_the_text() -> None:
    app = page(tokenizers=["builtin:words"])
    before = app.session_state["text_version"]
    options = chooser(app, "Sample text").options
    chooser(app, "Sample text").select_index(len(options) - 1).run()
    assert app.session_state["text_at_hand"] != opening_text()
    assert app.session_state["text_version"] == before + 1


def test_a_lone_surrogate_is_one_message() -> None:
    app = unopened()
    app.query_params["tokenizers"] = ["builtin:words"]
    app.session_state["text_at_hand"] = "a\ud800b"
    app.session_state["text_version"] = 1
    app.run()
    assert not app.exception
    assert not app.error  # the editor says it, beside the text
    assert not app.dataframe


NINE = [
    *("builtin:utf8-bytes", "builtin:characters", "builtin:graphemes", "builtin:words"),
    *("mistral:v1", "mistral:v2", "mistral:v3", "mistral:v7", "mistral:tekken"),
]


def test_a_ninth_tokenizer_in_a_link_is_refused_with_a_choice() -> None:
    app = page(tokenizers=NINE, text=to_link("ab") or "")
    assert not app.exception
    assert list(app.session_state[TOKENIZERS]) == NINE[:8]
    assert any("was not added" in text.value and "Pixtral" in text.value for text in app.markdown)
    app.selectbox(key="room_tokenizers").set_value("mistral:v2").run()
    app.button(key="replace_tokenizers").click().run()
    assert list(app.session_state[TOKENIZERS]) == [*NINE[:5], "mistral:tekken", *NINE[6:8]]
    assert not any("was not added" in text.value for text in app.markdown)


def test_a_ninth_tokenizer_that_is_brought_can_be_left_out() -> None:
    app = page(tokenizers=NINE[:8], text=to_link("ab") or "")
    app.session_state["tokenizers_to_add"] = {TOKENIZERS: "mistral:tekken"}
    app.run()
    assert list(app.session_state[TOKENIZERS]) == NINE[:8]
    app.button(key="leave_tokenizers").click().run()
    assert list(app.session_state[TOKENIZERS]) == NINE[:8]
    assert not any("was not added" in text.value for text in app.markdown)


def labels_of(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["tokenizer"])


def test_two_files_of_one_name_are_told_apart_and_can_be_renamed(tmp_path: Path) -> None:
    places = []
    for n, folder in enumerate(("one", "two")):
        (tmp_path / folder / "gpt2").mkdir(parents=True)
        places.append(tmp_path / folder / "gpt2" / "tokenizer.json")
        places[-1].write_text(byte_level_bpe(320 + n))
    specs = [f"file:{place}" for place in places]
    app = page(tokenizers=specs, text=to_link("ab") or "")
    assert not app.exception
    assert labels_of(app) == ["gpt2 (one)", "gpt2 (two)"]
    assert [app.multiselect(key=TOKENIZERS).options.count(name) for name in labels_of(app)] == [1, 1]
    link = page(tokenizers=specs, text=to_link("ab") or "", name=["2:Mine"])
    assert labels_of(link) == ["gpt2", "Mine"]


def test_chips_and_lanes_have_one_name() -> None:
    app = page(tokenizers=["mistral:tekken", "tiktoken:o200k_base"], text=to_link("ab") or "")
    assert labels_of(app) == ["Pixtral 12B · Tekken 240911", "GPT-4o · o200k_base"]
    assert set(labels_of(app)) <= set(app.multiselect(key=TOKENIZERS).options)


@pytest.mark.usefixtures("own_server")  # one that asks no network
def test_what_cannot_be_had_now_is_grey_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    app = page(tokenizers=["builtin:words"], text=to_link("ab") or "")
    app.button(key="models_tokenizers").click().run()
    gemma = next(button for button in app.button if button.label.startswith("Gemma 3"))
    assert gemma.disabled
    assert "TOKEN\\_ATLAS\\_HUB=off" in gemma.help or "TOKEN_ATLAS_HUB=off" in gemma.help
    assert not any("Gemma" in option for option in app.multiselect(key=TOKENIZERS).options)


def typed(app: AppTest, text: str) -> AppTest:
    """What the editor's report does: no browser sends it here."""
    app.session_state["text_at_hand"], app.session_state["text_at_hand_own"] = text, True
    return app.run()


def chooser(app: AppTest, label: str) -> Any:
    return next(one for one in app.selectbox if one.label == label)


def button(app: AppTest, label: str) -> Any:
    return next(one for one in app.button if one.label == label)


def test_a_sample_destroys_no_text_and_the_chooser_says_what_is_shown() -> None:
    app = typed(page(tokenizers=["builtin:words"]), "my own text")
    assert chooser(app, "Sample text").value is None
    chooser(app, "Sample text").set_value("code-python").run()
    assert app.session_state["text_at_hand"] == sample("code-python").text
    assert chooser(app, "Sample text").value == "code-python"
    typed(app, "the sample, edited")
    assert chooser(app, "Sample text").value is None
    chooser(app, "Sample text").set_value("code-python").run()  # the same again: the edited text gives way to it
    assert app.session_state["text_at_hand"] == sample("code-python").text
    button(app, "My text").click().run()
    assert app.session_state["text_at_hand"] == "the sample, edited"
    button(app, "My text").click().run()
    assert app.session_state["text_at_hand"] == "my own text"
    button(app, "My text").click().run()
    assert app.session_state["text_at_hand"] == "the sample, edited"


def test_a_pair_destroys_neither_text() -> None:
    app = typed(page(tokenizers=["builtin:words"], tool="Two texts"), "my own text")
    app.session_state["second_text"], app.session_state["second_text_own"] = "my second", True
    chooser(app.run(), "Pair of examples").select_index(0).run()
    pair = pairs()[0]
    assert (app.session_state["text_at_hand"], app.session_state["second_text"]) == (pair.first, pair.second)
    assert chooser(app, "Pair of examples").value == pair.key
    button(app, "Back to my second text").click().run()
    button(app, "My text").click().run()
    assert (app.session_state["text_at_hand"], app.session_state["second_text"]) == ("my own text", "my second")
    assert chooser(app, "Pair of examples").value is None


def test_the_message_of_a_damaged_link_goes_when_a_new_text_comes() -> None:
    app = page(text="damaged", tokenizers=["builtin:words"])
    assert "damaged" in app.error[0].value
    chooser(app, "Sample text").set_value("code-python").run()
    assert not app.error


@pytest.mark.parametrize("name", ["plain.txt", "notes.csv", "no ending"])
def test_a_text_file_is_opened_as_it_is(name: str) -> None:
    app = typed(page(tokenizers=["builtin:utf8-bytes"]), "mine")
    app.file_uploader(key="text_file_0").upload(name, "a\r\nb\u2028".encode("utf-16")).run()
    assert not app.exception
    assert app.session_state["text_at_hand"] == "a\r\nb\u2028"
    assert any("byte\\-order mark left out" in one.value for one in app.caption)
    button(app, "Put the byte-order mark back").click().run()
    assert app.session_state["text_at_hand"] == "\ufeffa\r\nb\u2028"
    assert app.session_state["text_at_hand_kept"][0] == "mine"


def test_a_file_that_is_no_text_is_one_message_and_the_text_stays() -> None:
    app = typed(page(tokenizers=["builtin:words"]), "mine")
    app.file_uploader(key="text_file_0").upload("a.txt", b"").run()
    assert ["is empty" in error.value for error in app.error] == [True]
    assert app.session_state["text_at_hand"] == "mine"


def test_where_uploads_are_off_no_file_can_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    app = page(tokenizers=["builtin:words"])
    assert not app.file_uploader


def test_ids_are_read_back_and_looked_up() -> None:
    app = page(tool="Ids", text=to_link("Hi") or "", tokenizers=["builtin:utf8-bytes", "builtin:words"])
    assert app.code[0].value == "[75, 108]"
    app.text_area(key="ids_pasted").set_value("[75, 108, 999]").run()
    assert not app.exception
    assert ["has no id 999" in one.value for one in app.warning] == [True]
    app.text_area(key="ids_pasted").set_value("75 108").run()
    assert app.code[1].value == "Hi"
    assert any("gives the same ids back" in one.value for one in app.caption)
    app.text_area(key="ids_pasted").set_value("75 198").run()
    assert ["not valid UTF-8 from byte 1" in one.value for one in app.warning] == [True]
    app.text_area(key="ids_pasted").set_value("75 oops").run()
    assert ["Number 2 is" in error.value for error in app.error] == [True]
    app.text_area(key="ids_pasted").set_value("")
    app.text_input(key="ids_wanted").set_value("H").run()
    found = app.dataframe[0].value.iloc[0]
    assert (found.iloc[1], found.iloc[2]) == ("a token", "75")


def test_a_rule_has_no_ids_to_read_and_says_so() -> None:
    app = page(tool="Ids", tokenizers=["builtin:words"])
    app.text_area(key="ids_pasted").set_value("1").run()
    app.text_input(key="ids_wanted").set_value("H").run()
    assert not app.exception
    assert ["has no vocabulary" in error.value for error in app.error] == [True]


def test_what_is_put_around_the_text_is_shown_and_counted_only_where_it_is() -> None:
    query = {"tool": "How it got there", "text": to_link("hello") or "", "tokenizers": ["mistral:v1"]}
    app = page(**query)
    (stage,) = (one.value for one in app.markdown if "Post-processor" in one.value)
    assert "not asked to add anything" in stage
    assert not any("&lt;s&gt;" in one.proto.body for one in app.get("html"))
    app = page(**query, add="true")
    assert any("&lt;s&gt;" in one.proto.body for one in app.get("html"))


def test_the_card_says_the_true_length_of_the_prompt() -> None:
    tokenizer = open_tokenizer("mistral:v1")
    row = Row("mistral:v1", tokenizer, tokenizer.segment("hello", Specials(add=True)), "#000000")
    numbers = cached.numbers("mistral:v1", "hello", True, False)
    shown = card(row, numbers, 2, 2)
    assert (shown.count, shown.rest[:20]) == ("2 + 1", "3 with the 1 added ·")
    assert card(row, cached.numbers("mistral:v1", "hello", False, False), 2, 2).count == "2"


def test_a_text_is_split_between_words_at_first() -> None:
    app = page(tool="Split by budget", tokenizers=["builtin:utf8-bytes"])
    assert app.session_state["budget_keep"] == "Words"


def test_runs_of_a_script_are_not_followed_by_a_walk_over_every_object() -> None:
    collected: list[int] = []
    note = lambda phase, info: collected.append(info["generation"]) if phase == "start" else None  # noqa: E731
    app = AppTest.from_string("import streamlit as st; st.text_input('word', key='word')").run()
    gc.callbacks.append(note)
    try:
        for n in range(10):
            app.text_input(key="word").set_value(f"{n}").run()
    finally:
        gc.callbacks.remove(note)
    assert collected.count(2) < 5  # Python's own collections, not one for each run


def test_the_statistics_are_written_for_people_and_sorted_as_numbers() -> None:
    app = page(text=to_link("word " * 1_200), tokenizers=["builtin:words", "builtin:utf8-bytes"])
    table = app.dataframe[0]
    assert pd.api.types.is_numeric_dtype(table.value["n_tokens"])
    written = convert_arrow_bytes_to_pandas_df(table.proto.arrow_data.styler.display_values)
    assert written["n_tokens"][1] == count(6_000)
    assert list(written["of_the_fewest"]) == ["fewest", "×2.50"]
