"""The fastest engine: one counts only where it counts as the reference does."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.__main__ import main
from core.counting import fastest
from core.counting.calibration import calibration_lines
from core.counting.engine import CannotCount, Counter, CountingEngine, beside_reference
from core.counting.fastest import REFERENCE, calibrate, fast_counter
from core.counting.pieces import count_piece
from core.counting.spot_checks import watched
from core.text.scripts import script_shares
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Counts, LocalTokenizer
from tests.datafolder import TOKENIZERS, flores, needs_data

timed = fastest._timed  # the one that looks at a clock, which tests of choices replace


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")  # real files, known to be good
    fastest.fast_counter.cache_clear()


@pytest.fixture(autouse=True)
def speeds(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Seconds that the reference and an engine take for any lines, whatever else this machine does."""
    taken = {REFERENCE: 10.0, "engine": 1.0}

    def told(count: Counter, lines: tuple[str, ...]) -> tuple[Counts, float]:
        by_reference = isinstance(getattr(count, "__self__", None), LocalTokenizer)
        return count(lines), taken[REFERENCE if by_reference else "engine"]

    monkeypatch.setattr(fastest, "_timed", told)
    return taken


def made_up(count: Counter) -> CountingEngine:
    return CountingEngine(key="made-up", label="made-up 1.0", build=lambda tokenizer: count)


def local() -> LocalTokenizer:
    tokenizer = open_tokenizer("builtin:graphemes")
    assert isinstance(tokenizer, LocalTokenizer)
    return tokenizer


def instantly(texts: Sequence[str]) -> Counts:
    return known[tuple(texts)] if tuple(texts) in known else local().count(texts)


known: dict[tuple[str, ...], Counts] = {}


def know() -> tuple[str, ...]:
    """The test lines, whose counts `instantly` knows from here on, part by part as they are asked for."""
    lines = fastest._usual_lines()
    truth = local().count(lines)
    for n in range(fastest._PARTS):
        known[lines[n :: fastest._PARTS]] = Counts(*(one[n :: fastest._PARTS] for one in (truth.tokens, truth.unknown)))
    return lines


def test_the_calibration_covers_scripts_and_traps() -> None:
    lines = calibration_lines()
    scripts = {script for line in lines for script in script_shares(line)}
    assert len(lines) >= 2000 and len(scripts) >= 60
    assert {"", " ", "a" * 500}.issubset(lines) and max(map(len, lines)) > 5_000


def test_an_engine_that_agrees_and_is_faster_is_used() -> None:
    know()
    verdict = calibrate(local(), (made_up(instantly),))
    assert verdict.engine == "made-up" and verdict.speed == 10 and "agreed on all" in verdict.reason


def test_an_engine_that_agrees_and_is_no_faster_is_not_used(speeds: dict[str, float]) -> None:
    know()
    speeds["engine"] = speeds[REFERENCE] / 1.05
    verdict = calibrate(local(), (made_up(instantly),))
    assert verdict.engine == REFERENCE and "made-up 1.0: no faster" in verdict.reason


def test_time_in_which_others_had_the_processor_is_not_an_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = SimpleNamespace(perf_counter=iter([0.0, 60.0]).__next__, process_time=iter([5.0, 7.0]).__next__)
    monkeypatch.setattr(fastest, "time", clocks)
    assert timed(local().count, ("a", "b"))[1] == 2


def test_processor_time_is_shared_by_the_threads_of_an_engine(speeds: dict[str, float]) -> None:
    know()
    speeds["engine"] = speeds[REFERENCE]
    alone, shared = (replace(made_up(instantly), n_threads=n) for n in (1, 2))
    assert calibrate(local(), (alone,)).engine == REFERENCE
    assert calibrate(local(), (alone, shared)).speed == 2


def test_a_moment_in_which_others_had_the_processors_caches_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    know()
    taken = {"slow": repeat(3.0), "quick": chain([50.0], repeat(1.0))}

    def slow(texts: Sequence[str]) -> Counts:
        return instantly(texts)

    def quick(texts: Sequence[str]) -> Counts:
        return instantly(texts)

    def told(count: Counter, lines: tuple[str, ...]) -> tuple[Counts, float]:
        return count(lines), next(taken.get(count.__name__, repeat(10.0)))

    monkeypatch.setattr(fastest, "_timed", told)
    engines = [CountingEngine(key=each.__name__, label="", build=lambda _, each=each: each) for each in (slow, quick)]
    verdict = calibrate(local(), engines)
    assert verdict.engine == "quick" and verdict.speed == 10


def test_one_wrong_count_on_one_line_is_enough_to_be_refused() -> None:
    line = max(know(), key=len)

    def wrong(texts: Sequence[str]) -> Counts:
        counts = instantly(texts)
        return Counts(counts.tokens + np.array([text == line for text in texts], np.int32), counts.unknown)

    def wrong_unknown(texts: Sequence[str]) -> Counts:
        counts = instantly(texts)
        return Counts(counts.tokens, counts.unknown + np.array([text == line for text in texts], np.int32))

    for count in (wrong, wrong_unknown):
        verdict = calibrate(local(), (made_up(count),))
        assert verdict.engine == REFERENCE and "counts differ on 1 of" in verdict.reason


def test_an_engine_that_breaks_is_refused() -> None:
    def broken(texts: Sequence[str]) -> Counts:
        raise ValueError("no")

    def absent(tokenizer: LocalTokenizer) -> Counter:
        raise CannotCount("not installed")

    assert "failed on a line" in calibrate(local(), (made_up(broken),)).reason
    assert "not installed" in calibrate(local(), (CountingEngine(key="x", label="x", build=absent),)).reason


def test_the_verdict_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    _, first = fast_counter(local())
    monkeypatch.setattr(fastest, "calibrate", lambda tokenizer: pytest.fail("asked twice"))
    _, second = fast_counter(local())
    assert first == second


@needs_data
@pytest.mark.parametrize("name", ["hf_json/gpt-2", "tiktoken/qwen.tiktoken", "sentencepiece/laser_50k.model"])
def test_fast_counts_are_the_counts_of_the_reference(name: str) -> None:
    tokenizer = open_tokenizer(f"file:{TOKENIZERS / name}")
    assert isinstance(tokenizer, LocalTokenizer)
    count, verdict = fast_counter(tokenizer)
    unseen = [lines[531] for lines in flores("devtest").values()]  # calibration takes every 83rd of the other split
    fast, truth = count(unseen), tokenizer.count(unseen)
    assert np.array_equal(fast.tokens, truth.tokens) and np.array_equal(fast.unknown, truth.unknown)
    assert verdict.n_lines >= 2000 or verdict.engine == REFERENCE


def differing_on(word: str) -> CountingEngine:
    """An engine that is fast, and one token out on every line with this word."""

    def count(texts: Sequence[str]) -> Counts:
        counts = instantly(texts)
        return Counts(counts.tokens + np.array([word in text for text in texts], np.int32), counts.unknown)

    return made_up(count)


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Callable[[CountingEngine], None]:
    """Make this engine the only one there is, and one that passed the calibration."""

    def use(engine: CountingEngine) -> None:
        count = engine.build(local())
        guarded = replace(engine, build=lambda tokenizer: beside_reference(tokenizer, count, [], 10**9))
        engines = SimpleNamespace(all=lambda: {engine.key: guarded}, get=lambda key: guarded)
        monkeypatch.setattr(fastest, "ENGINES", engines)
        choice = fastest.EngineChoice(engine.key, engine.label, "", 2.0, 1)
        monkeypatch.setattr(fastest, "calibrate", lambda tokenizer: choice)

    return use


@pytest.mark.parametrize(
    "strange", ["\u0378", "\0", "\u20c1", "\ue000", "\U000e0001\U000f1234", "\x07", "▁▁", "ⅶ", "𠀀"]
)
def test_lines_with_characters_that_no_calibration_holds_are_counted_by_the_reference(
    strange: str, only: Callable[[CountingEngine], None]
) -> None:
    only(differing_on(strange))
    count, _ = fast_counter(local())
    texts = ["x y", f"100 {strange} y", "z"]
    assert count(texts).tokens.tolist() == local().count(texts).tokens.tolist()


def test_a_character_on_which_an_engine_differs_is_avoided() -> None:
    know()
    verdict = calibrate(local(), (differing_on("\u061d"),))
    assert verdict.engine == "made-up" and verdict.avoided == "\u061d" and "1 characters" in verdict.reason


def test_a_character_to_blame_for_all_differences_on_the_test_lines_is_avoided_too() -> None:
    lines = know()
    holding = [line for line in lines if "☃" in line]
    assert "☃" in holding
    verdict = calibrate(local(), (differing_on("☃"),))
    assert verdict.engine == "made-up" and verdict.avoided == "☃"
    assert verdict.n_lines == len(lines) - len(holding)


def test_a_file_is_counted_anew_where_an_engine_differs_on_a_line_of_it(
    tmp_path: Path, only: Callable[[CountingEngine], None], capsys: pytest.CaptureFixture[str]
) -> None:
    only(differing_on("zyzzyva"))
    path = tmp_path / "lines.txt"
    path.write_text("a word and another\n" * 60_000 + "a zyzzyva\n" * 600, encoding="utf-8")
    assert main(["count", "--tokenizer", "builtin:graphemes", "--file", str(path), "--per-line", "--json"]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["tokens"] == 60_000 * 18 + 600 * 9 and found["per_line"] == [18] * 60_000 + [9] * 600
    assert "made-up 1.0 differed" in said.err
    _, verdict = fast_counter(local())
    assert verdict.engine == REFERENCE


def test_a_piece_is_counted_anew_where_an_engine_differs_on_a_line_of_it(
    only: Callable[[CountingEngine], None],
) -> None:
    only(differing_on("zyzzyva"))
    counts = count_piece(local(), ["a zyzzyva"] * 100, "piece", fast=True)
    assert set(counts.tokens.tolist()) == {9} and "differed" in counts.reason


@pytest.mark.parametrize(("speed", "n_calls"), [(0.33, 4), (1.1, 20), (20, 40)])
def test_a_hundredth_of_an_engines_time_goes_into_checking_it(
    speed: float, n_calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer, checked = local(), list[str]()

    def reference(texts: Sequence[str]) -> Counts:
        checked.extend(texts)
        return Counts(np.array([len(text) for text in texts], np.int32), np.zeros(len(texts), np.int32))

    monkeypatch.setattr(tokenizer, "count", reference)
    count = watched(beside_reference(tokenizer, reference, [], 10**9), speed)
    texts = ["a" * 99] * 1_000
    n_checked = []
    for _ in range(n_calls):
        checked.clear()
        count(texts)
        n_checked.append(sum(map(len, checked[len(texts) :])))
    assert 30_000 <= n_checked[0] < 31_000 + 0.005 / speed * 99_000 and min(n_checked) >= 200
    share = max(0.005 / speed * 99_000, 200)  # characters of a call
    assert sum(n_checked[1:]) == pytest.approx(share * (n_calls - 1), abs=5_000 + 99 * n_calls)


@needs_data
def test_the_count_of_a_line_does_not_depend_on_the_size_of_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastest, "_ENOUGH", 0)  # an engine that agrees is used, however busy the machine is
    tokenizer = open_tokenizer(f"file:{TOKENIZERS / 'wordpiece/bert-base-cased.vocab.txt'}")
    assert isinstance(tokenizer, LocalTokenizer)
    count, verdict = fast_counter(tokenizer)
    lines = ["100 \u20c1", "x \u0378 y", "a\u061db", "x \u2581\u2581 y", "ⅶ濽", "\ue000\x07"] + [
        f"{a}{chr(c)}{b}" for c in range(0x80, 0x3300) for a, b in (("1", "1"), ("a", " "))
    ]
    assert verdict.engine != REFERENCE
    assert count(lines).tokens.tolist() == tokenizer.count(lines).tokens.tolist()


def test_a_panic_of_an_engine_is_not_seen(capfd: pytest.CaptureFixture[str]) -> None:
    def panicking(texts: Sequence[str]) -> Counts:
        os.write(2, b"thread '<unnamed>' panicked at src/model.rs:1\n")
        raise ValueError("no")

    assert "failed on a line" in calibrate(local(), (made_up(panicking),)).reason
    assert beside_reference(local(), panicking, [], 100)(["abc"]).tokens.tolist() == [3]
    assert capfd.readouterr().err == ""
