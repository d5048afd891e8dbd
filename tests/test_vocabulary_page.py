"""The Vocabulary page without a browser: what a session shows, restores and survives."""

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.vocabulary.view import VIEWS
from components.widgets.page_link import component as link
from components.widgets.pickers import TOKENIZERS
from core.corpora.text_uploads import as_corpus, keep_text
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.text.exemplars import exemplars
from core.tokenizers.opening.shipped import OPENING
from core.vocabulary.audit import AUDITS
from tests.jobs_home import ROOT, jobs_home
from tests.pages import opened, unopened
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
    app = page(vocabulary="repair", tokenizers=["mistral:v1", f"file:{tmp_path}"])
    assert not app.exception and not app.error
    next(box for box in app.selectbox if box.label == "Take out").set_value("list").run()
    app.text_input(key="repair_ids").set_value("300, x").run()
    assert "'x' is no id" in app.error[0].value
    app.text_input(key="repair_ids").set_value("300, 301").run()
    assert not app.error and not app.exception
    assert any(button.label == "See what taking out 2 changes" for button in app.button)


def test_a_repaired_one_is_opened_in_lanes_beside_the_original(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    with jobs_home(tmp_path / "home"):
        app = unopened()
        app.switch_page(str(ROOT / "pages" / "vocabulary.py"))
        app.query_params.update({"vocabulary": "repair", "repair": "list", "repair_ids": "300, 301"})
        app.query_params["tokenizers"] = f"file:{tmp_path}"
        app.run()
        app.button(key="repair_start").click().run()
        [job] = Jobs().newest()
        assert Jobs().wait(job.key, 600).state is State.DONE
        app.run()
        app.button(key="repair_beside").click().run()
        assert not app.exception and not app.error
        original, repaired = app.session_state[TOKENIZERS]
        assert original == f"file:{tmp_path}" and repaired.startswith("upload:")


def test_a_repair_that_can_take_out_nothing_is_refused_before_it_is_a_job(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe(), encoding="utf-8")
    app = page(vocabulary="repair", tokenizers=[f"file:{tmp_path}"], repair="list", repair_ids="99999, 5, 5")
    (said,) = [one.value.replace("\\", "") for one in app.error]
    assert "None of these entries can be taken out. 5: nothing else writes its characters, and 1 more stay." in said
    assert not any(button.label.startswith("See what taking out") for button in app.button)
    assert not page(vocabulary="repair", tokenizers=["mistral:v1"], repair="list", repair_ids="5000").error


def test_a_sentencepiece_model_is_not_asked_for_bytes_that_it_keeps() -> None:
    """All that no text reaches in Mistral's first are bytes with an entry of their own beside them."""
    app = page(vocabulary="repair", tokenizers=["mistral:v1"])
    assert not app.exception and not app.error
    offered = next(box for box in app.selectbox if box.label == "Take out")
    assert offered.options[0].startswith("Never seen (")
    assert not any(option.startswith("Unreachable") for option in offered.options)


def test_where_nothing_can_be_repaired_one_click_brings_what_can() -> None:
    app = page(vocabulary="repair", tokenizers=["builtin:utf8-bytes"])
    assert "only those are repaired" in app.info[0].value
    app.button(key="repair_add").click().run()
    assert not app.exception and not app.error
    assert app.session_state[TOKENIZERS] == ["builtin:utf8-bytes", "packaged:deepseek-v4"]
    assert any(button.label.startswith("See what taking out") for button in app.button)


def test_no_path_is_looked_at_where_paths_are_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    app = page(vocabulary="under_trained", tokenizers=["mistral:v1"], under_trained_model=f"file:{tmp_path}")
    assert not app.exception
    assert "This server does not open files by path" in app.error[0].value


def tables(app: AppTest, column: str) -> list[pd.DataFrame]:
    """Those that have a column."""
    return [one.value for one in app.dataframe if column in one.value]


def test_health_numbers_every_audit_and_lists_what_one_found() -> None:
    app = page(vocabulary="health", tokenizers=["mistral:v1", "builtin:utf8-bytes"], audit="unreachable")
    assert not app.exception and not app.error
    (overview,) = tables(app, "audit")
    assert overview["audit"].tolist() == [audit.definition.label for audit in AUDITS.all().values()]
    by_audit = overview.set_index("audit")
    assert by_audit.loc["Made by no merge"].iloc[1] == "–"  # bytes are merged by nothing
    (found,) = tables(app, "in hex")
    assert len(found) == int(by_audit.loc["Unreachable"].iloc[0]) > 0


def test_rows_of_a_model_are_compared_when_they_are_given() -> None:
    app = page(vocabulary="health", tokenizers=["builtin:utf8-bytes"], audit="beyond_rows")
    assert any("number of rows" in info.value for info in app.info)
    app.text_input(key="model_rows").set_value("2,57e2").run()
    assert app.text_input(key="model_rows").value == "257"
    (found,) = tables(app, "in hex")
    assert found["id"].tolist() == [257, 258]


def test_a_token_that_begins_with_a_mark_stands_on_a_circle() -> None:
    app = page(vocabulary="browser", tokenizers=["tiktoken:cl100k_base"], find_entry="สวัสดี")
    cuts = app.dataframe[-1].value["else cut into"]
    assert [*cuts] == ["ส | ว | ◌ั | ส | ด | ◌ี"]


def test_characters_say_what_becomes_of_a_language() -> None:
    app = page(vocabulary="characters", tokenizers=["builtin:utf8-bytes"])
    assert not app.exception and not app.error
    assert any("44 of 62 characters are one token" in said.value for said in app.markdown)
    assert any(said.value == "18 cost 2 tokens each, in bytes" for said in app.markdown)
    (languages,) = tables(app, "characters")
    assert len(languages) == len(exemplars())


def ids_shown(app: AppTest) -> list[int]:
    """Of the table of entries."""
    return next([int(one) for one in shown.value["id"]] for shown in app.dataframe if "in hex" in shown.value)


def test_the_browser_finds_by_what_the_link_says() -> None:
    for query, found in (
        ({"find_entry": "z"}, [125]),
        ({"find_entry": "7a", "find_by": "bytes"}, [125]),
        ({"find_entry": "50-52", "find_by": "id"}, [50, 51, 52]),
        ({"find_entry": "^[x-z]$", "find_by": "pattern"}, [123, 124, 125]),
        ({"entry_use": "digits"}, list(range(51, 61))),
        ({"entry_use": "digits", "find_entry": "[13579]", "find_by": "pattern"}, [52, 54, 56, 58, 60]),
    ):
        app = page(vocabulary="browser", tokenizers=["builtin:utf8-bytes"], **query)
        assert not app.exception and not app.error
        assert ids_shown(app) == found
        label = "Narrow · 1" if "entry_use" in query else "Narrow"
        assert label in [one.proto.popover.label for one in app.get("popover")]


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
    app = page(vocabulary="browser", tokenizers=["builtin:utf8-bytes"], find_by=how.lower(), find_entry=wanted)
    assert not app.exception
    assert len(app.error) == 1 and says in app.error[0].value


def test_nothing_found_says_what_to_do() -> None:
    app = page(vocabulary="browser", tokenizers=["builtin:utf8-bytes"], find_entry="Klingon")
    assert not app.exception and not app.error
    assert any("None of the 259 entries fits" in one.value for one in app.info)


def test_an_entry_says_its_parents_and_what_its_text_becomes() -> None:
    app = page(vocabulary="browser", tokenizers=["mistral:v1"], find_entry=" the")  # as a text it gets another space
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
    if view == "browser":
        tokens = next(one.value["token"].tolist() for one in app.dataframe if "in hex" in one.value)
        assert tokens[:3] == ["[UNK]", "<script>alert(1)</script>", "[U+202E]abc"]
        assert max(map(len, tokens)) < 100


def test_two_vocabularies_are_compared_by_bytes(tmp_path: Path) -> None:
    for name, lines in (("one", "[UNK] a b ##c"), ("two", "[UNK] b a ##d c")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vocab.txt").write_text("\n".join(lines.split()) + "\n")
    specs = [f"file:{tmp_path / name / 'vocab.txt'}" for name in ("one", "two")]
    app = page(vocabulary="compare", tokenizers=specs, list_of_two="moved")
    assert not app.exception and not app.error
    matrix, listed = (one.value for one in app.dataframe)
    assert matrix.iloc[:, 2:].to_numpy().tolist() == [[1.0, 0.75], [0.6, 1.0]]
    assert listed.to_numpy().tolist() == [["a", 1, 2], ["b", 2, 1]]
    for which, shares in (("moved", [[0.0, 0.5], [0.4, 0.0]]), ("first", [[0.0, 0.25], [0.4, 0.0]])):
        app.button_group(key="matrix_of").set_value(which).run()
        assert app.dataframe[0].value.iloc[:, 2:].to_numpy().tolist() == shares


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the page writes into its address."""
    written: dict[str, list[str]] = {}
    monkeypatch.setattr(link, "page_link", lambda parameters, **_: written.update(parameters))
    return written


BYTES = ["mistral:v1", "builtin:utf8-bytes"]


@pytest.mark.parametrize(
    "query",
    [
        {"vocabulary": "health", "audit": "residue", "tokenizer": "builtin:utf8-bytes", "model_rows": "257"},
        {"vocabulary": "browser", "find_by": "bytes", "find_entry": "7a", "entry_script": "Latin", "entry": "200"},
        {"vocabulary": "browser", "found_by": "fragments", "entry_sort": "longest", "entry_class": "unicode_flanks"},
        {"vocabulary": "composition", "divide_by": "length"},
        {"vocabulary": "compare", "list_of_two": "second"},
        {"vocabulary": "characters", "characters_of": "tha_Thai"},
        {"vocabulary": "digits", "digits": "4", "tokenizer": "builtin:utf8-bytes"},
        {"vocabulary": "mixture", "mixture": "o200k", "merges": "200"},
        {"vocabulary": "under_trained", "under_trained_model": "shipped:tiny-world"},
    ],
    ids=lambda query: query["vocabulary"],
)
def test_a_link_holds_keys_and_leads_to_what_it_was_taken_of(
    query: dict[str, str], linked: dict[str, list[str]]
) -> None:
    app = page(tokenizers=BYTES, **query)
    assert not app.exception and not app.error
    view = query.pop("vocabulary")
    assert app.session_state["vocabulary"] == view
    assert {key: linked[key] for key in query} == {key: [value] for key, value in query.items()}


def test_a_model_is_found_by_its_name_and_a_path_where_nothing_is_has_one_message() -> None:
    asked = {"tokenizers": ["builtin:utf8-bytes"], "vocabulary": "under_trained"}
    app = page(under_trained_model="tiny-world", **asked)
    box = app.selectbox(key="under_trained_model")
    assert box.value == "shipped:tiny-world" and {"tiny-world", "tiny-english"} <= set(box.options) and not app.error
    app = page(under_trained_model="/no/such", **asked)
    assert not app.exception and ["There is no file or folder" in one.value for one in app.error] == [True]


def test_the_view_follows_the_address_and_the_address_the_view() -> None:
    app = page(tokenizers=["builtin:utf8-bytes"], vocabulary="digits")
    app.query_params["vocabulary"] = "characters"  # Back, or Forward
    assert app.run().session_state["vocabulary"] == "characters"
    app.button_group(key="vocabulary").set_value("compare").run()
    assert app.query_params["vocabulary"] == "compare"
    app.button_group(key="vocabulary").set_value("composition").run()
    assert "vocabulary" not in app.query_params


def test_a_text_of_ones_own_is_counted_in_every_view_that_counts(linked: dict[str, list[str]]) -> None:
    own = as_corpus(keep_text("notes.txt", b"zebra zz\n"))
    asked = {"tokenizers": ["builtin:utf8-bytes"], "counted_on": own}
    app = page(vocabulary="browser", entry_sort="most_used", **asked)
    assert not app.exception and not app.error
    shown = next(one.value for one in app.dataframe if "in hex" in one.value)
    assert shown["token"].tolist()[0] == "z" and shown["count"].tolist()[:2] == [3, 1]
    assert any("Used 3 times on notes\\.txt" in one.value for one in app.caption)
    assert linked["counted_on"] == [own]
    app = page(vocabulary="composition", divide_by="use", **asked)
    assert any("of the tokens of notes\\.txt" in one.value for one in app.caption)
    app = page(vocabulary="health", audit="never_seen", **asked)
    assert any("On notes\\.txt, 9 tokens long" in one.value for one in app.caption)
    (found,) = tables(app, "in hex")
    assert len(found) == 256 - len(set("zebra zz\n"))


@pytest.mark.parametrize("view", ["browser", "composition", "health"])
def test_a_text_that_is_gone_is_one_message_and_another_can_be_chosen(view: str) -> None:
    app = page(vocabulary=view, tokenizers=["builtin:utf8-bytes"], counted_on="text:0123456789abcdef/gone.txt")
    assert not app.exception
    assert ["no longer stored here" in one.value for one in app.error] == [True]
    app.selectbox(key="counted_on").set_value("sample").run()
    assert not app.exception and not app.error


def test_no_own_text_where_uploads_are_off(monkeypatch: pytest.MonkeyPatch) -> None:
    own = as_corpus(keep_text("notes.txt", b"zebra\n"))
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    app = page(vocabulary="composition", tokenizers=["builtin:utf8-bytes"], counted_on=own)
    assert ["takes no uploads" in one.value for one in app.error] == [True]
    assert not app.text_area and not app.get("file_uploader")


def test_a_typed_text_is_counted_from_then_on() -> None:
    app = page(vocabulary="browser", tokenizers=["builtin:utf8-bytes"], entry_sort="most_used")
    app.text_area[0].set_value("qqqq q")
    next(button for button in app.button if button.label == "Count on it").click().run()
    assert not app.exception and not app.error
    assert app.session_state["counted_on"].endswith("/qqqq_q")
    assert next(one.value for one in app.dataframe if "in hex" in one.value)["token"].tolist()[0] == "q"


def test_a_text_that_uses_no_entry_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "a", "##b"]), encoding="utf-8")
    own = as_corpus(keep_text("other.txt", "ж ж\n".encode()))
    for view in ("browser", "composition", "health"):
        app = page(vocabulary=view, tokenizers=[f"file:{tmp_path / 'vocab.txt'}"], counted_on=own)
        assert not app.exception and not app.error


def test_an_id_is_read_as_people_type_it_and_follows_a_smaller_vocabulary() -> None:
    app = page(vocabulary="browser", tokenizers=BYTES, entry="1e3")
    for typed, field in (("", "0"), ("2 000", "2000"), ("1e3", "1000")):
        app.text_input(key="entry").set_value(typed).run()
        assert not app.error and app.text_input(key="entry").value == field
    app.text_input(key="entry").set_value("40000").run()
    said = app.error[0].value.replace("\\", "")
    assert "Entry, by its id: '40000' is no whole number from 0 to 31999. Until you type one it is 1000." in said
    app.text_input(key="entry").set_value("1000").run()
    app.selectbox(key="tokenizer").set_value("builtin:utf8-bytes").run()
    assert not app.error and app.text_input(key="entry").value == "258"


def test_the_button_of_a_row_opens_its_entry() -> None:
    def script() -> None:
        import streamlit as st

        from components.vocabulary.choices import TOKEN
        from components.vocabulary.entry_table import opener
        from components.vocabulary.views.browser import open_entry

        open_entry(opener(7, 200_000))
        st.text(str(st.session_state[TOKEN]))

    assert AppTest.from_function(script).run().text[0].value == "7"


def test_an_entry_says_whether_the_others_have_its_text_as_one_token() -> None:
    app = page(vocabulary="browser", tokenizers=BYTES, find_entry="the", find_by="pattern")
    assert not app.exception and not app.error
    elsewhere = [one.value for one in app.dataframe if "else cut into" in one.value]
    assert [one["Tokenizer"].tolist() for one in elsewhere] == [["ByT5 · UTF-8 bytes"]]
