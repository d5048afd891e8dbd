"""The exact next byte, one after another through a text, against genlm-bytes with a beam of 5 on the same model.

Shipped models and SmolLM2-135M, one thread, processor time. genlm-bytes is no dependency: where it is not installed,
its columns say so.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch

from benchmarks.measure import markdown, timed
from core.models.export import export
from core.models.language_model import LanguageModel
from core.models.load import open_model
from core.models.shipped import REAL_MODEL, shipped, shipped_folder
from core.models.stored_format import StoredFormat
from core.probes.bytes.asking import byte_model

TEXT = "One day, a little girl went to the park with her mom. She saw a big red ball and wanted to play.\n\n" * 3
N_BYTES = 256
BEAM = 5


def ours(model: LanguageModel, data: bytes) -> tuple[float, float]:
    """Bits for each byte, and calls of the model for each."""
    asked = byte_model(model, data.decode())
    state = asked.start()
    begun, bits = asked.reader.n_calls, 0.0
    for byte in data:
        bits -= float(np.log2(state.next[byte]))
        state = state.advance(byte)
    return bits / len(data), (asked.reader.n_calls - begun) / len(data)


async def theirs(llm: Any, data: bytes) -> float:
    """Bits for each byte."""
    package = import_module("genlm.bytes")
    beam = await package.ByteBeamState.initial(llm, package.BeamParams(K=BEAM))
    bits = 0.0
    for byte in data:
        bits -= float((await beam.logp_next())[byte]) / np.log(2)
        beam = await (beam.prune() << byte)
    await beam.cleanup()
    return bits / len(data)


def genlm(folder: Path, data: bytes) -> tuple[float, float]:
    """Bits for each byte, and bytes a second."""
    llm = import_module("genlm.backend").load_model_by_name(str(folder), backend="hf")
    asyncio.run(theirs(llm, data[:8]))
    llm.clear_cache()
    bits, spent = timed(lambda: asyncio.run(theirs(llm, data)))
    return bits, len(data) / spent


@contextmanager
def folder_of(model: LanguageModel) -> Iterator[Path]:
    """The model as transformers loads it, in the numbers that ours computes in."""
    if model.spec.startswith("shipped:"):
        yield shipped_folder(model.name)
        return
    with TemporaryDirectory() as place:
        folder = Path(place) / "model"
        export(replace(model, stored=StoredFormat(model.dtype)), folder, "", {})
        yield folder


def row(spec: str) -> list[str]:
    """One line of the table."""
    data, model = TEXT.encode()[:N_BYTES], open_model(spec)
    ours(model, data[:8])
    (bits, calls), spent = timed(lambda: ours(model, data))
    said = [f"{len(data) / spent:.1f}", f"{calls:.2f}", f"{bits:.3f}"]
    if find_spec("genlm") is None:
        return [model.name, *said, "not installed", "–", "–"]
    with folder_of(model) as folder:
        their_bits, their_speed = genlm(folder, data)
    return [model.name, *said, f"{their_speed:.1f}", f"{their_bits:.3f}", f"{len(data) / spent / their_speed:.1f}×"]


def run() -> str:
    """The table."""
    torch.set_num_threads(1)
    head = [
        "model", "ours, bytes a second", "model calls a byte", "bits a byte", f"genlm-bytes, beam {BEAM}",
        "bits a byte", "times as fast",
    ]  # fmt: skip
    specs = [*(f"shipped:{name}" for name in shipped()), REAL_MODEL]
    return markdown("Exact next byte", head, [row(spec) for spec in specs])
