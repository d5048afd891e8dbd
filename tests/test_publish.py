"""A published page holds what the page shows, and what cannot be published says why and leaves nothing."""

import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.frame import visitor
from components.publish import button
from components.publish.drawn_page import drawn_page
from components.publish.markup import Markup
from components.publish.page import page
from core.__main__ import main
from core.common.data_folders import ROOT
from core.common.errors import UserError
from core.common.text_link import to_link
from core.jobs.owner import browser


def data_of(document: str) -> dict:
    return json.loads(document.partition('id="data">')[2].partition("</script>")[0])


def test_premium_is_published_with_its_data_and_every_order() -> None:
    document = page("https://atlas.example.org/premium?find=Thai,Lao&counted=gpt-2&sort=Name")
    data = data_of(document)
    heatmap = data["charts"]["heatmap"]
    assert heatmap["layout"]["xaxis"]["ticktext"] == ["Lao", "Thai"]
    assert set(data["orders"]) == {"Premium", "Script", "Family", "Region", "Speakers", "Resources"}
    assert "<option selected>Name</option>" in document
    assert 'href="https://atlas.example.org/premium' in document
    assert not re.findall(r'(?:src|href)="(?!https://atlas)', document.partition("<script")[0])  # nothing is fetched


def test_a_published_page_says_what_its_numbers_are_and_where_they_come_from() -> None:
    document = page("premium?counted=gpt-2")
    assert "1\u202f000 paired resamples" in document and "562 articles" in document


ASKS = re.compile(r"click (?:for|on|a|the)\b|leads to its sentences|\bchoose\b|\bempty find\b", re.I)


@pytest.mark.parametrize("view", ["Ranked", "Evidence"])
def test_premium_as_published_gives_no_advice_that_takes_a_server(view: str) -> None:
    drawn = drawn_page(f"premium?counted=gpt-2&counted=o200k&find=Thai,Lao&premium={view}")
    markup = Markup(drawn.sort)
    assert not ASKS.findall(markup.of(drawn.main))


def test_segmentation_as_published_gives_no_advice_that_takes_a_server() -> None:
    drawn = drawn_page(f"segmentation?text={to_link('ภาษาไทย')}&tokenizers=builtin:utf8-bytes")
    markup = Markup(drawn.sort).of(drawn.main)
    assert "written without spaces between words" in markup and not ASKS.findall(markup)
    kept = drawn_page("segmentation?tokenizers=builtin:utf8-bytes&tool=Share and keep")
    assert "Copy link" not in Markup(kept.sort).of(kept.main)


def test_a_published_page_keeps_the_style_sheets_of_the_page() -> None:
    """One map and not three: a style sheet shows the whole world or, on a phone, its two halves."""
    document = page("premium?counted=gpt-2&premium=Map&find=Thai,Lao")
    head, _, body = document.partition("</head>")
    assert ".st-key-map_narrow { display: none; }" in head and 'data-chart="heatmap"]' in head
    for place, charts in (("map_wide", ["map"]), ("map_narrow", ["map_west", "map_east"])):
        inside = body.partition(f'st-key-{place}"')[2]
        assert re.findall(r'data-chart="(\w+)"', inside)[: len(charts)] == charts


def test_segmentation_is_published_with_its_view_and_numbers() -> None:
    document = page("segmentation?tokenizers=builtin:words&tokenizers=builtin:utf8-bytes")
    data = data_of(document)
    views = [one for one in data["components"] if one["name"] == "token_atlas_token_view"]
    assert [lane["spec"] for lane in views[0]["data"]["lanes"]] == ["builtin:words", "builtin:utf8-bytes"]
    assert "export default" in data["sources"]["token_atlas_token_view"] and "<table>" in document
    assert "Plotly.react" in document and len(document) < 1_000_000  # plotly.js only where there is a chart


@pytest.mark.parametrize(
    ("link", "reason"),
    [("runs", "premium"), ("premium?counted=gtp-2", "gpt-2"), ("segmentation?tokenizers=builtin:nothing", "nothing")],
)
def test_what_cannot_be_published_says_why(link: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        page(link)


def test_the_command_writes_a_folder_or_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "page"
    assert main(["publish", "--link", "premium?find=Thai&counted=gpt-2", "--out", str(folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"] == ["index.html", "README.md"]
    assert "sdk: static" in (folder / "README.md").read_text()
    assert main(["publish", "--link", "premium", "--out", str(folder)]) == 2
    assert "new or empty" in capsys.readouterr().err
    assert main(["publish", "--link", "premium?counted=gtp-2", "--out", str(tmp_path / "other")]) == 2
    assert sorted(one.name for one in tmp_path.iterdir()) == ["new"]


def test_the_button_publishes_the_page_as_it_stands_for_this_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []
    monkeypatch.setattr(button, "published_page", lambda link, who: asked.append((link, who)) or b"<title>x</title>")

    def script() -> None:
        from components.publish.button import publish_button

        publish_button("premium?find=Thai")

    app = AppTest.from_function(script, default_timeout=240)
    app.session_state["visitor_session"] = "a secret"
    app.run()
    assert not app.get("download_button")
    app.button(key="publish_make").click().run()
    assert asked == [("premium?find=Thai", browser("a secret").key)]
    assert not app.exception and app.get("download_button")


def test_a_process_in_a_visitors_place_sees_what_is_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "_stand_in", [])
    visitor.stand_in(browser("ann"))
    assert visitor.visitor() == browser("ann")


def test_strangers_tokenizers_are_opened_apart_by_the_process_that_publishes() -> None:
    source = (ROOT / "components" / "publish" / "process.py").read_text(encoding="utf-8")
    assert source.index("serve()  #") < source.index("page(question")
