"""What a server that a test starts answers, once it does."""

import subprocess
import time
import urllib.request


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
