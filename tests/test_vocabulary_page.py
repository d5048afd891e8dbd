"""The Vocabulary page without a browser: what a session shows, restores and survives."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from components.vocabulary.view import VIEWS
from components.widgets.pickers import TOKENIZERS
from core.jobs.shared_cache import shared
from core.text.exemplars import exemplars
from core.tokenizers.opening.shipped import OPENING
from core.vocabulary.audit import AUDITS

PAGE = Path(__file__).parents[1] / "pages" / "vocabulary.py"


@pytest.fixture(autouse=True)
def empty_caches() -> Iterator[None]:
    yield
    st.cache_resource.clear()
    shared.cache_clear()
    st.cache_data.clear()


def page(**query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(PAGE), default_timeout=240)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_it_opens_on_content() -> None:
    app = page()
    assert not app.exception and not app.error
    assert tuple(app.session_state[TOKENIZERS]) == OPENING
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("view", VIEWS.all())
def test_every_view_draws(view: str) -> None:
    app = page(vocabulary=view, tokenizers=["mistral:v1", "builtin:utf8-bytes"])
    assert not app.exception and not app.error


def test_without_a_tokenizer_it_says_what_to_do() -> None:
    app = page(tokenizers=["mistral:v1"])
    app.multiselect(key=TOKENIZERS).set_value([]).run()
    next(button for button in app.button if button.label == "Show the opening example").click().run()
    assert tuple(app.session_state[TOKENIZERS]) == OPENING and not app.exception


def test_one_that_cuts_by_a_rule_says_so_and_the_others_go_on() -> None:
    app = page(tokenizers=["builtin:words", "mistral:v1"])
    assert not app.exception
    assert len(app.error) == 1 and "has no vocabulary" in app.error[0].value
    assert len(app.get("plotly_chart")) == 1


def test_none_with_a_vocabulary_leaves_a_page_that_says_what_to_do() -> None:
    app = page(tokenizers=["builtin:words", "hub:no/such"])
    assert not app.exception and len(app.error) == 2
    assert any(button.label == "Show the opening example" for button in app.button)


def tables(app: AppTest, column: str) -> list[pd.DataFrame]:
    """Those that have a column."""
    return [one.value for one in app.dataframe if column in one.value]


def test_health_numbers_every_audit_and_lists_what_one_found() -> None:
    app = page(vocabulary="Health", tokenizers=["mistral:v1", "builtin:utf8-bytes"], audit="Unreachable")
    assert not app.exception and not app.error
    (overview,) = tables(app, "audit")
    assert overview["audit"].tolist() == [audit.definition.label for audit in AUDITS.all().values()]
    by_audit = overview.set_index("audit")
    assert by_audit.loc["Made by no merge"].iloc[1] == "–"  # bytes are merged by nothing
    (found,) = tables(app, "in hex")
    assert len(found) == int(by_audit.loc["Unreachable"].iloc[0]) > 0


def test_rows_of_a_model_are_compared_when_they_are_given() -> None:
    app = page(vocabulary="Health", tokenizers=["builtin:utf8-bytes"], audit="Ids beyond the model's rows")
    assert any("number of rows" in info.value for info in app.info)
    app.number_input(key="model_rows").set_value(257).run()
    (found,) = tables(app, "in hex")
    assert found["id"].tolist() == [257, 258]


def test_characters_say_what_becomes_of_a_language() -> None:
    app = page(vocabulary="Characters", tokenizers=["builtin:utf8-bytes"])
    assert not app.exception and not app.error
    assert any("44 of 62 characters are one token" in said.value for said in app.markdown)
    assert any(said.value == "18 cost 2 tokens each, in bytes" for said in app.markdown)
    (languages,) = tables(app, "characters")
    assert len(languages) == len(exemplars())
