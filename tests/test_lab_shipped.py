"""What the lab opens on: comparisons that ship, their views and provenance, and the same numbers computed here."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from components.cached import lab as cached_lab
from components.cached.lab import finished
from components.lab import key_picture
from components.lab.by_language import by_language
from components.lab.context import LabContext
from components.lab.key_picture import chart, chart_of_all
from components.lab.view import views
from components.lab.views import classes, rows
from components.lab.views import comparison_table as comparison_table_view
from components.lab.views.comparison_table import numbers
from core.common.data_folders import ROOT
from core.jobs import shipped
from core.jobs.computed_here import computed_here
from core.jobs.job import KINDS, State
from core.jobs.result_codec import restored
from core.jobs.shipped import is_of_earlier_version
from core.lab.as_now import CONTROLS
from core.lab.differences import compare, entrants, of_part, parts_of
from core.lab.example import lecture_plan
from core.lab.foreseen import KIND
from core.lab.key_picture_points import comparison_table, points
from core.lab.link import plan_to_link
from core.lab.participants import outlined
from core.lab.plan import Choice, Plan
from core.lab.result import LabResult
from core.lab.shipped_results import shipped_comparison, shipped_keys, shipped_result
from core.lab.stage_words import stage_in_words
from core.lab.submission import submission
from core.lab.verdict import said
from core.lab.wanted import WantedComparison, wanted
from core.transplants.base import METHODS
from tests.jobs_home import jobs_home
from tests.pages import opened as opened_page

pytestmark = pytest.mark.usefixtures("looks_here")

opened = partial(opened_page, "transplants")
LECTURE = "lecture"


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with jobs_home(tmp_path_factory.mktemp("shipped") / "home"):
        yield


def context(key: str = LECTURE) -> LabContext:
    job, result, verdict = cached_lab.finished(key)
    assert result.setting is not None
    return LabContext(job, result, result.setting, verdict, dark=False)


def test_the_lab_opens_on_the_lecture_in_a_sentence_and_a_picture() -> None:
    page = opened()
    assert "A tiny English model" in page.markdown[0].value
    assert any("reads best" in each.value for each in page.markdown)
    assert any("Computed on" in each.value and f"data/lab/{LECTURE}" in each.value for each in page.caption)
    assert {"lab_own", "lab_lecture", "lab_change"} <= {button.key for button in page.button}
    assert not any(button.key == "lab_run" for button in page.button), "the form waits until it is asked for"


_LOOK = """
import sys
from tests.pages import opened

opened("transplants")
sys.exit("it imports a library of models" if {"torch", "transformers"} & set(sys.modules) else 0)
"""


def test_opening_needs_no_library_of_models() -> None:
    command = [sys.executable, "-c", _LOOK]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("view", [v for group in views().values() for v in group], ids=lambda view: view.key)
def test_every_view_of_the_lecture_is_filled_but_those_it_has_no_measure_for(view: object) -> None:
    group, label = view.group, view.label  # type: ignore[attr-defined]
    page = opened(lab=group, **{f"lab_{group.lower()}": label})
    assert not page.error
    empty = any("It was not measured" in each.value for each in page.info)
    assert empty == (group == "Recovery"), "recovery needs more text than the sample has"


def test_a_form_is_one_click_away_and_back() -> None:
    page = opened()
    page.button(key="lab_own").click().run()
    assert page.button(key="lab_run")
    page.button(key="lab_back").click().run()
    assert "A tiny English model" in page.markdown[0].value


@pytest.mark.parametrize("key", shipped_keys())
def test_what_ships_says_where_it_comes_from(key: str) -> None:
    origin, (job, result) = shipped_result(key).origin, shipped_comparison(key)
    assert key in {one.key for one in wanted()}
    assert result.complete
    assert origin.versions["torch"]
    assert origin.finished > 0
    assert origin.inputs
    assert all(each.fingerprint for each in origin.inputs)
    assert job.label == origin.label


@pytest.mark.parametrize("key", shipped_keys())
def test_what_is_counted_once_is_said_so(key: str) -> None:
    """Remarks said "1 input rows of special or unused tokens have no counterpart"."""
    result = shipped_comparison(key)[1]
    assert result.setting is not None
    said = [*result.setting.remarks, *(remark for outcome in result.outcomes for remark in outcome.remarks)]
    assert said and not [each for each in said if re.match(r"1 (\w+ )?(rows|tokens|anchors|texts|blocks)\b", each)]


def test_the_lecture_ships_as_the_methods_of_today_compute_it() -> None:
    assert not is_of_earlier_version(shipped_comparison(LECTURE)[0])


@pytest.mark.parametrize("one", [each for each in wanted() if each.key in shipped_keys()], ids=lambda one: one.key)
def test_numbers_of_an_earlier_version_of_the_methods_say_so(one: WantedComparison) -> None:
    earlier = is_of_earlier_version(shipped_comparison(one.key)[0])
    page = opened(lab_shipped=one.label)
    assert any(f"data/lab/{one.key}" in each.value.replace("\\", "") for each in page.caption)
    assert any("an earlier version of the methods" in each.value for each in page.caption) == earlier


def test_a_version_raised_makes_what_ships_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    job = shipped_comparison(LECTURE)[0]
    kind = KINDS.get(job.kind)
    monkeypatch.setattr(shipped, "KINDS", SimpleNamespace(get=lambda key: replace(kind, version=99)))
    assert is_of_earlier_version(job)
    assert any("an earlier version of the methods" in each.value for each in opened().caption)


@pytest.mark.slow
def test_computing_it_here_gives_the_bits_that_ship() -> None:
    plan = lecture_plan()
    assert plan is not None
    shorter = replace(plan, methods=(Choice("ridge"),), evaluators=(Choice("bits_per_byte"),))
    here = restored(LabResult, computed_here(KIND, submission(outlined(shorter)), "cpu", lambda done, total: None))
    shipped = {outcome.name: outcome for outcome in shipped_comparison(LECTURE)[1].outcomes}
    for outcome in here.outcomes:
        ours, theirs = (o.number("bits_per_byte", "bits_per_byte").value for o in (outcome, shipped[outcome.name]))
        assert np.isclose(ours, theirs, rtol=1e-5, atol=0), (outcome.name, ours, theirs)


def test_all_texts_are_a_ranking_with_intervals() -> None:
    here = context()
    shown = [p for p in points(here.result) if not p.domain and not p.language]
    figure = chart_of_all(here, shown).figure
    at = [trace.x[0] for trace in figure.data]
    assert at == sorted(at)
    assert len({trace.y[0] for trace in figure.data}) == len(shown) - 1, "a row each, but for the line at 0"
    assert all(trace.error_x.array[0] > 0 for trace in figure.data if not any(trace.text or ()))


def test_progress_names_methods_and_not_their_keys() -> None:
    result = context().result
    labels = {key: about.label for key, about in result.methods.items()}
    assert stage_in_words("omp_robust", labels) == "OMP robust"
    assert stage_in_words("omp_robust k=8, seed 1", labels) == "OMP robust k=8, seed 1"
    assert stage_in_words("ridge, seed 1: Ridge map: cutting", labels) == "Ridge map, seed 1: Ridge map: cutting"
    assert stage_in_words("setting", labels) == "looking at both vocabularies"
    for unit in (*METHODS.all(), "setting", "original", "donor"):
        assert "_" not in stage_in_words(f"{unit}, seed 1", {}), "where a run is listed, labels are not at hand"


def test_controls_are_controls_in_every_result_that_ships() -> None:
    assert {key for key, one in METHODS.all().items() if one.control} == set(CONTROLS)
    for key in shipped_keys():
        _, result, judged = finished(key)
        assert {o.method for o in result.outcomes if o.role == "control"} >= {"mean", "random_coefficients"}
        assert not set(CONTROLS) & set(judged.beats), "a control is not said to beat controls"


@pytest.mark.parametrize("key", shipped_keys())
def test_what_is_said_of_languages_names_them_and_the_table_has_all(key: str) -> None:
    here = context(key)
    assert not any(f"and {n} more" in sentence for sentence in here.verdict.sentences for n in range(100))
    frame = numbers(here, comparison_table(here.result))
    assert comparison_table_view._wide(frame["Model"]) >= 7 * max(map(len, frame["Model"])), "no name is cut"
    assert all(len(words) < 20 for words in frame["Beats controls"]), "a cell that the table does not cut"
    for name, parts in here.verdict.beaten_in.items():
        row = next(n for n, o in enumerate(here.result.outcomes) if o.entrant == name)
        assert len(list(filter(None, frame["Does not beat controls in"][row].split(", ")))) == len(parts)
    assert all("(control)" in frame["Model"][n] for n, o in enumerate(here.result.outcomes) if o.role == "control")


def test_shares_of_classes_make_up_the_whole_text() -> None:
    here = context()
    tables = {o.name: t for o in here.result.outcomes if (t := o.table("loss_by_class", "classes")) is not None}
    with_new = classes._with_new_tokens(here, tables)
    for by in ("origin", "text", "frequency"):
        assert np.isclose(sum(classes._shares(with_new, "target", by).values()), 1.0), by


@pytest.mark.parametrize("key", shipped_keys())
def test_each_model_has_one_point_for_each_part_of_the_texts(key: str) -> None:
    """With a file beside a corpus all texts stood there twice: the ranking had a row and a half for each model."""
    names = [(p.outcome, p.language, p.domain) for p in points(context(key).result)]
    assert len(set(names)) == len(names)


REAL = [key for key in shipped_keys() if key.startswith("smollm2")]


def test_a_domain_that_the_mean_counts_is_drawn_beside_the_languages() -> None:
    """The sentence spoke of 7 languages or domains, and both charts showed six: code was in none."""
    here = context(REAL[0])
    assert here.domains == ["code"]
    picture = key_picture._new(here, together=False)
    lost = by_language(here, "languages", "bits_per_byte", "difference_to_original", "Bits", "Bits", 0.0)
    assert picture is not None and lost is not None
    for drawn in (picture, lost):
        said = drawn.numbers().to_csv()
        assert all(name in said for name in ("English", "Hindi", "code"))
    foot = {each.text: each.x for each in picture.figure.layout.annotations if each.yref == "paper"}
    lines = {float(np.log10(each.x0)) for each in picture.figure.layout.shapes if each.x0 == each.x1}
    assert {"English", "code"} <= foot.keys() and np.allclose(sorted(foot.values()), sorted(lines)), "each at its line"


@pytest.mark.parametrize("key", REAL)
def test_what_is_far_worse_than_the_controls_does_not_press_the_others_together(key: str) -> None:
    here = context(key)
    for together in (False, True):
        shown = [p for p in points(here.result) if not p.domain and bool(p.language) != together]
        beats = {o.name for o in here.result.outcomes if here.verdict.beats.get(o.entrant)}
        reach = max(p.lost.high for p in shown if p.outcome in beats)
        drawn = chart_of_all(here, shown) if together else chart(here, shown)
        axis = drawn.figure.layout.xaxis if together else drawn.figure.layout.yaxis
        band = [each for each in drawn.figure.layout.shapes if each.type == "rect"]
        assert (band[0].y0 if band else axis.range[1]) <= 1.12 * 1.6 * reach
        beyond = {trace.marker.symbol for trace in drawn.figure.data if any(trace.text or ())}
        assert {here.mark(o).symbol for o in here.result.outcomes if o.method == "zero"} <= beyond, "it keeps its mark"
        if not together:
            assert max(max(trace.y) for trace in drawn.figure.data) < 0.97 * axis.range[1], "no mark is cut"


@pytest.mark.parametrize("key", shipped_keys())
def test_what_lies_beyond_the_axis_stands_side_by_side(key: str) -> None:
    """Three controls wrote their numbers over one another where they were beyond it in one language."""
    here = context(key)
    figure = chart(here, [p for p in points(here.result) if p.language and not p.domain]).figure
    far = [
        (x, y) for trace in figure.data for x, y, text in zip(trace.x, trace.y, trace.text or (), strict=False) if text
    ]
    assert len(set(far)) == len(far)
    top = figure.layout.yaxis.range[1]
    assert all(y < top for _, y in far)
    if far:
        (band,) = (each for each in figure.layout.shapes if each.type == "rect")
        assert all(band.y0 < y < band.y1 for _, y in far)


@pytest.mark.parametrize("key", shipped_keys())
def test_the_words_at_zero_stand_over_no_name_on_a_phone(key: str) -> None:
    """In Chromium at 390 px the chart was 240 px high with eight models; a third row of names ran into the words."""
    here = context(key)
    figure = chart(here, [p for p in points(here.result) if p.language or p.domain]).figure
    bottom, top = figure.layout.yaxis.range
    height = 392 - 19 * len(figure.data)
    (zero,) = (each for each in figure.layout.annotations if each.text == "no transplant")
    below = height * (zero.y - bottom) / (top - bottom) - 18  # its lower edge, px above the foot
    span = figure.layout.xaxis.range
    for each in figure.layout.annotations:
        left = 290 * (each.x - span[0]) / (span[1] - span[0]) + (each.xshift or 0) - 2.8 * len(each.text)
        if each is not zero and each.yref == "paper" and left < 72:
            assert below >= each.yshift + 17, each.text


@pytest.mark.parametrize("key", REAL)
def test_remarks_are_on_what_is_measured_and_said_once(key: str) -> None:
    here = context(key)
    assert not any("Arab" in remark for remark in here.setting.remarks), "no Arabic is measured"
    label = next(one.label for one in wanted() if one.key == key)
    said = "\n".join(each.value for each in opened(lab_shipped=label).markdown)
    assert said.count("parameters more") == 1
    assert not re.search(r"\d,\d{3} (?!tokens)", said), "thin spaces, as elsewhere on the page"


def test_the_picture_of_a_finished_comparison_is_drawn_once_for_everybody() -> None:
    here = context()
    running = replace(here, job=replace(here.job, state=State.RUNNING))
    for together in (False, True):
        assert key_picture._drawn(here, together) is key_picture._drawn(context(), together)
        assert key_picture._drawn(running, together) is not key_picture._drawn(running, together)
    assert key_picture._drawn(here, True) is not key_picture._drawn(here, False)
    assert key_picture._drawn(replace(here, dark=True), True) is not key_picture._drawn(here, True)


def test_the_map_needs_no_graphics_card() -> None:
    """Plotly's scattergl leaves a grey field where a browser has no WebGL, as over a remote desktop."""
    page = opened(lab="Matrices", lab_matrices="Map")
    specs = {each.proto.id.rpartition("-")[2]: each.proto.spec for each in page.get("plotly_chart")}
    assert any('"text"' in spec or "scatter" in spec for spec in specs.values())
    assert not any("scattergl" in spec for spec in specs.values())
    others = (path.read_text(encoding="utf-8") for path in (ROOT / "components").rglob("*.py"))
    assert not any("Scattergl" in source for source in others)


def test_the_original_is_seen_across_its_interval() -> None:
    assert context().marks["original"].symbol == "line-ns-open"


def test_the_documents_have_the_numbers_of_the_real_model() -> None:
    numbers = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    keys = ("smollm2-mistral-v3", "smollm2-qwen3", "smollm2-cl100k", "smollm2-tiny-world")
    macro = {key: finished(key)[2].macro for key in keys}
    rows = {
        "with its own tokenizer": "original",
        "subword mean": "subword_mean",
        "weighted pieces, a head of its own": "weighted_pieces",
        "trans-tokenization": "trans_tokenization",
        "FOCUS": "focus",
        "normal fit": "normal",
        "zero": "zero",
        "random coefficients (control)": "random_coefficients",
        "mean (control)": "mean",
    }
    for words, name in rows.items():
        assert f"| {words} | {' | '.join(f'{one[name]:.3f}' for one in macro.values())} |" in numbers, words
    for name in ("subword_mean", "weighted_pieces"):
        for one in macro.values():
            assert f"{one[name]:.3f}" in readme


def test_the_documents_have_the_numbers_of_the_learnt_rows() -> None:
    numbers = (ROOT / "docs" / "numbers.md").read_text(encoding="utf-8")
    here = context("learnt")
    by_name, n_bytes = {e.name: e for e in entrants(here.result)}, here.setting.texts.numbers("n_bytes")
    names = ("subword_mean", "weighted_pieces", "ridge", "omp_robust", "zett", "token_distillation")
    beyond = [
        compare(here.setting, [(by_name[name], by_name["subword_mean"])], parts_of(here.setting))
        for name in ("zett", "token_distillation")
    ]
    for several in zip(*beyond, strict=True):
        part = several[0].part
        mine = of_part(here.setting, part)
        bits = [f"{by_name[name].bits[mine].sum() / n_bytes[mine].sum():.3f}" for name in names]
        cells = [*bits, *(f"{one.difference:+.3f} ({one.low:+.3f} to {one.high:+.3f})" for one in several)]
        assert f"| {said(part)} | {' | '.join(cells)} |" in numbers
    [beside] = [sentence for sentence in here.verdict.sentences if sentence.startswith("Beside Subword mean")]
    assert beside in " ".join(numbers.split())


def test_a_tokenizer_just_chosen_has_no_donor_and_every_choice_can_be_emptied() -> None:
    page = opened(own="1")
    assert page.selectbox(key="lab_donor").value is not None
    page.selectbox(key="lab_tokenizer").select("tiktoken:cl100k_base").run(timeout=120)
    assert page.selectbox(key="lab_donor").value is None
    assert not page.error
    for key in ("lab_model", "lab_donor", "lab_tokenizer"):
        assert not page.selectbox(key=key).proto.HasField("default"), "a chooser without a default has a cross"


def test_the_beginning_of_a_name_chooses_what_has_it() -> None:
    plan = Plan("tiny-u", donor="TINY-world", methods=(Choice("subword_mean"),))  # as typed, and Enter
    page = opened(plan=plan_to_link(plan) or "")
    assert page.selectbox(key="lab_model").value == "shipped:tiny-unigram"
    assert page.selectbox(key="lab_donor").value == "shipped:tiny-world"
    assert not page.error
    page = opened(plan=plan_to_link(replace(plan, model="tiny-")) or "")
    assert "There is no model at 'tiny" in page.error[0].value, "several have that beginning"


def test_the_real_model_is_offered_where_it_can_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "SmolLM2-135M (93 MB)"
    assert words in opened(own="1").selectbox(key="lab_model").options
    monkeypatch.setenv("TOKEN_ATLAS_HUB", "off")
    assert words not in opened(own="1").selectbox(key="lab_model").options


def test_what_each_method_took_stands_beside_its_rows() -> None:
    shown = context()
    made = [outcome for outcome in shown.result.transplants if "input" in outcome.rows]
    table = rows._origins(shown, made, "input")
    assert table["Seconds"].tolist() == [round(outcome.seconds, 2) for outcome in made]
    assert table["Memory, MB"].tolist() == [round(outcome.peak_bytes / 2**20) for outcome in made]
    assert max(table["Memory, MB"]) > 1
