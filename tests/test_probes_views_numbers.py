"""Experiments of numbers on the page Probes, without a browser: theory, entropy, noise, terms and hidden words."""

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from components.charts.paper import WIDTHS, PrintWidth, paper
from components.probes.context import ProbeContext
from components.probes.entropy_chart import compression_chart, entropy_chart
from components.probes.figure import provenance
from components.probes.form import command, is_for_a_file
from components.probes.hidden_chart import hidden_chart
from components.probes.noise_chart import ADDED, noise_chart
from components.probes.on_page import OnPage
from components.probes.terms_chart import terms_chart
from components.probes.theory_chart import theory_chart, theory_table
from core.export.provenance import citation
from core.probes.edits.edit import TextChange, edited
from core.probes.entropy import entropies
from core.probes.hidden_words import hidden_words
from core.probes.markov.sampled import drawn_characters, sampled_losses
from core.probes.markov.source import SwitchingSource
from core.probes.moved_cuts import around_change, byte_changes, moved_cuts
from core.probes.noise import noise
from core.probes.probe import PROBES, Asked
from core.probes.terms import terms
from core.probes.theory import theory
from core.tokenizers.catalog import open_tokenizer
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

FEW = ["builtin:words", "mistral:v3"]
experiment = partial(opened, "probes", tokenizers=FEW)


def said(app: AppTest) -> str:
    """All that the page says."""
    shown = [*app.markdown, *app.caption, *app.success, *app.info, *app.warning]
    return "\n".join(one.value for one in shown).replace("\\", "")


@pytest.mark.parametrize("source", [SwitchingSource(0.8, 0.8), SwitchingSource(0.1, 0.1), SwitchingSource(0.7, 0.9, 2)])
def test_merges_learnt_on_a_sample_agree_with_the_closed_form(source: SwitchingSource) -> None:
    exact = [point.merges for point in theory(source.p, source.q, source.order, 12).points]
    assert sampled_losses(source, 12, 100_000, 0) == pytest.approx(exact, rel=0.03)


def test_runs_are_merged_from_the_left_and_a_sample_may_be_used_up() -> None:
    zeros = SwitchingSource(0.0, 1.0)
    assert drawn_characters(zeros, 5, 0).tolist() == [0] * 5
    assert sampled_losses(zeros, 9, 5, 0) == pytest.approx([0, 3 * np.log2(3) / 5 - 2 / 5, 2 / 5, 0])


def test_theory_says_both_lines_and_that_more_tokens_may_be_worse() -> None:
    app = experiment(probe="theory", theory_most="32")
    assert not app.error and len(app.get("plotly_chart")) == 1
    assert "more tokens are not always better" in said(app)
    found = theory(0.8, 0.8, 1, 32)
    assert f"**{found.points[-1].merges:.3f}**" in said(app)
    assert theory_table(found, [1.0])["Merges on a sample"].notna().sum() == 1


def test_theory_follows_its_sliders_and_shows_no_answer_before_the_guess() -> None:
    app = experiment(probe="theory", mode="predict", theory_p="0.1", theory_q="0.6", theory_order="2")
    assert [app.slider(key=f"theory_{key}").value for key in ("p", "q", "order")] == [0.1, 0.6, 2]
    assert f"{theory(0.1, 0.6, 2, 64).points[-1].merges:.3f}" not in said(app)
    app.slider(key="theory_guess").set_value(0.5).run()
    app.button(key="reveal").click().run()
    assert not app.exception and "You guessed 0.50" in said(app)


def test_what_is_taken_away_of_theory_names_its_source_and_no_text() -> None:
    given = {"p": 0.8, "q": 0.8, "order": 1, "most": 8}
    about = provenance(ProbeContext(PROBES.get("theory"), given, {}, False, False), "An endless text", [])
    assert "Text: An endless text, ∞ characters" in citation(about)
    about = provenance(ProbeContext(PROBES.get("terms"), {}, {}, False, False), "tort", [])
    assert "Text: A text, 4 bytes" in citation(about)


@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_are_printed(width: PrintWidth) -> None:
    spec, text = "builtin:words", "a bcde fghi, a jklm"
    one = OnPage(spec, spec, "Words · UAX 29", "#0072B2", "")
    found = noise([spec], text)
    charts = [
        theory_chart(theory(most=4), [1.0], 0.9),
        entropy_chart(entropies([spec], text), [one]),
        compression_chart(entropies([spec], text), [one]),
        noise_chart(found, [one], ADDED, dark=True),
        terms_chart(terms([spec]), [one]),
        hidden_chart(hidden_words([spec], "prize"), [one]),
    ]
    for chart in charts:
        figure = chart.printed(None, width) if chart.printed else chart.figure
        assert paper(figure, "a text", width).layout.width == width.pixels and len(chart.numbers())


def test_a_source_without_memory_has_one_line() -> None:
    app = experiment(probe="theory", theory_p="0.5", theory_q="0.5")
    assert not app.error and "It is best with 2, **1.000**" in said(app)


def test_entropy_reads_a_text_that_ships_or_ones_own_and_the_command_reads_a_file() -> None:
    app = experiment(probe="entropy", entropy_sample="Thai")
    assert not app.error and "a text that ships, Thai" in said(app)
    assert "--text-file text.txt" in app.code[-1].value and "the text saved as text.txt" in said(app)
    app.text_area(key="entropy_text").set_value("to be or not to be").run()
    assert not app.exception and not app.error
    assert "your text, 18 bytes" in said(app) and "--text 'to be or not to be'" in app.code[-1].value


def test_a_text_that_is_too_short_for_an_entropy_given_four_tokens_is_drawn() -> None:
    assert not experiment(probe="entropy", entropy_text="a").error


def test_long_texts_and_no_others_are_for_a_file() -> None:
    text = Asked(key="text", kind="text", text="a text")
    assert not is_for_a_file(text, "a" * 500) and is_for_a_file(text, "a" * 501)
    assert command("x", "y", [text], {"text": "a" * 501}) == ["x", "probe", "y", "--text-file", "text.txt"]


def test_noise_marks_the_cuts_that_moved() -> None:
    app = experiment(probe="noise", noise_text="a bcde fghi jklm")
    assert not app.error and "place for" in said(app) and "What do the edits cost a model?" in said(app)
    app.selectbox(key="noise_edit").set_value("capitals").run()
    assert not app.exception and "a word in capital letters" in said(app)
    assert "--most" not in app.code[-1].value


def test_noise_without_a_place_for_an_edit_says_so() -> None:
    app = experiment(probe="noise", noise_text="123")
    assert not app.error and "no place for any of the edits" in said(app)


def test_tokens_around_an_edit_are_marked_where_a_cut_moved() -> None:
    tokenizer, text, change = open_tokenizer("builtin:words"), "a bcde f g", [TextChange(3, 4, "c-")]
    after = edited(text, change)
    first, second, places = tokenizer.segment(text), tokenizer.segment(after), byte_changes(text, change)
    before, now = around_change(first, second, places, 0, 1)
    assert [(one.piece, one.touched, one.moved) for one in before] == [
        (b" ", False, False),
        (b"bcde", True, False),
        (b" ", False, False),
    ]
    assert [(one.piece, one.moved) for one in now[1:-1]] == [(b"bc", False), (b"-", False), (b"de", True)]
    assert sum(one.moved for one in [*before, *now]) == moved_cuts(first, second, places).moved == 1


def test_terms_of_ones_own_stand_beside_the_fields() -> None:
    app = experiment(probe="terms", terms_text="due process\ntort")
    assert not app.error
    assert app.selectbox(key="terms_field").options == ["law", "finance", "medicine", "code", "yours"]
    assert "--fields law finance medicine code" in app.code[-1].value
    app.text_area(key="terms_text").set_value("").run()
    assert not app.exception and "--fields" not in app.code[-1].value


def test_a_letter_that_hides_a_word_is_a_warning() -> None:
    app = experiment(probe="hidden_words", hidden_words_text="lottery", tokenizers=["builtin:words"])
    assert not app.error and ["“flottery”" in one.value for one in app.warning] == [True]
    app.text_area(key="hidden_words_text").set_value("prize refund").run()
    assert not app.exception and app.selectbox(key="hidden_words_word").value == "prize"
    app = experiment(probe="hidden_words", tokenizers=["builtin:utf8-bytes"])
    assert not app.warning and "hides nothing" in said(app)


@pytest.mark.parametrize("probe", ["entropy", "noise", "terms", "hidden_words"])
def test_a_tokenizer_that_does_not_open_is_one_sentence_and_the_others_are_shown(probe: str) -> None:
    app = experiment(probe=probe, tokenizers=["hub:no/such", "builtin:words"])
    assert ["no/such" in one.value.replace("\\", "") for one in app.error] == [True]
    assert app.get("plotly_chart")
    app = experiment(probe=probe, tokenizers=["hub:no/such"])
    assert len(app.error) == 1 and not app.get("plotly_chart")


def test_an_empty_text_for_noise_is_one_sentence() -> None:
    app = experiment(probe="noise", noise_text="")
    assert [one.value.startswith("The text is empty") for one in app.error] == [True]
