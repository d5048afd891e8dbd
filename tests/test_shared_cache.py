"""The cache that sessions share: bounded by bytes, one load per key, nothing taken from under its user."""

import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.common.errors import UserError
from core.jobs import shared_cache
from core.jobs.footprint import footprint
from core.jobs.shared_cache import SharedCache
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.uploads import keep_upload
from tests.jobs_home import until
from tests.tiny import byte_level_bpe

ROOT = Path(__file__).parents[1]
KB = 1024


class Block:
    """Something of a size that can be watched as it goes."""

    def __init__(self, n_bytes: int) -> None:
        self.held_bytes = n_bytes


def cache(ceiling: int = 1000 * KB, measured: int = 0) -> SharedCache:
    return SharedCache(lambda: ceiling, lambda: measured)


@pytest.fixture(autouse=True)
def looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_cache, "CHECK_EVERY", 0.0)


def test_what_was_not_used_for_longest_makes_room() -> None:
    shared = cache()
    for n in range(3):
        shared.get(("block", n), lambda: Block(300 * KB))
    shared.get(("block", 0), lambda: pytest.fail("it is here"))
    shared.get(("block", 3), lambda: Block(300 * KB))
    loads: list[int] = []
    shared.get(("block", 0), lambda: loads.append(0) or Block(0))
    shared.get(("block", 1), lambda: loads.append(1) or Block(0))
    assert loads == [1]
    assert shared.held <= shared.ceiling


def test_what_has_left_counts_until_its_last_user_lets_go() -> None:
    shared = cache()
    first = shared.get(("block", 1), lambda: Block(600 * KB))
    second = shared.get(("block", 2), lambda: Block(600 * KB))
    assert shared.counts() == {"block": 1}
    assert shared.held >= 1200 * KB
    del first
    gc.collect()
    assert shared.held < 700 * KB
    assert second.held_bytes == 600 * KB


def test_a_value_that_grows_is_measured_again() -> None:
    shared = cache()
    old, growing = shared.get(("block", 1), lambda: Block(300 * KB)), shared.get(("block", 2), lambda: Block(300 * KB))
    del old
    growing.held_bytes = 900 * KB
    shared.get(("block", 3), lambda: Block(10 * KB))
    gc.collect()
    assert shared.held < 920 * KB
    assert ("block", 1) not in shared._entries


def test_what_the_server_takes_besides_is_taken_off_the_ceiling() -> None:
    assert cache(1000, measured=0).budget == 1000
    assert cache(1000, measured=600).budget == 400
    assert cache(1000, measured=5000).budget == 250  # a quarter is always left


def test_most_of_a_kind() -> None:
    shared = cache()
    for n in range(10):
        shared.get(("text", n), lambda: "a", most=4)
    shared.get(("other", 1), lambda: "b")
    assert shared.counts() == {"text": 4, "other": 1}


def test_many_who_ask_at_once_load_once() -> None:
    shared, loads, got = cache(), [], []

    def load() -> Block:
        loads.append(1)
        time.sleep(0.2)
        return Block(KB)

    threads = [threading.Thread(target=lambda: got.append(shared.get(("block", 1), load))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len(got) == 8 and len(set(map(id, got))) == 1


class Stopped(BaseException):
    """As Streamlit raises it in a run that is called off."""


@pytest.mark.parametrize(("error", "n_loads"), [(UserError("No such file."), 1), (Stopped(), 2)])
def test_a_failed_load_fails_for_all_and_one_called_off_is_taken_over(error: BaseException, n_loads: int) -> None:
    shared, loads, outcomes = cache(), [], []
    begun = threading.Event()

    def load() -> Block:
        loads.append(1)
        begun.set()
        if len(loads) == 1:
            waited = shared._loading["block", 1].done._cond  # type: ignore[attr-defined]
            until(lambda: bool(waited._waiters))
            raise error
        return Block(KB)

    def ask() -> None:
        try:
            outcomes.append(shared.get(("block", 1), load))
        except BaseException as raised:
            outcomes.append(raised)

    first, second = threading.Thread(target=ask), threading.Thread(target=ask)
    first.start()
    begun.wait()
    second.start()
    first.join()
    second.join()
    assert len(loads) == n_loads
    assert outcomes[0] is error
    assert (outcomes[1] is error) == isinstance(error, Exception)
    assert isinstance(shared.get(("block", 1), load), Block)  # the next one tries again


def test_an_isolated_tokenizer_counts_by_its_process_and_ends_with_its_last_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path))
    shared = cache(ceiling=10 * 2**20)
    spec = keep_upload({"tokenizer.json": byte_level_bpe().encode()})
    tokenizer = shared.get(("tokenizer", spec), lambda: open_tokenizer(spec))
    assert isinstance(tokenizer, IsolatedTokenizer)
    child = tokenizer._supervisor._process
    assert child and child.alive
    assert 15 * 2**20 < shared.held < 200 * 2**20
    shared.get(("block", 1), lambda: Block(KB))
    assert shared.counts() == {"block": 1}
    assert tokenizer.segment("abc").n_tokens  # its user has it still
    assert child.alive
    del tokenizer
    gc.collect()
    assert not child.alive
    assert shared.held < KB + 500


def test_a_footprint_is_near_what_is_allocated() -> None:
    arrays: tuple[NDArray[np.int64], list[bytes]] = (np.zeros(100_000, np.int64), [b"%d" % n for n in range(50_000)])
    assert 800_000 + 50_000 * 44 < footprint(arrays) < 800_000 + 50_000 * 50
    tekken = footprint(open_tokenizer("mistral:tekken"))
    assert 90e6 < tekken < 130e6  # a fresh process grew by 109 MB


CEILING = """
import sys
from pathlib import Path
from core.tokenizers.catalog import open_tokenizer
from core.jobs.shared_cache import shared
from core.tokenizers.uploads import keep_upload
uploads = [keep_upload({"tokenizer.json": path.read_bytes()}) for path in sorted(Path(sys.argv[1]).glob("*.json"))]
worst = 0
for _ in range(2):
    for spec in [*uploads, "mistral:v1", "mistral:v3", "mistral:tekken_240718", "mistral:tekken"]:
        shared().get(("tokenizer", spec), lambda: open_tokenizer(spec)).segment("Hello " * 100)
        worst = max(worst, shared().measured)
print(worst, shared().ceiling, len(shared().counts()))
"""


DOORS = """
import sys
from pathlib import Path
from core.corpora.reading import read_apart
from core.corpora.uploads import keep_corpus
from core.jobs.shared_cache import shared
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.chat.chat import Turn, render_chat
from core.tokenizers.uploads import keep_upload
files = {path.name: path.read_bytes() for path in Path(sys.argv[1]).iterdir()}
spec = keep_upload({"tokenizer.json": files["tokenizer.json"], "tokenizer_config.json": files["tokenizer_config.json"]})
worst = shared().measured
for n in range(6):
    lines = b"Some words %d of it,Ein paar Worte\\n" % n * 60_000
    corpus = keep_corpus(f"{n}.csv", b"eng_Latn,deu_Latn\\n" + lines).spec
    shared().get(("corpus", corpus), lambda: read_apart(corpus))
    worst = max(worst, shared().measured)
    tokenizer = shared().get(("tokenizer", spec), lambda: open_tokenizer(spec))
    turns = (Turn("user", "\U0001f600" * (300_000 + n)),)
    shared().get(("chat", spec, turns, True), lambda: render_chat(tokenizer, turns, True))
    worst = max(worst, shared().measured)
print(worst, shared().ceiling, *sorted(shared().counts()))
"""


@pytest.mark.slow
def test_corpora_and_chats_make_room_for_each_other_under_the_ceiling(tmp_path: Path) -> None:
    """Six corpora of 120,000 sentences and six chats of 300,000 emoji; without a ceiling they take over 400 MB."""
    (tmp_path / "tokenizer.json").write_text(byte_level_bpe())
    (tmp_path / "tokenizer_config.json").write_text('{"chat_template": "{{ messages[0].content }}"}')
    environment = {**os.environ, "TOKEN_ATLAS_HOME": str(tmp_path / "home"), "TOKEN_ATLAS_MEMORY_MB": "200"}
    command = [sys.executable, "-c", DOORS, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    worst, ceiling, *kinds = done.stdout.split()
    if not int(worst):
        pytest.skip("this system does not say how much memory a process takes")
    assert set(kinds) <= {"chat", "corpus", "tokenizer"}
    assert int(worst) < int(ceiling) * 1.5


@pytest.mark.slow
def test_what_the_server_really_takes_stays_near_the_ceiling(tmp_path: Path) -> None:
    """Ten tokenizers, six of them in processes of their own, take 370 MB together; the ceiling is 200."""
    for n in range(300, 306):
        (tmp_path / f"{n}.json").write_text(byte_level_bpe(n))
    environment = {**os.environ, "TOKEN_ATLAS_HOME": str(tmp_path / "home"), "TOKEN_ATLAS_MEMORY_MB": "200"}
    command = [sys.executable, "-c", CEILING, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    worst, ceiling, n_kinds = map(int, done.stdout.split())
    if not worst:
        pytest.skip("this system does not say how much memory a process takes")
    assert ceiling == 200 * 2**20
    assert worst < ceiling * 1.5  # what is being loaded, up to 110 MB here, is there before others make room for it
    assert n_kinds == 1
