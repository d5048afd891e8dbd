"""What the Segmentation page draws, without a browser: folding, order, code, places of a word, missing numbers."""

import json
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from components.cached import tokenizers as cached
from components.segmentation import statistic_cards
from components.segmentation.chat_costs import cost
from components.segmentation.context import SegmentationContext
from components.segmentation.live_segmentation import in_order
from components.segmentation.rows import Row
from components.segmentation.statistic_cards import card
from components.segmentation.text_window import found, seek
from components.segmentation.tools import keep
from components.segmentation.tools.statistics import SEGMENTERS, remarks
from components.segmentation.view_model import same_cuts, token_view_of
from components.widgets import text_state
from components.widgets.chips import chip_html, visible
from components.widgets.pickers import TOKENIZERS, put_in_order
from components.widgets.stat_cards.component import Card
from components.widgets.view_options import ViewOptions
from core.common.numbers import THIN
from core.metrics.base import Value, on_text
from core.text.code import looks_like_code
from core.text.occurrences import MOST, occurrences
from core.text.samples import samples
from core.text.windows import windows
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.chat.chat import Turn
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import PLAIN


def row(spec: str, text: str) -> Row:
    tokenizer = open_tokenizer(spec)
    return Row(spec, tokenizer, tokenizer.segment(text), "#0072B2")


def lossy(one: Row) -> Row:
    """The same row, had the tokenizer written its first token otherwise than the text."""
    cut = one.segmentation
    pieces = [b"?" + cut.pieces[0][1:], *cut.pieces[1:]]
    changed = Segmentation(cut.text, cut.ids[:1], cut.starts[:1], cut.ends[-1:], cut.kinds[:1], pieces[:1])
    return replace(one, segmentation=changed)


def test_tokenizers_that_cut_alike_are_one_group_and_others_stand_alone() -> None:
    text = "unbelievable भाषा"
    rows = [row(spec, text) for spec in ("mistral:v1", "builtin:words", "mistral:v3", "builtin:utf8-bytes")]
    assert same_cuts([one.segmentation for one in rows]) == [0, 1, 0, 3]
    view = token_view_of(rows, text, (0, len(text)), ViewOptions())
    assert [lane.cut for lane in view.lanes] == [0, 1, 0, 3]
    assert not np.array_equal(rows[0].segmentation.ids, rows[2].segmentation.ids), (
        "their ids differ, which is no matter"
    )


def test_what_is_written_otherwise_is_not_folded_though_cut_at_the_same_places() -> None:
    one = row("builtin:words", "Word")
    assert same_cuts([one.segmentation, lossy(one).segmentation]) == [0, 1]


def test_folding_looks_at_the_whole_text_and_not_at_the_window() -> None:
    text = "same same " * 400 + "भाषा"
    rows = [row("builtin:words", text), row("builtin:graphemes", text), row("builtin:words", text)]
    assert [lane.cut for lane in token_view_of(rows, text, (0, 4), ViewOptions()).lanes] == [0, 1, 0]


def test_by_tokens_the_lossy_ones_come_last_however_short() -> None:
    rows = [
        lossy(row("builtin:words", "one two")),
        row("builtin:utf8-bytes", "one two"),
        row("builtin:words", "one two"),
    ]
    assert [one.segmentation.n_tokens for one in rows] == [1, 7, 3]
    assert [one.segmentation.n_tokens for one in in_order(rows, True)] == [3, 7, 1]
    assert in_order(rows, False) == rows


def numbers(n_tokens: int, *, lost: str = "") -> dict[str, Value]:
    made = {one.key: Value(0) for one in on_text()}
    return made | {"n_tokens": Value(n_tokens), "lossless": Value(int(not lost), lost), "bytes_per_token": Value(2.0)}


def test_a_card_compares_with_the_fewest_and_a_lossy_one_with_none() -> None:
    one = row("builtin:words", "one two")
    assert card(one, numbers(9000), 9000, 5000).standing == "×1.8"
    assert card(one, numbers(9000), 9000, 5000).count == f"9{THIN}000"
    assert card(one, numbers(5000), 9000, 5000).standing == "fewest"
    short = card(one, numbers(10, lost="2 spaces dropped"), 9000, 5000)
    assert (short.standing, short.lost, short.badges[0].text) == ("", "2 spaces dropped", "lossy")


def test_a_card_alone_is_compared_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[list[Card]] = []
    monkeypatch.setattr(statistic_cards, "stat_cards", lambda cards, *_, **__: drawn.append(list(cards)))
    for specs in (["builtin:words"], ["builtin:words", "builtin:utf8-bytes"]):
        statistic_cards.statistic_cards([row(spec, "one two") for spec in specs], "one two", PLAIN)
    assert [[one.standing for one in cards] for cards in drawn] == [["tokens"], ["fewest", "×2.3"]]


def test_a_tokenizer_has_its_name_of_the_page_in_files_and_in_what_is_said_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files: list[str] = []
    monkeypatch.setattr(st, "download_button", lambda label, content, *_, **__: files.append(content()))
    renamed = replace(row("builtin:words", "one two"), name="Mine")
    monkeypatch.setattr(keep, "view_files", lambda *_, **__: None)
    monkeypatch.setattr(keep.text_state, "link_note", lambda: "The text is too long for a link.")
    keep.draw(SegmentationContext([renamed], "one two", (0, 7), ViewOptions(), None))
    assert json.loads(files[-1])["segmentations"][0]["label"] == "Mine"
    assert cost(renamed, [Turn("user", "one")], True, ()).note.startswith("Mine has no chat template")


def test_a_missing_number_says_why_and_where_for_every_tokenizer() -> None:
    there, missing = numbers(1), numbers(1)
    missing |= {"fertility": Value(float("nan"), "Thai is written without spaces.")}
    assert remarks([there, missing]) == ["– under Tokens per word: Thai is written without spaces."]


@pytest.mark.parametrize("one", samples(), ids=lambda one: one.key)
def test_samples_of_code_are_taken_for_code_and_others_are_not(one) -> None:  # type: ignore[no-untyped-def]
    assert looks_like_code(one.text) is (one.group == "Code" or one.key == "whitespace-indentation")


def test_the_reader_decides_about_letters_and_room_where_they_will() -> None:
    code = "def one():\n    return 1\n"
    rows = [row("builtin:words", code)]
    drawn = [token_view_of(rows, code, (0, len(code)), ViewOptions(mono=on, dense=on)) for on in (None, False, True)]
    assert [(view.mono, view.dense) for view in drawn] == [(True, True), (False, False), (True, True)]


def test_places_of_a_word_are_bounded_and_not_a_pattern() -> None:
    assert occurrences("a.b axb", ".") == [(1, 2)]
    assert occurrences("ÄÖ äö", "äö") == [(0, 2), (3, 5)]
    assert len(occurrences("a" * (MOST + 5), "a")) == MOST
    assert occurrences("text", "") == []


def test_a_word_that_is_sought_turns_the_page_and_is_given_in_bytes_of_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "é " * 2_500 + "needle " + "é " * 2_000
    state: dict[str, object] = {"text_at_hand": text}
    monkeypatch.setattr(st, "session_state", state)
    seek("NEEDLE", -1)
    page = state["page_of_text"]
    assert isinstance(page, int)
    span = windows(text)[page - 1]
    place = found(text, span)
    assert place is not None
    assert (place.total, place.number) == (1, 1)
    assert place.current is not None
    assert text[span[0] : span[1]].encode()[slice(*place.current)] == b"needle"
    other = found(text, windows(text)[0])
    assert other is not None
    assert (other.total, other.spans, other.current) == (1, [], None)


def test_lanes_put_in_order_keep_what_the_view_could_not_open(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, object] = {TOKENIZERS: ["builtin:wrods", "builtin:words", "builtin:utf8-bytes"]}
    monkeypatch.setattr(st, "session_state", state)
    put_in_order(["builtin:utf8-bytes", "builtin:words"])
    assert state[TOKENIZERS] == ["builtin:utf8-bytes", "builtin:words", "builtin:wrods"]


def test_chips_show_bytes_as_they_are_and_never_stand_empty() -> None:
    assert chip_html("⟨20 f0 9f 91⟩") == "⟨20 f0 9f 91⟩"
    assert visible("\u200d") == "[U+200D]"
    assert visible("\ufe0f") == "[U+FE0F]"
    assert visible("क\u200dष") == "क\u200dष"
    assert "␣" not in chip_html(" தமிழ்"), "drawn, since few fonts have it"
    assert chip_html("<i>") == "&lt;i&gt;"


def test_what_is_said_of_a_file_goes_with_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})
    text_state.AT_HAND.begin("before")
    text_state.open_file("one line\n".encode("utf-16"), "a.txt")
    text_state.typed("one longer line\n")
    assert text_state.opened() is not None
    text_state.typed("another text")
    assert text_state.opened() is None


def test_ranks_and_sizes_are_written_as_all_numbers_of_the_page() -> None:
    tokenizer = open_tokenizer("tiktoken:o200k_base")
    stages, steps = tokenizer.stages("unbelievable"), tokenizer.explain("unbelievable")
    assert stages[2].detail == f"BPE by rank, 200{THIN}019 entries"
    assert steps is not None and steps.steps[-1].why == f"merge rank 45{THIN}794"


def test_words_of_thai_are_undefined_until_the_advice_is_followed() -> None:
    reason = cached.units("ไทย", "").no_words
    (advised,) = (option for option in SEGMENTERS if f"“{option}”" in reason)
    followed = cached.units("ไทย", SEGMENTERS[advised])
    assert len(followed.word_starts) and not followed.no_words
