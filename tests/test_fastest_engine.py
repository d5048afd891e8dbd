"""The fastest engine: one counts only where it counts as the reference does."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.counting import fastest
from core.counting.calibration import calibration_lines
from core.counting.engine import CannotCount, Counter, CountingEngine
from core.counting.fastest import REFERENCE, calibrate, fast_counter
from core.text.scripts import script_shares
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Counts, LocalTokenizer
from tests.datafolder import TOKENIZERS, flores, needs_data


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    fastest.fast_counter.cache_clear()


def made_up(count: Counter) -> CountingEngine:
    return CountingEngine(key="made-up", label="made-up 1.0", build=lambda tokenizer: count)


def local() -> LocalTokenizer:
    tokenizer = open_tokenizer("builtin:graphemes")
    assert isinstance(tokenizer, LocalTokenizer)
    return tokenizer


def instantly(texts: Sequence[str]) -> Counts:
    return known[tuple(texts)] if tuple(texts) in known else local().count(texts)


known: dict[tuple[str, ...], Counts] = {}


def test_the_calibration_covers_scripts_and_traps() -> None:
    lines = calibration_lines()
    scripts = {script for line in lines for script in script_shares(line)}
    assert len(lines) >= 2000 and len(scripts) >= 60
    assert {"", " ", "a" * 500}.issubset(lines) and max(map(len, lines)) > 5_000


def test_an_engine_that_agrees_and_is_faster_is_used() -> None:
    known[calibration_lines()] = local().count(calibration_lines())
    verdict = calibrate(local(), (made_up(instantly),))
    assert verdict.engine == "made-up" and verdict.speed > 1.1 and "agreed on all" in verdict.reason


def test_one_wrong_count_on_one_line_is_enough_to_be_refused() -> None:
    def wrong(texts: Sequence[str]) -> Counts:
        counts = instantly(texts)
        tokens = counts.tokens.copy()
        tokens[len(tokens) // 2] += 1
        return Counts(tokens, counts.unknown)

    def wrong_unknown(texts: Sequence[str]) -> Counts:
        counts = instantly(texts)
        return Counts(counts.tokens, counts.unknown + (np.arange(len(texts)) == 7))

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
def test_fast_counts_are_the_counts_of_the_reference(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "60")
    tokenizer = open_tokenizer(f"file:{TOKENIZERS / name}")
    assert isinstance(tokenizer, LocalTokenizer)
    count, verdict = fast_counter(tokenizer)
    unseen = [lines[531] for lines in flores("devtest").values()]  # calibration takes every 83rd of the other split
    fast, truth = count(unseen), tokenizer.count(unseen)
    assert np.array_equal(fast.tokens, truth.tokens) and np.array_equal(fast.unknown, truth.unknown)
    assert verdict.n_lines >= 2000 or verdict.engine == REFERENCE
