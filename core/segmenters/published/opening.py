"""Published checkpoints as segmenters: what cuts in an H-Net or a BLT is read once and kept, and opens from there."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from core.common.atomic import write_whole
from core.common.codec import Mismatch, built, plain
from core.common.disk import on_disk
from core.common.errors import UserError
from core.common.home import home
from core.common.numbers import count
from core.common.params import Param, Params
from core.segmenters.over_threshold import over_threshold
from core.segmenters.published.attention import AttentionShape
from core.segmenters.published.checkpoints import SCHEMES, CheckpointFile, FoundCheckpoint, HubAway, opened
from core.segmenters.published.encoder import CUTS_OVER, Encoders
from core.segmenters.published.layout import StageShape, stages_in, wanted
from core.segmenters.published.patcher_layout import is_blt
from core.segmenters.published.patcher_opening import is_patcher, keep_patcher, patcher_segmenter
from core.segmenters.segmenter import MOST_BYTES, ByteSegmenter, Chunks, Cutter

_ORDER = 110  # behind those that were learnt here
_MOST_PRODUCTS = 2 * 10**11  # for a text: some seconds of two processors
_IN_MEMORY = 2
_SOURCE = (
    "Hwang, Wang and Gu 2025, Dynamic Chunking for End-to-End Hierarchical Sequence Modeling; the weights are those of "
    "whoever published them"
)


@dataclass(frozen=True)
class PublishedFacts:
    """What is known of one beside its tensors.

    Args:
        name: for people.
        note: where it is from.
        n_numbers: in the tensors before its routers.
        attends: of each stage, what its attention layers need; null where nothing told or nothing asks.
        content: hash of its tensors.
    """

    name: str
    note: str
    n_numbers: int
    attends: tuple[AttentionShape | None, ...]
    content: str


def is_published(name: str) -> bool:
    """Whether a name, behind `learned:`, is that of a checkpoint by its place.

    >>> is_published("hub:Narsil/h-net"), is_published("hnet")
    (True, False)
    """
    return name.startswith(SCHEMES)


def published_segmenter(name: str) -> ByteSegmenter:
    """The checkpoint at a place as a segmenter; read from there the first time, and when it has changed.

    Raises:
        UserError: nothing is there, it cannot be read, or is of another layout.
    """
    note = ""
    try:
        with opened(name) as (found, file):
            path = _place(name, found.identity)
            if not path.is_file():
                _keep(path, found, file)
    except HubAway as away:
        path = max(home("published-segmenters").glob(f"{_short(name)}-*"), key=_age, default=Path())
        if not path.is_file():
            raise
        note = f" Opened as it was read before, for {str(away)[0].lower()}{str(away)[1:]}"
    if is_patcher(path):
        return patcher_segmenter(name, path, note, _MOST_PRODUCTS)
    facts, encoders = _read(path)
    return _segmenter(name, facts, encoders.stages, path, note)


def _segmenter(name: str, facts: PublishedFacts, stages: Sequence[StageShape], path: Path, note: str) -> ByteSegmenter:
    def cutter(params: Params) -> Cutter:
        stage, threshold = int(params.values.get("stage", 1)), params.number("threshold")
        _refuse_untold(facts, stages[:stage])

        def cut(text: str) -> Chunks:
            data = text.encode()
            at, p = _read(path)[1].probabilities(data, stage)
            values = np.full(len(data), np.nan, np.float32)
            values[at] = p
            return over_threshold(values, threshold)

        return Cutter(cut, f"{facts.content} {facts.attends}")

    several = Param(
        key="stage",
        label="Stage",
        default=str(len(stages)),
        help="Chunks of the first stage are of bytes, of the next of those chunks.",
        choices=tuple(str(n + 1) for n in range(len(stages))),
    )
    threshold = Param(
        key="threshold",
        label="Threshold",
        default=CUTS_OVER,
        help="A chunk starts where p is over it; the published models cut at a half.",
        low=0.0,
        high=1.0,
    )
    return ByteSegmenter(
        key=name,
        label=facts.name,
        order=_ORDER,
        kind="learned",
        about=(
            "A published H-Net: a chunk starts where the state of a byte, or of a chunk, is unlike the one before. Of "
            f"its weights the {count(facts.n_numbers)} up to its routers are read. {facts.note}{note}"
        ),
        source=_SOURCE,
        cutter=cutter,
        params=(several, threshold) if len(stages) > 1 else (threshold,),
        value="probability that a chunk starts at the byte, as the router of the stage has it",
        unit="probability",
        most_bytes=min(MOST_BYTES, max(1000, _MOST_PRODUCTS // facts.n_numbers)),
    )


def _refuse_untold(facts: PublishedFacts, stages: Sequence[StageShape]) -> None:
    untold = next((n for n, stage in enumerate(stages) if _asks(stage) and facts.attends[n] is None), None)
    if untold is not None:
        raise UserError(
            f"Stage {untold + 1} of {facts.name} has attention, and how many heads it has stands in no file beside the "
            "weights. Put the JSON file of its makers there, such as hnet_2stage_L.json, or choose stage 1."
        )


def _keep(path: Path, found: FoundCheckpoint, file: CheckpointFile) -> None:
    """Read what comes before the routers of an H-Net, or the patcher of a BLT, and write it whole."""
    from safetensors.numpy import save

    tensors, config = file.tensors(), file.config()
    if is_blt(tensors.shapes, config):
        keep_patcher(path, found, tensors, config)
        return
    stages = stages_in(tensors.shapes, found.name)
    attends = tuple(_attends(found.name, config.get("attn_cfg"), n, stage) for n, stage in enumerate(stages))
    arrays = tensors.arrays(wanted(stages))
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(name.encode() + array.tobytes())
    n_numbers = sum(array.size for array in arrays.values())
    facts = PublishedFacts(found.name, found.note, n_numbers, attends, digest.hexdigest()[:16])
    with on_disk(f"What was read of {found.name}"):
        write_whole(path, save(arrays, {"facts": json.dumps(plain(facts), ensure_ascii=False)}))


@lru_cache(maxsize=_IN_MEMORY)
def _read(path: Path) -> tuple[PublishedFacts, Encoders]:
    """What was kept.

    Raises:
        UserError: it has gone or was damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            facts = built(PublishedFacts, json.loads(file.metadata()["facts"]))
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, Mismatch, ValueError, KeyError):
        path.unlink(missing_ok=True)
        raise UserError("What was read of this checkpoint before has been damaged. Open it again.") from None
    stages = stages_in({name: array.shape for name, array in arrays.items()}, facts.name)
    return facts, Encoders(stages, arrays, facts.attends)


def _attends(name: str, told: object, n: int, stage: StageShape) -> AttentionShape | None:
    """What the file beside the weights tells of a stage's attention; None where nothing asks, or nothing tells.

    Raises:
        UserError: what it tells cannot be.
    """
    if not _asks(stage) or not isinstance(told, Mapping):
        return None
    heads, turned, back = (_number(told, key, n, usual) for key, usual in _TOLD)
    fits = heads >= 1 and stage.width % heads == 0 and 0 <= turned <= stage.width // heads and turned % 2 == 0
    if not fits or back < -1:
        raise UserError(
            f"{name} has a stage {stage.width} wide, and the file beside its weights tells of {count(heads)} "
            f"attention heads, {count(turned)} turned numbers and a window of {count(back)}. Fetch it again."
        )
    return AttentionShape(heads, turned, back)


_TOLD = (("num_heads", 0), ("rotary_emb_dim", 0), ("window_size", -1))


def _number(told: Mapping[str, Any], key: str, n: int, usual: int) -> int:
    """A number for a stage, or one for all."""
    value = told.get(key, usual)
    if isinstance(value, list):
        value = value[n] if n < len(value) else usual
    return value if type(value) is int else usual


def _asks(stage: StageShape) -> bool:
    return any(not layer.mamba for layer in stage.layers)


def _place(name: str, identity: str) -> Path:
    return home("published-segmenters") / f"{_short(name)}-{_short(identity)}.safetensors"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _age(path: Path) -> float:
    return path.stat().st_mtime
