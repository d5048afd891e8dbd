"""Processes for a stranger's files run a few at a time; who comes later waits, and is told when it takes too long."""

import threading

import pytest

from core.common.errors import TookTooLong
from core.common.sandbox import turns
from core.common.sandbox.interest import while_wanted
from core.common.sandbox.turns import Turns


def test_no_more_at_a_time_than_the_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_TRIALS", "2")
    some, running, most = Turns("files"), [], []

    def work(n: int) -> None:
        with some.turn():
            running.append(n)
            most.append(len(running))
            threading.Event().wait(0.01)
            running.remove(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 12
    assert max(most) <= 2


def test_who_waits_too_long_is_told_and_a_failure_gives_its_turn_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_TRIALS", "1")
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    some = Turns("files")
    with (
        some.turn(),
        pytest.raises(TookTooLong, match=r"1 files are being looked at.*Try again in a minute"),
        some.turn(),
    ):
        pass
    with pytest.raises(ZeroDivisionError), some.turn():
        raise ZeroDivisionError
    with some.turn():
        pass


def test_one_person_leaves_a_turn_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_TRIALS", "2")
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    some = Turns("files")
    with while_wanted(lambda: None, "ann"), some.turn():
        with pytest.raises(TookTooLong, match="one fewer of the same person"), some.turn():
            pass
        with while_wanted(lambda: None, "ben"), some.turn():
            pass
