"""The process that one untrusted tokenizer lives in; its `client` starts it and speaks to it over standard input.

It is in a `core.common.sandbox`: no secrets in its environment, bounded memory, and per request bounded processor and
wall time, kept by the kernel, so that native code that never returns ends even after the process that asked for it is
gone. Before it reads its one tokenizer it gives up everything but that tokenizer's files (`confine`). An idle one ends
when its standard input closes.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from core.common.errors import UserError
from core.common.sandbox.confine import confine
from core.common.sandbox.limits import ProcessLimits, end_after, give_way
from core.common.sandbox.pipes import private_pipes
from core.tokenizers.isolation import wire
from core.tokenizers.isolation.amplification import bounded_counts, bounded_ids, bounded_segmentation, bounded_stages
from core.tokenizers.isolation.vetting import try_out
from core.tokenizers.isolation.wire import Message
from core.tokenizers.tokenizer import Specials, Tokenizer

N_FILES = 128  # open at a time


def main(memory_mb: int) -> None:
    """Answer requests until standard input closes."""
    requests, replies = private_pipes()
    send(replies, Message("stage", {"text": "starting"}))
    from core.tokenizers.catalog import SOURCES

    SOURCES.all()  # before the limits: importing is ours, and may write bytecode
    give_way()
    ProcessLimits(address_mb=memory_mb, writes=False, n_files=N_FILES).apply()
    served: list[Tokenizer] = []
    send(replies, Message("ready"))
    while (request := receive(requests)) is not None:
        end_after(float(request.fields["seconds"]), float(request.fields["wall"]))
        reply = _answer(served, request, lambda stage: send(replies, Message("stage", {"text": stage})))
        end_after(0, 0)
        send(replies, reply)


def receive(pipe: BinaryIO) -> Message | None:
    """The next message, or None at the end."""
    prefix = pipe.read(wire.PREFIX.size)
    if len(prefix) < wire.PREFIX.size:
        return None
    head, body = wire.PREFIX.unpack(prefix)
    return wire.unpacked(pipe.read(head), pipe.read(body))


def send(pipe: BinaryIO, message: Message) -> None:
    """Write a message; end quietly if nobody reads any more."""
    try:
        pipe.write(wire.packed(message))
        pipe.flush()
    except BrokenPipeError:
        os._exit(0)


def _answer(served: list[Tokenizer], request: Message, entering: Callable[[str], None]) -> Message:
    try:
        if request.kind == "open":
            served[:] = [_opened(request, entering)]
            return wire.value_to_message("info", served[0].info)
        return _asked(served[0], request)
    except UserError as error:
        return Message("error", {"class": type(error).__name__, "text": str(error)})
    except MemoryError:
        return Message("error", {"class": "MemoryError", "text": ""})
    except BaseException as error:  # Rust's panics are no Exception
        return Message("error", {"class": "", "text": f"{type(error).__name__}: {error}"[:2000]})


def _opened(request: Message, entering: Callable[[str], None]) -> Tokenizer:
    from core.tokenizers.catalog import files_at, open_files

    entering("reading it")
    options = {str(key): str(value) for key, value in request.fields["options"].items()}
    spec, path = request.fields["spec"], Path(request.fields["path"])
    files = files_at(spec, path, options)  # once: a confined process lists no folder
    confine(files.paths.values())
    tokenizer = open_files(files)
    if request.fields["try"]:
        try_out(tokenizer, entering)
    return tokenizer


def _asked(tokenizer: Tokenizer, request: Message) -> Message:
    if request.kind == "segment":
        specials = Specials(bool(request.fields["add"]), bool(request.fields["parse"]))
        found = tokenizer.segment(request.blobs[0].decode(), specials)
        return wire.segmentation_to_message(bounded_segmentation(found, len(request.blobs[0])))
    if request.kind == "count":
        counts = tokenizer.count(wire.blobs_to_texts(*request.blobs))
        return wire.counts_to_message(bounded_counts(counts, len(request.blobs[0])))
    if request.kind == "encode_many":
        encoded = tokenizer.encode_many(wire.blobs_to_texts(*request.blobs))
        return wire.encoded_to_message(bounded_ids(encoded, len(request.blobs[0])))
    if request.kind == "describe":
        return wire.details_to_message(tokenizer.describe(request.fields["ids"]))
    if request.kind == "merges":
        return wire.merges_to_message(tokenizer.merges())
    if request.kind == "decode":
        return Message("bytes", {}, [tokenizer.decode(wire.blob_to_ids(request.blobs[0]))])
    if request.kind == "find":
        return wire.found_to_message(tokenizer.find(request.blobs[0].decode(), int(request.fields["most"])))
    if request.kind == "stages":
        stages = tokenizer.stages(request.blobs[0].decode())
        return wire.value_to_message("stages", bounded_stages(stages, len(request.blobs[0])))
    if request.kind == "explain":
        return wire.value_to_message("explain", tokenizer.explain(request.blobs[0].decode()))
    raise AssertionError(f"no request {request.kind}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
