"""Opens models of the Hub in a process whose environment says where that is.

Each process is forked from one that has imported torch, with what transformers imports of it: most of such a process's
time. It has not imported huggingface_hub, which reads the environment when it is.
"""

import io
import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

SECONDS = 240  # only so that nothing hangs for ever
Client = Callable[[dict[str, str], tuple[str, ...], str], tuple[list[dict[str, Any]], str]]


@contextmanager
def clients() -> Iterator[Client]:
    """Opens specs in a process with this environment and scores a text: what is told of each, and what was printed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["torch", "torch._dynamo", "torch.distributed.tensor", "scipy.optimize"])
    with context.Pool(1, maxtasksperchild=1) as pool:
        yield lambda *asked: pool.apply_async(_opened, asked).get(SECONDS)


def _opened(environment: dict[str, str], specs: tuple[str, ...], text: str) -> tuple[list[dict[str, Any]], str]:
    os.environ.clear()
    os.environ.update(environment)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        told = [_told(spec, text) for spec in specs]
    return told, printed.getvalue()


def _told(spec: str, text: str) -> dict[str, Any]:
    from core.common.errors import UserError
    from core.common.progress import listening
    from core.lab.submission import _at_commit
    from core.models.load import open_model, outline
    from core.models.origin import licence_on_hub
    from core.models.score import score

    heard: list[tuple[float, float, str]] = []
    look = spec.removeprefix("look:")
    try:
        with listening(lambda done, total, stage: heard.append((done, total, stage))):
            model = open_model(spec, device="cpu") if look == spec else outline(look, device="cpu")
        told = {
            "licence": licence_on_hub(look),
            "repository": model.origin.repository,
            "name": model.name,
            "spec": model.spec,
            "notes": model.notes,
            "fingerprint": model.fingerprint,
            "pinned": _at_commit(look, model),
            **({"bits": score(model, [text]).bits_per_byte} if look == spec else {}),
        }
    except UserError as error:
        told = {"error": str(error)}
    return {**told, "heard": heard}
