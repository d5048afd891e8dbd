"""What is told of a trainer that merges while it goes on."""

from math import isnan, nan
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.common.progress import listening
from core.training import by_ffbpe, train, watch
from core.training.train import trained
from core.training.watch import MergedSoFar, read_stage
from tests.training import files, recipe

SOME = ("eng_Latn", "deu_Latn", "tha_Thai")


@pytest.fixture(autouse=True)
def uncompared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are compared with what was trained in other tests."""
    monkeypatch.setattr(train, "check_export", lambda *_: 0)


def looks(monkeypatch: pytest.MonkeyPatch, trainer: str, vocab: int, paths: list[str]) -> list[MergedSoFar]:
    """All that is told where every look is taken."""
    monkeypatch.setattr(watch, "_EVERY", 0.0)
    monkeypatch.setattr(watch, "_SHARE", float("inf"))
    said = list[MergedSoFar]()

    def heard(done: int, total: int, stage: str) -> None:
        if (one := read_stage(stage)) is not None and (not said or said[-1].n < one.n):
            assert 0 <= done <= total
            said.append(one)

    with listening(heard):
        trained(recipe(trainer, vocab, paths, heldout=0.2))
    return said


@pytest.mark.parametrize("trainer", ["bpe", "bpe-characters", "superbpe", "wordpiece", "parity"])
def test_a_look_says_what_a_tokenizer_of_that_size_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trainer: str
) -> None:
    paths = files(tmp_path, SOME)
    said = looks(monkeypatch, trainer, 600, paths)
    assert len(said) > 2 and said[-1].n <= 600
    assert said[-1].bytes_per_token > said[0].bytes_per_token
    if trainer == "superbpe":  # whose beginning is that of another transition
        return
    one = said[len(said) // 2]
    alone = trained(recipe(trainer, one.n, paths, heldout=0.2))
    if trainer != "wordpiece":  # in whose smaller vocabularies are fewer characters
        assert alone.whole.bytes_per_token == pytest.approx(one.bytes_per_token, abs=6e-4)


def test_our_own_arrays_say_the_same_as_ffbpe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if not by_ffbpe.IS_HERE:
        pytest.skip("ffbpe is not built for this machine")
    paths = files(tmp_path, SOME)
    by_library = looks(monkeypatch, "bpe", 520, paths)
    monkeypatch.setattr(by_ffbpe, "IS_HERE", False)
    by_arrays = {one.n: one for one in looks(monkeypatch, "bpe", 520, paths)}
    assert len(by_library) > 2 and all(by_arrays[one.n] == one for one in by_library)


def test_steps_end_where_pairs_are_too_rare_or_none_is_left() -> None:
    if not by_ffbpe.IS_HERE:
        pytest.skip("ffbpe is not built for this machine")
    words = {"hello": 5, "help": 3, "yellow": 2, "aaaa": 3, "zz": 1}
    merges = {least: by_ffbpe.byte_merges(words, 5_000, least) for least in (1, 2, 3, 6)}
    assert ("z", "z") in merges[1] and ("z", "z") not in merges[2]
    assert merges[3] == merges[1][: len(merges[3])] and len(merges[3]) < len(merges[2]) < len(merges[1])
    assert merges[6] == [*merges[1][: len(merges[6])]], "of those that stand ten times"


def _watching() -> None:
    from types import SimpleNamespace
    from unittest.mock import patch

    import streamlit as st

    from components.training import live

    stage = st.session_state.get("stage", "Reading")
    job = SimpleNamespace(key="x", stage=stage, state=SimpleNamespace(live=True))
    with patch.object(live.cached_runs, "jobs", lambda: SimpleNamespace(get=lambda key: job)):
        live.live(job)


def test_the_page_draws_what_is_told_as_it_comes() -> None:
    app = AppTest.from_function(_watching).run()
    assert not app.markdown and not app.get("plotly_chart"), "before the first look there is nothing"
    for n, charts in ((600, 0), (900, 1), (900, 1)):
        app.session_state["stage"] = f"BPE: {MergedSoFar(n, n / 400, ('a`b', '␣of')).in_words}"
        app.run()
        assert not app.exception and len(app.get("plotly_chart")) == charts
        assert f"BPE: {n} entries by now, {n / 400:.2f} bytes per token on lines kept apart" in app.markdown[0].value
    assert len(app.session_state["train_live_x"]["BPE"]) == 2
    app.session_state["stage"] = f"BPE: {MergedSoFar(950, nan, ('a',)).in_words}"
    assert "bytes per token" not in app.run().markdown[0].value


def test_a_stage_is_read_as_it_was_written() -> None:
    one = MergedSoFar(12_345, float("nan"), ("␣a: b", "ing"))
    read = read_stage(f"BPE on bytes, gpt2, 32\N{THIN SPACE}000: {one.in_words}")
    assert read is not None and isnan(read.bytes_per_token) and read.of == "BPE on bytes, gpt2, 32\N{THIN SPACE}000"
    assert (read.n, read.newest) == (one.n, one.newest)
    assert read_stage("BPE on bytes, 4: merging") is None and read_stage("") is None
