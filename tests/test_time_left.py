"""How long a job will take, told from progress that was recorded of real ones; no clock runs here."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from core.jobs.job import KINDS, Job, State
from core.jobs.runner.run import Run

# Seconds since it was submitted, and pieces done: a SentencePiece model of the user's, counted on FLORES-200 in 204
# languages on two busy cores. The first pieces came when text, tokenizer and engines were ready.
RECORDED = [
    *[(7.47, 0), (13.5, 3), (14.11, 7), (14.62, 11), (15.13, 16), (15.76, 19), (16.27, 22), (16.9, 25), (17.41, 27)],
    *[(17.93, 30), (18.54, 32), (19.06, 34), (19.58, 36), (20.09, 38), (20.61, 40), (21.12, 42), (21.74, 45)],
    *[(22.25, 47), (22.78, 49), (23.29, 51), (23.92, 54), (24.54, 56), (25.06, 59), (25.58, 61), (26.11, 63)],
    *[(26.72, 66), (27.25, 71), (27.77, 74), (28.28, 78), (28.81, 82), (29.32, 86), (29.84, 89), (30.36, 93)],
    *[(30.87, 97), (31.49, 102), (32.12, 105), (32.63, 109), (33.25, 114), (33.78, 119), (34.29, 125), (34.9, 131)],
    *[(35.42, 135), (35.93, 141), (36.44, 147), (37.15, 153), (37.67, 159), (38.21, 164), (38.72, 169), (39.23, 176)],
    *[(39.85, 181), (40.38, 186), (40.89, 192), (41.4, 202), (41.92, 204)],
]
PIECES, SENTENCES = 204, 2009.0


def new_run(**more: object) -> Run:
    job = Job("k", "count", "", {}, (), State.RUNNING, 1, 0, 0, "", None, None, 0.0, "", "", 1, 0.0, None, ("ann",))
    return Run(replace(job, **more), KINDS.get("count"), started=0.0)  # type: ignore[arg-type]


def replayed(run: Run, kept: int = 0) -> Iterator[tuple[float, float]]:
    """(seconds, share done) at every look, while a run goes as the recorded one."""
    for seconds, done in RECORDED:
        run.clock = lambda seconds=seconds: seconds  # type: ignore[misc]
        if run.sizes is None:
            run.planned([[f"piece {n}", SENTENCES, n < kept] for n in range(PIECES + kept)])
        for n in range(kept, kept + done):
            run.unit_finished(n)
        run.observe()
        yield seconds, run.done / run.total


def test_from_a_twentieth_on_the_time_left_is_told_within_a_factor_of_two() -> None:
    run, end, told = new_run(), RECORDED[-1][0], 0
    for seconds, share in replayed(run):
        left = end - seconds
        if share >= 0.05 and left >= 1:
            assert run.remaining is not None and left / 2 < run.remaining < left * 2, (seconds, run.remaining, left)
            told += 1
    assert told > 40


def test_nothing_is_said_before_there_is_progress_to_tell_it_from() -> None:
    run = new_run()
    looks = replayed(run)
    next(looks)
    assert run.remaining is None  # nothing is done
    next(looks)
    assert run.remaining is None  # how long the first pieces took says nothing: engines were tried then


@pytest.mark.parametrize("kept", [0, 50])
def test_what_an_earlier_attempt_counted_does_not_make_this_one_quick(kept: int) -> None:
    fresh, resumed = new_run(), new_run(seconds=100.0)
    for _ in zip(replayed(fresh), replayed(resumed, kept), strict=True):
        assert resumed.remaining == pytest.approx(fresh.remaining)
