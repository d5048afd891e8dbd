"""Garbage in circles is collected beside the work, and what stays is not walked over again."""

import gc
import weakref
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from core.common import garbage
from core.common.garbage import Collector


class Circle:
    """Holds itself, so that only a collection ends it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def nothing_left_out() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_a_circle_is_collected() -> None:
    circle = weakref.ref(Circle())
    Collector().step()
    assert circle() is None


def test_what_survives_a_long_walk_is_left_out_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "LONG", -1.0)
    before = gc.get_freeze_count()
    Collector().step()
    assert gc.get_freeze_count() > before


def test_what_was_left_out_and_has_ended_since_is_collected_once_all_is_walked_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stays = Circle()
    circle = weakref.ref(stays)
    gc.freeze()
    del stays
    Collector().step()
    assert circle() is not None
    monkeypatch.setattr(garbage, "ALL_AGAIN", -1.0)
    Collector().step()
    assert circle() is None


def test_a_server_where_nothing_happens_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    collector, walks = Collector(), list[int]()
    monkeypatch.setattr(garbage, "_walk", lambda: walks.append(1))
    with garbage.all_stays():
        collector.step()
        collector.step()
    assert len(walks) == 1


def test_the_walks_take_a_small_share_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.0, 10.0, 10.5])  # at the start, for the next walk over all, around this walk
    clocks = SimpleNamespace(monotonic=lambda: next(times), thread_time=lambda: 0.0)
    monkeypatch.setattr(garbage, "time", clocks)  # and not that of every thread of this process
    assert Collector().step() * garbage.SHARE == pytest.approx(0.5)


def test_nothing_is_collected_while_all_stays_and_everything_after() -> None:
    with pytest.raises(ValueError, match="broken"), garbage.all_stays():
        assert not gc.isenabled()
        raise ValueError("broken")
    assert gc.isenabled()
