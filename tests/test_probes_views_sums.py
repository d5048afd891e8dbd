"""The experiment of numbers on the page Probes, without a browser."""

from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from components.charts.paper import WIDTHS, PrintWidth, paper
from components.probes.answers_chart import answers_chart, answers_table
from components.probes.context import ProbeContext
from components.probes.figure import provenance
from core.export.provenance import citation
from core.jobs.job import KINDS
from core.probes.probe import PROBES
from core.probes.sums.answers import SumsAsked
from core.probes.sums.job import ASKED, TRAINED
from core.probes.sums.shipped import shipped_sums
from core.probes.toys.answers import Answers
from tests.pages import opened

pytestmark = pytest.mark.usefixtures("one_server")

experiment = partial(opened, "probes", probe="numbers")


def said(app: AppTest) -> str:
    """All that the page says."""
    return "\n".join(one.value for one in [*app.markdown, *app.caption, *app.success, *app.info]).replace("\\", "")


def test_the_chart_has_a_mark_with_its_interval_for_each_part() -> None:
    asked = SumsAsked(((1, 2), (9, 9), (12, 12)), (Answers("a", "an adder", "1+2=", (3, 17, 24)),))
    [line] = answers_chart(asked, "digits", "x").figure.data
    assert list(line.y) == [0.5, 1.0]
    assert [high + y for high, y in zip(line.error_y.array, line.y, strict=True)] == pytest.approx(
        [0.9055, 1.0], abs=1e-4
    )
    assert "an adder adds 50% of 2 sums rightly" in line.customdata[0]
    assert len(answers_table(asked)) == 2 + 2 + 1
    assert asked.in_words.keys() == asked.parts.keys()


def test_it_opens_on_the_three_that_ship_and_on_a_sum_in_columns() -> None:
    app = experiment()
    assert not app.error
    assert len(app.get("plotly_chart")) == 2  # the adders, and SmolLM2 as it ships
    assert "4 5|6 7 8" in app.code[2].value and "4 5 6|7 8" in app.code[1].value
    assert "From the left: not lined up" in said(app).replace("In threes from", "From")
    [table] = app.dataframe
    assert {"published", "asked here"} == {*table.value["Source"]}
    assert pytest.approx(table.value["Right"][0], abs=1e-3) == 0.675


def test_the_picture_follows_its_choice() -> None:
    app = experiment(numbers_part="carries")
    assert not app.error and app.selectbox(key="numbers_part").value == "carries"


def test_what_was_guessed_is_judged_by_the_shipped_answers() -> None:
    app = experiment(mode="predict")
    shipped = shipped_sums().adders
    truth = f"{shipped.share(shipped.by[1]).value:.0%}"
    assert truth not in said(app)
    app.slider(key="numbers_guess").set_value(0.99).run()
    app.button(key="reveal").click().run()
    assert not app.exception and f"You guessed 99%; it is {truth}." in said(app)


def test_what_is_no_sum_is_one_sentence_and_the_rest_stays() -> None:
    app = experiment(numbers_sum="twelve")
    assert ["is no sum" in one.value for one in app.error] == [True]
    assert len(app.get("plotly_chart")) == 2


def test_another_model_is_asked_and_adders_are_trained_by_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    app = experiment(numbers_model="shipped:tiny-english", numbers_steps="60")
    labels = [button.label for button in app.button]
    assert not app.error and "Ask this model" in labels and "Train three adders" in labels
    assert "About 1 minute of a free processor" in said(app)
    assert {ASKED, TRAINED} <= {*KINDS.all()}
    monkeypatch.setenv("TOKEN_ATLAS_PATHS", "off")
    app = experiment(numbers_model="/models/a")
    assert ["PATHS=off" in one.value.replace("\\", "") for one in app.error] == [True]
    assert any(button.label == "Train three adders" for button in app.button)


def test_what_is_taken_away_says_how_many_sums() -> None:
    about = provenance(ProbeContext(PROBES.get("numbers"), {}, {}, False, False), "Sums", [], ("360", "sums"))
    assert "Sums, 360 sums" in citation(about)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("part", shipped_sums().adders.parts)
def test_pictures_are_printed(width: PrintWidth, part: str) -> None:
    chart = answers_chart(shipped_sums().adders, part, "numbers")
    assert paper(chart.figure, "sums", width).layout.width == width.pixels and len(chart.numbers())
