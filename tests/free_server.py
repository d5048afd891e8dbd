"""A server that a test starts: a port for it, and its answer once it has one."""

import socket
import subprocess
import time
import urllib.request


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def answer(address: str, server: subprocess.Popen[bytes]) -> bytes:
    """What it answers, however long it takes to start; AssertionError where it ends instead."""
    while server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=60) as page:
                content: bytes = page.read()
                return content
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server ended")
