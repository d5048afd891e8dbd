"""A tokenizer in a process of its own answers like one in this process, and its misfortunes stay its own."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.common.errors import TookTooLong, UnreadableFile, UserError
from core.common.memory import resident_bytes
from core.common.sandbox.interest import while_wanted
from core.common.sandbox.pipes import Pipes
from core.common.settings import settings as chosen
from core.tokenizers.catalog import open_path, open_tokenizer
from core.tokenizers.isolation import client, wire
from core.tokenizers.isolation import pool as isolation
from core.tokenizers.isolation.client import TokenizerProcess
from core.tokenizers.isolation.pool import IsolatedTokenizer, vet
from core.tokenizers.isolation.wire import PREFIX, Garbled, Message
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Explanation, Info, Specials, Stage, TokenDetails
from tests import formats
from tests.hostile import split_by

ROOT = Path(__file__).resolve().parent.parent
TEXTS = ["", "the cat", " über  den\r\nZaun 你好 🧑‍🚀 e\u0301\x00\ufeff", "<|end|>hello<|end|>", "x" * 5000]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN_ATLAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return formats.write(tmp_path / "files", formats.made("tokenizer.json BPE"))


def pid_of(tokenizer: IsolatedTokenizer) -> int:
    child = tokenizer._supervisor._process
    assert child is not None
    return child.pid


def same(a: Segmentation, b: Segmentation) -> bool:
    arrays = zip((a.ids, a.starts, a.ends, a.kinds), (b.ids, b.starts, b.ends, b.kinds), strict=True)
    return a.text == b.text and a.pieces == b.pieces and all(np.array_equal(x, y) for x, y in arrays)


@pytest.mark.parametrize("name", formats.names())
def test_answers_like_a_tokenizer_in_this_process(name: str, tmp_path: Path) -> None:
    path = formats.write(tmp_path / "files", formats.made(name))
    local = open_path("x:y", path, formats.options(name))
    isolated = IsolatedTokenizer("x:y", path, formats.options(name))
    assert isolated.info == local.info
    for text in TEXTS:
        for specials in (Specials(), Specials(add=True), Specials(parse=True)):
            assert same(isolated.segment(text, specials), local.segment(text, specials))
        assert isolated.stages(text) == local.stages(text)
    assert [c.tolist() for c in vars(isolated.count(TEXTS)).values()] == [
        c.tolist() for c in vars(local.count(TEXTS)).values()
    ]
    ids = range(local.info.n_vocabulary or 0)
    assert isolated.describe(ids) == local.describe(ids)
    some = list(ids)[:: max(1, len(ids) // 50)]
    assert isolated.decode(some) == local.decode(some)
    assert isolated.find("he", 5) == local.find("he", 5)
    assert isolated.explain("hello") == local.explain("hello")
    with pytest.raises(UserError, match="lone surrogate"):
        isolated.segment("\ud800")


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, and not for ever."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_a_crash_is_told_and_the_next_question_is_answered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = IsolatedTokenizer("x:y", path)
    before = tokenizer.segment("the cat")
    child = tokenizer._supervisor._process
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)
    os.kill(child.pid, signal.SIGSEGV)  # of which it hears once it goes on, while the question waits
    write = Pipes.write

    def written(pipes: Pipes, data: bytes, deadline: float) -> None:
        write(pipes, data, deadline)
        os.kill(child.pid, signal.SIGCONT)

    with monkeypatch.context() as patch:
        patch.setattr(Pipes, "write", written)
        with pytest.raises(UnreadableFile, match=r"crashed on this file \(SIGSEGV\)"):
            tokenizer.segment("the cat")
    assert same(tokenizer.segment("the cat"), before)
    os.kill(pid := pid_of(tokenizer), signal.SIGKILL)
    until(lambda: gone(pid))
    assert same(tokenizer.segment("the cat"), before), "one that died between questions is not even noticed"


def test_a_hang_ends_in_time(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = IsolatedTokenizer("x:y", path)
    pid = pid_of(tokenizer)
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "0.5")
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(TookTooLong, match=r"the cutting of a text was ended after 3\.5 s\. This machine may be busy"):
        tokenizer.segment("the cat")
    assert gone(pid)
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "60")
    assert len(tokenizer.segment("the cat"))


def test_waiting_for_the_processor_is_not_held_against_a_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "1")
    process = isolation._POOL.take()
    process._await_start()
    monkeypatch.setattr(isolation._POOL, "take", lambda: process)
    assert isolation._on_the_wall(1.0) == 7.0, "more than the processor time, for a machine that has others to serve"
    monkeypatch.setattr(isolation, "_on_the_wall", lambda seconds: 120.0)
    os.kill(process.pid, signal.SIGSTOP)  # as if others had the processor for more than twice the limit
    threading.Timer(2.5, os.kill, (process.pid, signal.SIGCONT)).start()
    assert len(IsolatedTokenizer("x:y", path).segment("the cat"))


def test_a_larger_file_has_more_processor_time_to_be_read(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def ask(self: TokenizerProcess, request: Message, seconds: float, wall: float) -> Message:
        asked.append(seconds)
        raise UserError("enough")

    monkeypatch.setattr(TokenizerProcess, "ask", ask)
    path.write_bytes(path.read_bytes() + b" " * 11_000_000)
    with pytest.raises(UserError, match="enough"):
        IsolatedTokenizer("x:y", path)
    assert asked[0] > 0.8 * chosen().child_seconds + 10, "an honest GGUF of 10.9 MB takes 2.3 s where nobody else works"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no RLIMIT_AS; memory is watched there instead")
def test_memory_is_limited(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_MB", "300")
    isolation._POOL.close()
    tokenizer = IsolatedTokenizer("x:y", path)
    with pytest.raises(TookTooLong, match="more than 300 MB"):
        tokenizer.segment("the cat " * 3_000_000)
    assert len(tokenizer.segment("the cat"))
    assert 10 * 2**20 < resident_bytes(pid_of(tokenizer)) < 300 * 2**20


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc to look into")
def test_knows_no_secrets(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    tokenizer = IsolatedTokenizer("x:y", path)
    isolation._POOL.close()
    tokenizer.segment("a")
    assert "hf_secret" not in Path(f"/proc/{pid_of(tokenizer)}/environ").read_text()


@pytest.mark.parametrize("busy", [False, True])
def test_ends_with_its_parent(busy: bool, path: Path, tmp_path: Path) -> None:
    # A parent killed without warning leaves no idle child, and no busy one beyond its time.
    script = """
import sys, threading, time
from pathlib import Path
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.isolation.wire import Message, texts_to_blobs
t = IsolatedTokenizer("x:y", Path(sys.argv[1]))
print(t._supervisor._process.pid, flush=True)
if sys.argv[2] == "True":  # ten seconds of work, of which one is allowed
    t._supervisor._process.ask(Message("count", {}, texts_to_blobs(["the cat " * 2_000_000])), 1, 2)
time.sleep(60)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", script, path, str(busy)], stdout=subprocess.PIPE, text=True, env=environment
    ) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        time.sleep(0.5 if busy else 0.0)  # in which it begins; if it does not, this is as when it is idle
        parent.kill()
    until(lambda: gone(pid))


def gone(pid: int) -> bool:
    """Whether a process ended; one that nobody has asked about yet counts as ended."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"
    said = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not said.strip() or said.startswith("Z")


def test_many_threads_and_tokenizers_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "MAX_ALIVE", 2)  # fewer than tokenizers: they make room for each other
    paths = [formats.write(tmp_path / n, formats.made(n)) for n in formats.names()[:4]]
    isolated = [IsolatedTokenizer("x:y", p) for p in paths]
    expected = [[open_path("x:y", p).segment(t) for t in TEXTS] for p in paths]

    def ask(n: int) -> bool:
        which, text = n % len(paths), n // len(paths) % len(TEXTS)
        return same(isolated[which].segment(TEXTS[text]), expected[which][text])

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(40)))
    assert sum(t._supervisor._process is not None for t in isolated) <= 2


def test_one_that_was_asked_while_room_was_made_makes_room_once_it_has_answered(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the limit stayed until the next one came, when those used least were asked just then."""
    monkeypatch.setattr(isolation, "MAX_ALIVE", 1)
    asked, other = IsolatedTokenizer("x:y", path), IsolatedTokenizer("x:y", path)

    def meanwhile(_: object) -> str:
        with ThreadPoolExecutor(1) as elsewhere:
            elsewhere.submit(other.segment, "the cat").result()
        return "answered"

    assert asked._supervisor.ask(Message("count", {}, wire.texts_to_blobs(["the cat"])), 7, meanwhile) == "answered"
    assert [t._supervisor._process is not None for t in (asked, other)] == [True, False]


def test_idle_and_forgotten_processes_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = IsolatedTokenizer("x:y", path)
    pid = pid_of(tokenizer)
    pool = isolation._Pool()  # its own sweeper, with these seconds
    monkeypatch.setattr(isolation, "_POOL", pool)
    with monkeypatch.context() as patch:
        patch.setattr(isolation, "IDLE_SECONDS", 0.2)
        pool.add(tokenizer._supervisor)
        until(lambda: gone(pid))
    assert len(tokenizer.segment("the cat"))
    pid = pid_of(tokenizer)
    del tokenizer
    gc.collect()
    assert gone(pid)
    pool.close()


def test_vetting_is_remembered_by_content(path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = vet(path)
    assert info == open_path(f"file:{path}", path).info
    started = []
    monkeypatch.setattr(isolation._POOL, "take", lambda: started.append(1) or TokenizerProcess(500))
    assert vet(path) == info and not started
    (record,) = (home / "vetted").iterdir()
    record.write_text(record.read_text().replace('"tokenizers": "', '"tokenizers": "9'))
    assert vet(path) == info and len(started) == 1, "other libraries: tried again"
    record.write_text("{half")
    assert vet(path) == info and len(started) == 2, "a damaged record is no record"
    path.write_bytes(formats.made("tokenizer.json WordPiece")["tokenizer.json"])
    assert vet(path) != info and len(started) == 3
    assert open_tokenizer(f"file:{path}").info.fingerprint == vet(path).fingerprint


INFO = Info("a:b", "l", "s", "0" * 16, None, "BPE", "r", specials=(("<a>", 1),), notes=("é",))
VALUES = (INFO, [Stage("Model", "d", ("a", "b\u202e"))], Explanation("BPE", "x"))


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_values_survive_the_wire(value: object) -> None:
    assert (
        wire.message_to_value(wire.value_to_message("x", value), list[Stage] if value == VALUES[1] else type(value))
        == value
    )


def test_details_survive_the_wire() -> None:
    details = [TokenDetails(1, b"\xff\x00", "", ""), TokenDetails(7, b"", "é", "rank 3", 3)]
    assert wire.message_to_details(wire.details_to_message(details), [1, 7]) == details


def test_what_was_found_survives_the_wire_and_no_more_than_was_asked_for() -> None:
    found = [TokenDetails(1, b"\xff\x00", "", ""), TokenDetails(7, b"", "é", "rank 3", 3)]
    assert wire.message_to_found(wire.found_to_message(found), 2) == found
    with pytest.raises(Garbled):
        wire.message_to_found(wire.found_to_message(found), 1)


def test_half_a_surrogate_pair_from_a_file_becomes_a_question_mark() -> None:
    sent = wire.value_to_message("explain", Explanation("BPE", "a\ud800"))
    assert wire.message_to_value(sent, Explanation) == Explanation("BPE", "a?")


def refused(kind: type, blob: bytes) -> str:
    with pytest.raises(Garbled) as caught:
        wire.message_to_value(Message("x", {}, [blob]), kind)
    return str(caught.value)


@pytest.mark.parametrize(
    "nonsense",
    [None, 5, [], "x", {}, [1] * 13, ["a"] * 13, [["a"]] * 13, [*["a:b", "l", "s", "f"], True, *["x"] * 8]],
)
def test_nonsense_is_refused(nonsense: object) -> None:
    refused(Info, json.dumps(nonsense).encode())
    refused(list[Stage], json.dumps([nonsense]).encode())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n_vocabulary", True),
        ("n_vocabulary", "5"),
        ("n_vocabulary", 5.5),
        ("label", 5),
        ("label", None),
        ("label", "\ud800"),
        ("notes", "ab"),
        ("notes", {"0": "a"}),
        ("specials", [["<a>"]]),
        ("specials", [["<a>", 1, 2]]),
    ],
)
def test_one_field_of_another_type_is_refused_by_name(field: str, value: object) -> None:
    said = refused(Info, json.dumps({**asdict(INFO), field: value}).encode())
    assert field in said or "Invalid JSON" in said


@pytest.mark.parametrize("blob", [b"", b"{", b"\xff", b"[" * 100_000, b'[{"name": "\xff"}]', b"NaN"])
def test_what_is_no_json_is_refused(blob: bytes) -> None:
    refused(list[Stage], blob)


def test_reading_ends_at_the_first_of_many_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(list[Stage], b"[" + b"1," * 100_000 + b"1]").startswith("0: ")
    many = json.dumps([{"name": "a", "detail": "", "pieces": [1] * 100_000}]).encode()
    assert refused(list[Stage], many).startswith("0.pieces.0: ")
    monkeypatch.setattr(wire, "MOST_JSON", 100)
    assert "size" in refused(list[Stage], many)


def test_the_process_of_a_tokenizer_writes_without_what_reads() -> None:
    code = (
        "import sys; from core.tokenizers.isolation import server, wire; wire.value_to_message('x', None); "
        "from core.tokenizers.tokenizer import Stage; wire.value_to_message('x', [Stage('a', 'b', ('c',))]); "
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_segmentation_outside_its_text_is_refused() -> None:
    def message(starts: list[int], ends: list[int], kinds: tuple[int, ...] = (0, 0)) -> Message:
        ints = [np.array(v, np.int32).tobytes() for v in ([1, 2], starts, ends)]
        return Message(
            "segmentation", {"n_added": 0}, [*ints, bytes(kinds), np.array([1, 1], np.int32).tobytes(), b"ab"]
        )

    assert len(wire.message_to_segmentation(message([0, 1], [1, 2]), b"ab")) == 2
    for bad in ([0, 1], [1, 3]), ([1, 0], [2, 1]), ([-1, 1], [1, 2]), ([0, 1], [2, 2]), ([0], [1]):
        with pytest.raises(Garbled):
            wire.message_to_segmentation(message(*bad), b"ab")
    with pytest.raises(Garbled):
        wire.message_to_segmentation(message([0, 1], [1, 2], (0, 9)), b"ab")


@given(st.binary(max_size=200), st.binary(max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_a_message_or_garbled(head: bytes, body: bytes) -> None:
    for attempt in (head, b"[" * 100_000, json.dumps(["x", {}, [len(body)]]).encode()):
        with suppress(Garbled):
            wire.message_to_segmentation(wire.unpacked(attempt, body), b"")


def test_a_child_that_claims_a_huge_answer_is_ended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = IsolatedTokenizer("x:y", path)
    monkeypatch.setattr("core.tokenizers.isolation.client.ANSWER_BYTES", 10)
    with pytest.raises(UnreadableFile, match="answered nonsense"):
        tokenizer.segment("the cat")
    assert PREFIX.size == 12


def test_work_on_a_text_ends_with_the_interest_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(BaseException):
        """As Streamlit calls off the run of a tab that was closed."""

    def check() -> None:
        raise Gone

    monkeypatch.setattr(client, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setenv("TOKEN_ATLAS_CHILD_SECONDS", "60")
    tokenizer = IsolatedTokenizer("x:y", formats.write(tmp_path / "files", split_by("(z+)+q")()))
    process = tokenizer._supervisor._process
    assert process
    with pytest.raises(Gone), while_wanted(check):
        tokenizer.segment(("z" * 21 + "! ") * 2_000)
    assert not process.alive
    assert len(tokenizer.segment("the cat")), "the next question starts it again"


def test_an_answer_that_comes_soon_is_waited_for_whatever_happens(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> None:
        raise AssertionError("asked although the answer comes within a moment")

    monkeypatch.setattr(client, "PATIENCE_SECONDS", 600.0)
    tokenizer = IsolatedTokenizer("x:y", path)
    before = pid_of(tokenizer)
    with while_wanted(check):
        tokenizer.segment("the cat sat")
    assert pid_of(tokenizer) == before


def test_its_process_gives_way_to_the_server(path: Path) -> None:
    tokenizer = IsolatedTokenizer("x:y", path)
    pid = pid_of(tokenizer)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    assert Path(f"/proc/{pid}/oom_score_adj").read_text().strip() == "1000"
