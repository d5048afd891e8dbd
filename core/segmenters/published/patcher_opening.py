"""A BLT of transformers as a segmenter: its patcher is read once and kept, and opens from there."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.atomic import write_whole
from core.common.codec import Mismatch, built, plain
from core.common.disk import on_disk
from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Param, Params
from core.segmenters.over_threshold import over_threshold
from core.segmenters.published.checkpoints import FoundCheckpoint
from core.segmenters.published.patcher import Patcher
from core.segmenters.published.patcher_layout import PatcherShape, patcher_shape, patcher_tensors
from core.segmenters.published.tensor_files import TensorFile
from core.segmenters.segmenter import MOST_BYTES, ByteSegmenter, Chunks, Cutter

_FACTS = "patcher"  # in the metadata of what is kept
_MOST_NATS = 6.0  # over the logarithm of 260
_IN_MEMORY = 2
_OVER, _RISES = "over", "rises"
_SOURCE = (
    "Pagnoni et al. 2024, Byte Latent Transformer; layers and rule as in transformers, and the weights are those of "
    "whoever published them"
)


@dataclass(frozen=True)
class PatcherFacts:
    """What is known of one beside its tensors.

    Args:
        name: for people.
        note: where it is from.
        n_numbers: in its tensors.
        shape: as shapes and config.json say.
        content: hash of its tensors.
    """

    name: str
    note: str
    n_numbers: int
    shape: PatcherShape
    content: str


def keep_patcher(path: Path, found: FoundCheckpoint, tensors: TensorFile, config: Mapping[str, Any]) -> None:
    """Read the patcher of a BLT, and write it whole.

    Raises:
        UserError: there is none, or it is of another layout.
    """
    from safetensors.numpy import save

    given = patcher_tensors(tensors.shapes, config, found.name)
    shape = patcher_shape({own: tensors.shapes[name] for own, name in given.items()}, config, found.name)
    read = tensors.arrays(given.values())
    arrays = {own: read[name] for own, name in given.items()}
    digest = hashlib.sha256()
    for own, array in sorted(arrays.items()):
        digest.update(own.encode() + array.tobytes())
    n_numbers = sum(array.size for array in arrays.values())
    facts = PatcherFacts(found.name, found.note, n_numbers, shape, digest.hexdigest()[:16])
    with on_disk(f"What was read of {found.name}"):
        write_whole(path, save(arrays, {_FACTS: json.dumps(plain(facts), ensure_ascii=False)}))


def is_patcher(path: Path) -> bool:
    """Whether what is kept there is a patcher; of a damaged file it is not."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            return _FACTS in (file.metadata() or {})
    except (OSError, SafetensorError):
        return False


def patcher_segmenter(name: str, path: Path, note: str, most_products: int) -> ByteSegmenter:
    """What is kept there as a segmenter.

    Args:
        note: on how it was opened.
        most_products: that a text may take.

    Raises:
        UserError: it was damaged.
    """
    facts, _ = _read(path)

    def cutter(params: Params) -> Cutter:
        threshold, most = params.number("threshold"), params.whole("most_bytes")
        rises = params.word("rule") == _RISES

        def cut(text: str) -> Chunks:
            nats = _read(path)[1].entropies_nats(text.encode())
            values = np.diff(nats, prepend=np.float32("nan")) if rises else nats
            return _no_longer(over_threshold(values, threshold), most)

        return Cutter(cut, f"{facts.content} {facts.shape}")

    limit = f"{count(facts.shape.most_bytes)} bytes" if facts.shape.most_bytes else "none"
    return ByteSegmenter(
        key=name,
        label=facts.name,
        order=110,
        kind="learned",
        about=(
            "The patcher of a published BLT: a patch starts at a byte whose entropy is over a threshold. Of its "
            f"weights the {count(facts.n_numbers)} of the patcher are read. {facts.note}{note}"
        ),
        source=_SOURCE,
        cutter=cutter,
        params=(
            Param(
                key="threshold",
                label="Threshold",
                default=facts.shape.threshold,
                help="In nats, at first that of its config.json. A lower one gives shorter patches.",
                low=0.0,
                high=_MOST_NATS,
            ),
            Param(
                key="rule",
                label="Rule",
                default=_OVER,
                help="A patch starts where entropy is over the threshold, as transformers cuts, or where it rises by "
                "more than that, the paper's approximate monotonic constraint.",
                choices=(_OVER, _RISES),
            ),
            Param(
                key="most_bytes",
                label="Longest patch",
                default=facts.shape.most_bytes,
                help=f"In bytes, 0 for any; in its config.json: {limit}. A longer patch is cut into such pieces.",
                low=0,
                high=MOST_BYTES,
            ),
        ),
        value="entropy of the byte before it is read, or its rise",
        unit="nats",
        most_bytes=min(MOST_BYTES, max(1000, most_products // facts.n_numbers)),
    )


def _no_longer(chunks: Chunks, most: int) -> Chunks:
    """With each patch cut into pieces of so many bytes and a rest; 0 cuts none."""
    if not most or chunks.values is None:
        return chunks
    ends = np.append(chunks.starts[1:], len(chunks.values))
    pieces: list[NDArray[np.int32]] = [
        np.arange(start, end, most, dtype=np.int32) for start, end in zip(chunks.starts, ends, strict=True)
    ]
    return Chunks(np.concatenate(pieces), chunks.values, chunks.threshold)


@lru_cache(maxsize=_IN_MEMORY)
def _read(path: Path) -> tuple[PatcherFacts, Patcher]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            facts = built(PatcherFacts, json.loads(file.metadata()[_FACTS]))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, Mismatch, ValueError, KeyError):
        path.unlink(missing_ok=True)
        raise UserError("What was read of this checkpoint before has been damaged. Open it again.") from None
    return facts, Patcher(facts.shape, arrays)
