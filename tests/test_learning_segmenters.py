"""Segmenters that learn while one watches: they go on from where they were, cut as lanes, and stand beside BPE."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from components.training.learning.charts import MOST_LANES, curve_chart, lanes_of
from core.common.errors import UnknownName, UserError
from core.jobs.job import Context
from core.jobs.result_codec import restored
from core.segmenters.build.text import batches
from core.segmenters.lane import open_segmenter
from core.segmenters.live import learn
from core.segmenters.live.bpe_beside import TorchBpeModel, entries_for, parameters
from core.segmenters.live.compared import less_than_bpe
from core.segmenters.live.job import learning, learnt_in
from core.segmenters.live.keep import keep_learnt, whole
from core.segmenters.live.learner import LEARNERS
from core.segmenters.live.recipe import (
    FAMILIES,
    SLICES,
    BpeBeside,
    LearningRecipe,
    LearntPart,
    LearntSegmenter,
    Snapshot,
    asked_learning,
)
from core.segmenters.trained import delete_segmenter, trained_segmenters
from core.tokenizers.catalog import open_tokenizer
from core.work import segmenter as work
from tests.pages import opened

_LINES = [f"The {n}th committee said on Monday that rules would help every town and {n} others." for n in range(90)]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As in a job; two that wait for each other take many times as long on a busy machine."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> LearningRecipe:
    path = tmp_path_factory.mktemp("learning") / "text.txt"
    path.write_text("\n".join(_LINES), encoding="utf-8")
    return LearningRecipe("hnet", asked_learning("hnet", [str(path)]).text, 1, "The committee met")


@pytest.fixture(scope="module")
def last(recipe: LearningRecipe) -> Snapshot:
    """A segmenter that has learnt."""
    return learn.learn_slice(recipe, SLICES)


def test_families_are_those_that_learn() -> None:
    assert list(FAMILIES) == list(LEARNERS)


@pytest.mark.parametrize("family", FAMILIES)
def test_who_goes_on_from_what_was_kept_is_where_the_other_is(family: str) -> None:
    texts = {"en": _LINES, "ru": ["комитет сказал в понедельник, что правила помогут"] * 20}
    first = LEARNERS[family](texts, 3)
    for share in (0.1, 0.5):  # the second holds what cuts, where the family does
        first.step(share)
    second = LEARNERS[family](texts, 3)
    second.go_on(first.kept())
    drawn = torch.get_rng_state()  # which all share in a process
    for one in (first, second):
        torch.set_rng_state(drawn)
        one.step(0.6)
    assert first.steps == second.steps == 3
    assert first.weights() == second.weights()
    assert first.bits(_LINES[0]) == second.bits(_LINES[0])
    assert first.cut()(_LINES[0]).starts.tolist() == second.cut()(_LINES[0]).starts.tolist()


def test_a_slice_goes_on_from_the_one_before_and_begins_anew_where_that_is_gone(
    recipe: LearningRecipe, own_home: Path
) -> None:
    first = learn.learn_slice(recipe, 1)
    second = learn.learn_slice(recipe, 2)
    assert 0 < first.steps <= second.steps
    assert second.seconds >= 2 / SLICES
    assert second.line == recipe.line
    assert second.starts[0] == 0
    assert len(list((own_home / "home" / "learning").iterdir())) == 1  # the last slice's alone
    for path in (own_home / "home" / "learning").iterdir():
        path.write_bytes(b"half")  # broken off while it was written by another program
    assert learn.learn_slice(recipe, 2).seconds >= 2 / SLICES


def test_the_last_slice_becomes_a_lane_that_cuts_as_it_did(recipe: LearningRecipe, last: Snapshot) -> None:
    learnt = LearntSegmenter(recipe, (last,) * SLICES, None)
    assert whole(learnt) is last
    assert keep_learnt(learnt, last, "mine") == keep_learnt(learnt, last, "mine") == "learned:mine"
    lane = open_tokenizer("learned:mine")
    assert lane.segment(last.line).starts.tolist() == last.starts.tolist()
    assert "text" in lane.info.algorithm
    looser = open_segmenter("mine?threshold=0.0")
    assert len(looser.segment(last.line)) >= len(lane.segment(last.line))
    delete_segmenter("mine")
    assert trained_segmenters() == []
    with pytest.raises(UnknownName):
        open_segmenter("mine")


def test_another_of_the_same_name_and_a_name_that_ships_are_refused(recipe: LearningRecipe, last: Snapshot) -> None:
    learnt = LearntSegmenter(recipe, (last,) * SLICES, None)
    keep_learnt(learnt, last, "mine")
    other = replace(last, weights=last.weights[::-1])
    with pytest.raises(UserError, match="There is another segmenter called 'mine'"):
        keep_learnt(LearntSegmenter(recipe, (other,) * SLICES, None), other, "mine")
    with pytest.raises(UserError, match=r"cannot be called 'hnet'\. A segmenter that ships"):
        keep_learnt(learnt, last, "hnet")
    with pytest.raises(UserError, match="cannot be called"):
        keep_learnt(learnt, last, "../mine")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"family": "h-net"}, "There is no family of segmenters that is learnt 'h-net'. Did you mean hnet or magnet?"),
        ({"seconds": 1}, "1 seconds cannot be: give 2 to 180."),
        ({"line": "a" * 201}, "The example line has 201 characters, and at most 200 are shown."),
        ({"files": []}, "There is no text to train on. Name at least one file."),
    ],
)
def test_what_cannot_be_asked_for_is_one_sentence(given: dict[str, object], said: str) -> None:
    asked = {"family": "hnet", "files": ["sample eng_Latn"], **given}
    with pytest.raises(UserError, match=re.escape(said)):
        asked_learning(**asked)  # type: ignore[arg-type]


def test_too_little_text_is_said(own_home: Path) -> None:
    path = own_home / "short.txt"
    path.write_text("one line\n" * 3, encoding="utf-8")
    with pytest.raises(UserError, match="There is too little text"):
        learn.read(asked_learning("hnet", [str(path)]))


def test_the_model_beside_is_as_large_and_is_judged_on_the_same_lines(recipe: LearningRecipe) -> None:
    size = parameters(LEARNERS["hnet"]({"en": _LINES}, 0).model)
    assert parameters(TorchBpeModel(entries_for(size))) == pytest.approx(size, rel=0.001)
    texts, apart = learn.read(recipe)
    assert not set(apart) & set(texts["text"])
    beside = learn.model_beside(recipe)
    assert "too few pairs" in beside.why  # ninety like lines have not so many pairs
    assert np.isnan(beside.bits_per_byte).sum() == len(beside.bits_per_byte) == 0


@pytest.mark.slow
def test_bits_of_the_model_beside_are_those_of_its_tokens(
    recipe: LearningRecipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.segmenters.live.bpe_beside.entries_for", lambda n: 300)
    beside, last = learn.model_beside(recipe), learn.learn_slice(recipe, 1)
    assert beside.n_vocabulary == 300
    assert beside.seconds[-1] >= recipe.seconds
    assert len(beside.line_bits) == len(last.line_bits)
    assert beside.bits_per_byte[-1] == pytest.approx(beside.line_bits.sum() / last.line_bytes.sum())
    less = less_than_bpe(last, beside)
    assert less.value == pytest.approx(beside.bits_per_byte[-1] - last.bits_per_byte)


@pytest.mark.slow
def test_a_job_is_slices_and_the_model_beside_and_its_result_has_all(recipe: LearningRecipe) -> None:
    asked = learning(recipe)
    json.dumps(asked.params)
    context = Context(asked.params, asked.inputs)
    units = work.units(context)
    assert [unit.value for unit in units] == [*range(1, SLICES + 1), 0]
    outputs = [work.run_unit(units[n], context) for n in (0, 11, 12)]
    assert restored(LearntPart, outputs[0]).snapshots[0].weights.size == 0
    found = learnt_in(work.combine(zip([units[n] for n in (0, 11, 12)], outputs, strict=True), context))
    assert len(found.snapshots) == 2
    assert found.snapshots[-1].weights.size > 0
    assert found.beside is not None
    assert found.recipe == recipe
    assert [path.name for path in work.files(asked.params)] == ["text.txt"]


def test_it_learns() -> None:
    torch.manual_seed(0)
    learner = LEARNERS["entropy"]({"en": _LINES}, 0)
    before = learner.bits(_LINES[5])
    for _ in range(8):
        learner.step(0.1)
    assert learner.bits(_LINES[5]) < 0.9 * before
    assert next(batches({"en": _LINES}, 2, 8, 0))[0].shape == (2, 9)


def test_the_picture_has_the_line_in_lanes_and_both_curves(recipe: LearningRecipe, last: Snapshot) -> None:
    snapshots = tuple(replace(last, seconds=float(n), steps=n) for n in range(1, SLICES + 1))
    view = lanes_of(snapshots)
    assert view.text == last.line
    assert [lane.label for lane in view.lanes][-1] == f"{SLICES} s"
    assert len(view.lanes) == len({lane.spec for lane in view.lanes}) == MOST_LANES
    assert all(list(lane.ends)[-1] == len(last.line.encode()) for lane in view.lanes)
    beside = BpeBeside(300, 5, np.array([1.0, 2.0]), np.array([4.0, 3.0]), last.line_bits * 2, 9)
    chart = curve_chart("H-Net", LearntSegmenter(recipe, snapshots, beside))
    assert [trace.name for trace in chart.figure.data] == ["H-Net", "BPE of 300 entries"]
    assert "BPE of 300 entries: 3.00." in chart.alt
    assert set(chart.numbers()["Model"]) == {"H-Net", "BPE of 300 entries"}
    assert less_than_bpe(last, beside).value == pytest.approx(last.bits_per_byte)
    alone = curve_chart("H-Net", LearntSegmenter(recipe, snapshots, replace(beside, why="The text is short.")))
    assert len(alone.figure.data) == 1


def test_the_page_offers_it_on_the_texts_chosen() -> None:
    app = opened("train")
    assert not app.error
    assert app.button(key="learn_submit").label == "Learn"
    assert any("Train your own, English" in one.value for one in app.caption)
