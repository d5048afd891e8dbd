"""The Vocabulary page with vocabularies that nobody meant to be looked at: each view is a picture or one message."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from tokenizers import Tokenizer, models

from components.vocabulary.view import VIEWS
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("own_server")

HOSTILE = (
    *(
        "\u202eabc",
        "\u2066x",
        "a\0b",
        "\0",
        "\\ud800",
        "a" * 10_000,
        "\u0301" * 5_000,
        "",
        " ",
        "\n",
        "\ufeff",
    ),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;", "**b**", "[x](http://e.org)", "![](x)"),
    *("$\\frac{1}{0}$", ":red[r]", ":material/home:", "`c`", "=1+1", "%{x}", "{0}", "%s", "</span>", "\x1b[31m"),
)


def written(folder: Path, vocabulary: dict[str, int]) -> str:
    """The spec of a tokenizer.json with these words."""
    made = json.loads(Tokenizer(models.WordLevel({"?": 0}, unk_token="?")).to_str())
    made["model"]["vocab"] = vocabulary
    (folder / "tokenizer.json").write_text(json.dumps(made))
    return f"file:{folder / 'tokenizer.json'}"


def looked_at(view: str, *specs: str, **query: str) -> AppTest:
    """The page with a view, which drew something and raised nothing."""
    app = opened("vocabulary", vocabulary=view, tokenizers=[*specs], **query)
    assert len(app.error) <= 1
    drawn = (app.error, app.info, app.dataframe, app.get("plotly_chart"), app.button)
    assert any(drawn)
    return app


@pytest.mark.parametrize("view", VIEWS.all())
def test_one_token(view: str, tmp_path: Path) -> None:
    assert not looked_at(view, written(tmp_path, {"?": 0})).error


@pytest.mark.parametrize("view", VIEWS.all())
def test_hostile_words(view: str, tmp_path: Path) -> None:
    words = {"?": 0} | {word: n for n, word in enumerate(HOSTILE, 1)}
    assert not looked_at(view, written(tmp_path, words), "builtin:utf8-bytes").error


def test_half_a_character_in_a_file_is_one_message(tmp_path: Path) -> None:
    app = looked_at("browser", written(tmp_path, {"?": 0, "\ud800": 1}))
    assert len(app.error) == 1
    assert "take the entry out" in app.error[0].value


def test_each_hostile_word_is_looked_at_closely(tmp_path: Path) -> None:
    words = {"?": 0} | {word: n for n, word in enumerate(HOSTILE, 1)}
    spec = written(tmp_path, words)
    app = looked_at("browser", spec, "builtin:utf8-bytes")
    for n in words.values():
        app.text_input(key="entry").set_value(f"{n}").run()
        assert not app.exception and not app.error


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(.*)*x", "(?:a?){200}a{200}", "[[:alpha:]]{1,1000}{2}", "\\1"]
)
def test_a_pattern_that_would_run_for_ever_is_read_once_or_refused(pattern: str, tmp_path: Path) -> None:
    spec = written(tmp_path, {"?": 0} | {"a" * n: n for n in range(1, 3_000)})
    app = looked_at("browser", spec, find_by="pattern", find_entry=pattern)
    app.text_input(key="find_entry").set_value("aaa").run()
    assert not app.exception


@pytest.mark.slow
def test_a_million_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")  # or they are read twice
    spec = written(tmp_path, {"?": 0} | {f"w{n:x}": n for n in range(1, 1_000_000)})
    for view in ("browser", "composition"):
        looked_at(view, spec)


@pytest.mark.parametrize("view", VIEWS.all())
def test_tokens_of_a_megabyte(view: str, tmp_path: Path) -> None:
    long = {"a" * 10**6: 1, "é" * 500_000: 2, "\u0301" * 400_000: 3, " " * 10**6: 4, "ab " * 300_000: 5}
    assert not looked_at(view, written(tmp_path, {"?": 0} | long), "builtin:utf8-bytes").error


@pytest.mark.parametrize("view", VIEWS.all())
def test_a_file_that_changes_between_two_looks(view: str, tmp_path: Path) -> None:
    """The page goes on with what it has read, or reads anew: never half of either."""
    spec = written(tmp_path, {"?": 0} | {f"w{n}": n for n in range(1, 300)})
    app = looked_at(view, spec)
    written(tmp_path, {"?": 0, "other": 1})
    app.run()
    assert not app.exception and not app.error
    (tmp_path / "tokenizer.json").write_text("{")
    app.run()
    assert not app.exception and len(app.error) <= 1
    (tmp_path / "tokenizer.json").unlink()
    app.run()
    assert not app.exception and len(app.error) <= 1


@pytest.mark.parametrize("view", VIEWS.all())
def test_a_tokenizer_without_a_vocabulary_says_so(view: str) -> None:
    app = looked_at(view, "builtin:words")
    assert any("no vocabulary" in said.value for said in (*app.error, *app.info, *app.warning, *app.caption))
