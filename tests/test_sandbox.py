"""Processes of our own: started with what they may know, bounded, heard within bounds, and ended with their kin."""

import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.common.sandbox import confine, landlock, seccomp
from core.common.sandbox.answer import Answer, answer
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import bare_environment, environment_without_secrets, whole_environment
from core.tokenizers.isolation import wire

ROOT = Path(__file__).parents[1]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a limit or a signal that only Linux has")


def asked(*what: str, seconds: float = 60, most_bytes: int = 2**20, **more: object) -> Answer:
    chosen = {"environment": bare_environment(), "folder": "/", **more}
    return answer("tests.sandbox_child", *what, seconds=seconds, most_bytes=most_bytes, **chosen)  # type: ignore[arg-type]


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def soon(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 120
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_no_other_module_of_core_starts_python() -> None:
    starts = re.compile(r"sys\.executable|RLIMIT|setitimer|PR_SET_PDEATHSIG|os\.fork\(|multiprocessing")
    found = {
        str(path.relative_to(ROOT)) for path in (ROOT / "core").rglob("*.py") if starts.search(path.read_text("utf-8"))
    }
    assert {path for path in found if not path.startswith("core/common/sandbox/")} == set()


@pytest.mark.parametrize("environment", [bare_environment, environment_without_secrets, whole_environment])
def test_a_process_knows_what_its_environment_says_and_no_more(
    environment: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_TOKEN", "PROXY_PASSWORD", "OF_NO_INTEREST"):
        monkeypatch.setenv(name, "a-value-of-mine")
    known = json.loads(asked("environment", environment=environment()).output)
    there = {"bare_environment": set(), "environment_without_secrets": {"OF_NO_INTEREST"}}
    usual = {"HF_TOKEN", "PROXY_PASSWORD", "OF_NO_INTEREST"}
    assert usual & set(known) == there.get(environment.__name__, usual)
    if environment is bare_environment:
        assert set(known) - set(bare_environment()) <= {"LC_CTYPE"}  # which Python sets itself


def test_an_answer_has_a_length() -> None:
    with pytest.raises(AnswerTooLong):
        asked("write_without_end")


@pytest.mark.parametrize("what", ["sleep", "close_output_and_stay"])
def test_an_answer_has_a_deadline(what: str) -> None:
    with pytest.raises(DeadlinePassed):
        asked(what, seconds=1, question=bytes(2**20))  # more than fits a pipe that nobody reads


def test_an_end_takes_what_was_started_with_it(tmp_path: Path) -> None:
    with pytest.raises(AnswerTooLong):
        asked("leave_forks_behind_and_write", str(tmp_path / "ids"))
    assert all(soon(lambda pid=int(pid): ended(pid)) for pid in (tmp_path / "ids").read_text().split())


def test_a_crash_is_told_with_what_was_said() -> None:
    assert asked("crash") == Answer(b"so far\n", b"why it ended\n", -signal.SIGABRT)


@pytest.mark.parametrize(("what", "number"), [("spin", signal.SIGPROF), ("hang", signal.SIGALRM)])
def test_the_kernel_keeps_the_time(what: str, number: signal.Signals) -> None:
    assert asked(what).status == -number


@LINUX
def test_limits_hold(tmp_path: Path) -> None:
    assert asked("over_limits", str(tmp_path / "file")).output == b'["MemoryError", "OSError"]"OSError"\n'


@LINUX
def test_a_process_ends_with_the_one_that_asks(tmp_path: Path) -> None:
    script = f"from tests.test_sandbox import asked; asked('leave_forks_behind_and_stay', {str(tmp_path / 'ids')!r})"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as asking:
        assert soon(lambda: (tmp_path / "ids").exists() and " " in (tmp_path / "ids").read_text())
        asking.kill()
    child, grandchild = map(int, (tmp_path / "ids").read_text().split())
    assert soon(lambda: ended(child))
    os.kill(grandchild, signal.SIGKILL)  # left the session and is not marked: not held back, as the package says


ALLOWED = {"start a thread", "read its own environment", "read the code", "read its file"}
LOOKS = {"read", "list"}


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder with a file that a process is to read, and three that are none of its business."""
    for name in ("own", "token", "other", "program"):
        (tmp_path / name).write_text("hf_not_for_you")
    (tmp_path / "program").chmod(0o755)
    return tmp_path


def looks_of(folder: Path) -> dict[str, tuple[float, ...]]:
    stats = {path.name: path.lstat() for path in folder.iterdir()}
    return {
        name: (stat.st_mode, stat.st_uid, stat.st_size, stat.st_mtime, stat.st_nlink) for name, stat in stats.items()
    }


def tried(what: str, private: Path, question: bytes = b"") -> dict[str, str]:
    """How each attempt of a stand-in ended, "" for what went through; what it could have changed is as it was."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as near:
        near.bind(str(private / "socket"))
        near.listen()
        before = looks_of(private)
        said = asked(what, str(private), str(server.getsockname()[1]), question=question)
    outcome: dict[str, str] = json.loads(next(line for line in said.said.splitlines() if line.startswith(b"{")))
    if "landlock" not in what:
        assert looks_of(private) == before
    return outcome


def went_through(outcome: dict[str, str]) -> set[str]:
    return {what for what, error in outcome.items() if not error}


@LINUX
@pytest.mark.parametrize(
    ("what", "reads"), [("in_tokenizer_process", True), ("in_template_process", False), ("in_facts_process", True)]
)
def test_what_takes_over_a_process_for_strangers_data_gets_nowhere(what: str, reads: bool, private: Path) -> None:
    if confine.missing_here():
        pytest.skip(" ".join(confine.missing_here()))
    question = b""
    if what == "in_tokenizer_process":
        options: dict[str, str] = {}
        fields = {"spec": "file:own", "path": str(private / "own"), "options": options, "try": False}
        question = wire.packed(wire.Message("open", {**fields, "seconds": 60, "wall": 60}))
    elif what == "in_template_process":
        question = json.dumps({"template": "", "messages": [], "add_generation_prompt": False, "tokens": {}}).encode()
    outcome = tried(what, private, question)
    assert went_through(outcome) == (ALLOWED if reads else ALLOWED - {"read its file"})
    assert set(outcome.values()) == {"", "PermissionError"}


@LINUX
@pytest.mark.parametrize("half", ["seccomp", "landlock"])
def test_each_half_holds_without_the_other(half: str, private: Path) -> None:
    if confine.missing_here():
        pytest.skip(" ".join(confine.missing_here()))
    what_went = went_through(tried(f"confined_by_{half}", private)) - ALLOWED
    looked = {what for what in what_went if what.split()[0] in LOOKS}
    assert what_went == looked if half == "seccomp" else not looked  # what only Landlock refuses is to read


@LINUX
def test_an_environment_with_a_token_is_not_for_other_processes_of_the_user() -> None:
    assert asked("be_unreadable").output == b"['', 'PermissionError']\n"


@LINUX
@pytest.mark.parametrize("what", ["server", "daemon"])
def test_server_and_daemon_are_unreadable_to_others(what: str) -> None:
    assert asked("dumpable", what).output == b"0\n"


def verdict(code: bytes, architecture: int, number: int, *arguments: int) -> int:
    """What the filter says to a system call: runs it as the kernel would."""
    data = struct.pack("=iIQ6Q", number, architecture, 0, *(*arguments, *[0] * (6 - len(arguments))))
    at = held = 0
    while True:
        operation, if_so, if_not, value = struct.unpack_from("=HBBI", code, 8 * at)
        at += 1
        if operation == 0x06:
            return int(value)
        if operation == 0x20:
            held = struct.unpack_from("=I", data, value)[0]
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
            at += if_so if holds else if_not


@pytest.mark.parametrize(
    ("machine", "architecture", "calls"),
    [
        ("x86_64", 0xC000003E, {"read": 0, "socket": 41, "execve": 59, "openat": 257, "clone": 56, "kill": 62}),
        ("aarch64", 0xC00000B7, {"read": 63, "socket": 198, "execve": 221, "openat": 56, "clone": 220, "kill": 129}),
    ],
)
def test_the_filter_of_each_machine(machine: str, architecture: int, calls: dict[str, int]) -> None:
    code, allowed, refused = seccomp.program(machine, 7), 0x7FFF0000, 0x00050001

    def says(name: str, *arguments: int) -> int:
        return verdict(code, architecture, calls[name], *arguments)

    assert (says("read"), says("socket"), says("execve")) == (allowed, refused, refused)
    assert (says("openat", 3, 0, os.O_CLOEXEC), says("openat", 3, 0, os.O_RDWR)) == (allowed, refused)
    assert (says("clone", 0x10000 | 0x100), says("clone", 17)) == (allowed, refused)  # a thread, a process
    assert (says("kill", 7), says("kill", 8), says("kill", 2**32 - 1)) == (allowed, refused, refused)
    assert verdict(code, architecture, 435) == verdict(code, architecture, 0x40000029) == 0x00050026  # as if not there
    assert verdict(code, 0x40000003, 1) == 0x80000000  # a call in the manner of 32 bits ends the process


@pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])
def test_the_numbers_of_system_calls_are_the_kernels(machine: str, column: int) -> None:
    header = Path("/usr/include", *(("x86_64-linux-gnu/asm/unistd_64.h",), ("asm-generic/unistd.h",))[column])
    if not header.exists():
        pytest.skip(f"The kernel's headers are not installed: {header}.")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()))
    some = (seccomp._OPEN, seccomp._OPENAT, seccomp._CLONE, seccomp._KILL, seccomp._TGKILL, seccomp._PRLIMIT)
    names = zip(("open", "openat", "clone", "kill", "tgkill", "prlimit64"), some, strict=True)
    ours = {name: numbers[machine] for name, numbers in names if machine in numbers}
    ours |= {name: numbers[column] for name, numbers in seccomp._REFUSED.items() if numbers[column] is not None}
    assert {name: int(known[name]) for name in ours} == ours
    assert set(known) & set(seccomp._REFUSED) == set(ours) & set(seccomp._REFUSED)


def test_what_the_system_lacks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    monkeypatch.setattr(seccomp, "here", lambda: False)
    assert [sentence.split(" here")[0] for sentence in confine.missing_here.__wrapped__()] == [
        "There is no Landlock",
        "There is no seccomp",
    ]


@pytest.mark.parametrize("environment", [bare_environment, environment_without_secrets, whole_environment])
def test_the_reason_of_an_end_is_not_pushed_out_by_a_backtrace(
    environment: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    assert json.loads(asked("environment", environment=environment()).output)["RUST_BACKTRACE"] == "0"
