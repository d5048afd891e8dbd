"""What tests run in a sandbox: `python -m tests.sandbox_child PARENT WHAT …`."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from core.common.errors import UserError
from core.common.sandbox import landlock, seccomp
from core.common.sandbox.confine import _drop_capabilities, confine, unreadable_by_others
from core.common.sandbox.limits import ProcessLimits, die_with_parent, end_after

_PR_GET_DUMPABLE = 3


def environment() -> None:
    print(json.dumps(dict(os.environ)))


def write_without_end() -> None:
    while True:
        print("x" * 2**16)


def sleep() -> None:
    time.sleep(600)


def close_output_and_stay() -> None:
    print("done", flush=True)
    os.close(1)
    time.sleep(600)


def leave_forks_behind(file: str) -> None:
    """Start a process that leaves the session, and note both ids."""
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    Path(file).write_text(f"{os.getpid()} {left.pid}")


def leave_forks_behind_and_stay(file: str) -> None:
    leave_forks_behind(file)
    time.sleep(600)


def leave_forks_behind_and_write(file: str) -> None:
    leave_forks_behind(file)
    write_without_end()


def spin() -> None:
    end_after(0.2, 0)
    while True:
        pass


def hang() -> None:
    end_after(0, 0.2)
    time.sleep(60)


def crash() -> None:
    print("so far", flush=True)
    print("why it ended", file=sys.stderr, flush=True)
    os.abort()


def over_limits(file: str) -> None:
    """Say which limits hold."""
    ProcessLimits(address_mb=1000, writes=False, n_files=64).apply()
    print(json.dumps([_refused(lambda: bytearray(2 * 2**30)), _refused(lambda: Path(file).write_text("a"))]), end="")
    print(json.dumps(_refused(lambda: [os.dup(0) for _ in range(100)])))


def _refused(attempt: object) -> str:
    assert callable(attempt)
    try:
        attempt()
    except (MemoryError, OSError) as error:
        return type(error).__name__
    return ""


def attempts(folder: Path, port: int) -> dict[str, str]:
    """What a stranger's code would try in this process, and how each ended: "" if it went through.

    Args:
        folder: of the test, with the files `own`, `token`, `other` and `program`.
        port: somebody listens here.
    """
    token, other, parent = folder / "token", folder / "other", os.getppid()

    def connect(family: int, kind: int, place: object) -> None:
        with socket.socket(family, kind) as made:
            made.connect(place)

    def fork() -> None:
        if not (child := os.fork()):
            os._exit(0)
        os.waitpid(child, 0)

    def thread() -> None:
        done = threading.Event()
        threading.Thread(target=done.set).start()
        assert done.wait(60)

    tried: dict[str, Callable[[], object]] = {
        "start a thread": thread,
        "read its own environment": lambda: Path("/proc/self/environ").read_bytes(),
        "read the code": lambda: Path(__file__).parents[1].joinpath("core", "__main__.py").read_bytes(),
        "read the environment of its parent": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "read the memory of its parent": lambda: Path(f"/proc/{parent}/mem").open("rb").close(),
        "read a token": token.read_text,
        "read a token by way of /proc": lambda: Path(f"/proc/self/root{token}").read_text(),
        "list a folder": lambda: list(folder.iterdir()),
        "list the processes": lambda: list(Path("/proc").iterdir()),
        "connect by TCP": lambda: connect(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port)),
        "connect by TCP on IPv6": lambda: connect(socket.AF_INET6, socket.SOCK_STREAM, ("::1", port)),
        "connect by UDP": lambda: connect(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port)),
        "connect on this machine": lambda: connect(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
        "speak through a pair": socket.socketpair,
        "fork": fork,
        "start a program": lambda: subprocess.run(["/bin/true"], check=True),
        "spawn a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "become another program": lambda: os.execv(folder / "program", ["program"]),  # no program, for who may try
        "signal its parent": lambda: os.kill(parent, 0),
        "bound its parent": lambda: _bound(parent),
        "make a file": (folder / "new").touch,
        "make a file that is open to write": lambda: os.open(folder / "newer", os.O_CREAT | os.O_WRONLY),
        "write a file": lambda: os.open(other, os.O_WRONLY),
        "empty a file": lambda: os.truncate(other, 0),
        "rename a file": lambda: other.rename(folder / "renamed"),
        "delete a file": other.unlink,
        "link a file": lambda: os.link(token, folder / "link"),
        "make a link": lambda: (folder / "symlink").symlink_to(token),
        "make a folder": (folder / "folder").mkdir,
        "change who may read a file": lambda: token.chmod(0o644),
        "change whose a file is": lambda: os.chown(token, 1, 1),
        "change a file's date": lambda: os.utime(token, (0, 0)),
        "name a file's attribute": lambda: os.setxattr(token, "user.a", b"b"),
    }
    return {what: _refused(attempt) for what, attempt in tried.items()}


def _bound(pid: int) -> None:
    import resource

    resource.prlimit(pid, resource.RLIMIT_CORE, resource.prlimit(pid, resource.RLIMIT_CORE))


def _tell(folder: Path, port: str) -> None:
    tried = {"read its file": _refused((folder / "own").read_text), **attempts(folder, int(port))}
    print("\n" + json.dumps(tried), file=sys.stderr, flush=True)


def confined(folder: str, port: str) -> None:
    confine([Path(folder) / "own"])
    _tell(Path(folder), port)


def confined_by_seccomp(folder: str, port: str) -> None:
    landlock.version = lambda: 0  # type: ignore[assignment]
    confined(folder, port)


def confined_by_landlock(folder: str, port: str) -> None:
    seccomp.here = lambda: False  # type: ignore[assignment]
    confined(folder, port)


def in_tokenizer_process(folder: str, port: str) -> None:
    """A reader of tokenizers that makes the attempts."""
    from core.tokenizers import catalog
    from core.tokenizers.isolation import server

    def stand_in(files: object) -> None:
        _tell(Path(folder), port)
        raise UserError("That was all.")

    catalog.open_files = stand_in  # type: ignore[assignment]
    server.main(2048)


def in_template_process(folder: str, port: str) -> None:
    """A renderer of chat templates that makes the attempts."""
    from core.tokenizers.chat import template

    template.render = lambda **request: str(_tell(Path(folder), port))
    template.main(sys.stdin.buffer.read, sys.stdout.write)


def in_facts_process(folder: str, port: str) -> None:
    """A reader of corpora that makes the attempts."""
    from core.corpora import reading_process

    def stand_in(path: Path, spec: str) -> None:
        _tell(Path(folder), port)
        raise UserError("That was all.")

    reading_process.open_path = stand_in  # type: ignore[assignment]
    reading_process.main("facts", "file:own", str(Path(folder) / "own"))


def show_environment_of_parent() -> None:
    _drop_capabilities()  # as any user's process
    print(_refused(Path(f"/proc/{os.getppid()}/environ").read_bytes))


def be_unreadable() -> None:
    """Say whether another process of the user reads this one's environment: before, and after."""
    _drop_capabilities()
    reader = [sys.executable, "-P", "-m", "tests.sandbox_child", str(os.getpid()), "show_environment_of_parent"]
    before = subprocess.run(reader, check=True, capture_output=True, text=True).stdout.strip()
    unreadable_by_others()
    print([before, subprocess.run(reader, check=True, capture_output=True, text=True).stdout.strip()])


def dumpable(what: str) -> None:
    """Say whether the server, or the daemon, is dumpable once it has begun."""
    import asyncio

    import app
    from core.jobs.runner import daemon

    async def serve() -> None:
        async with app._lifespan(app.app):
            pass

    def no_store() -> None:
        raise UserError("It need not go on.")

    app._warm = lambda: None
    daemon.store = no_store  # type: ignore[assignment]
    with suppress(UserError):
        asyncio.run(serve()) if what == "server" else daemon.main(Path())
    print(ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0))


if __name__ == "__main__":
    die_with_parent(int(sys.argv[1]))
    globals()[sys.argv[2]](*sys.argv[3:])
