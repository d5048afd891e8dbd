"""A process that answers questions, a line of JSON each, and whose Hub is the stand-in.

huggingface_hub reads its environment when it is imported, so that the test's own process cannot be it.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.hub_server import Hub

ROOT = Path(__file__).resolve().parent.parent
_CLIENT = """
import json, sys
from core.common.errors import UserError
{imports}
for line in sys.stdin:
    asked = json.loads(line)
    try:
        told = {told}
    except UserError as error:
        told = {{"error": str(error)}}
    print(json.dumps(told), flush=True)
"""


@contextmanager
def asker(hub: Hub, home: Path, imports: str, told: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """Asks it, and gives what it tells or, under `error`, what a user would be told.

    Args:
        home: for what it keeps.
        imports: statements.
        told: an expression of `asked`, the list of what it is asked.
    """
    environment = {
        "PATH": "/usr/bin:/bin", "HF_ENDPOINT": hub.address, "HF_HOME": str(home / "hf"), "PYTHONPATH": str(ROOT),
        "TOKEN_ATLAS_HOME": str(home / "atlas"),
    }  # fmt: skip
    program = [sys.executable, "-c", _CLIENT.format(imports=imports, told=told)]
    client = subprocess.Popen(program, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(*asked: object) -> dict[str, Any]:
        assert client.stdin and client.stdout
        client.stdin.write(json.dumps(asked) + "\n")
        client.stdin.flush()
        found: dict[str, Any] = json.loads(client.stdout.readline())
        return found

    with client:
        yield ask
        assert client.stdin
        client.stdin.close()
