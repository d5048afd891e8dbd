"""`python -m core.segmenters.build [NAME ...]`: train the shipped segmenters, or those named, and judge all.

One to three minutes of a processor each, and five to judge; needs FLORES-200. The same text and kind of processor give
the same files. Each is kept as it is finished: started again, it goes on from there.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.common.atomic import write_whole
from core.common.errors import UnknownName, UserError
from core.common.numbers import so_many
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.segmenters.build.card import card
from core.segmenters.build.chunk_counts import write_chunk_counts
from core.segmenters.build.cut_facts import cut_facts
from core.segmenters.build.judged import judged
from core.segmenters.build.kept import KeptTraining, Made
from core.segmenters.build.premiums import chunk_premiums
from core.segmenters.build.text import held_out, learnt
from core.segmenters.lane import SegmenterLane, open_segmenter
from core.segmenters.weights import FOLDER

CUTTING = (
    *("entropy", "entropy-rise", "hnet", "hnet2?stage=1", "hnet2", "magnet", "magnet?prior=equal", "mrt5", "words"),
    "code-points",
)
QUALITY = FOLDER / "quality.json"
Texts = Mapping[str, list[str]]


def _bytes(texts: Texts) -> Made:
    from core.segmenters.build.byte_model import train_byte_model

    return train_byte_model(texts), {}


def _hnet(texts: Texts) -> Made:
    from core.segmenters.build.chunked import text_bits
    from core.segmenters.build.hnet import router_of, train_hnet

    model = train_hnet(texts)
    return router_of(model), {"model": judged(held_out(), partial(text_bits, lambda *read: model(*read)[0]))}


def _hnet2(texts: Texts) -> Made:
    from core.segmenters.build.chunked import text_bits
    from core.segmenters.build.hnet2 import routers_of, train_hnet2

    model = train_hnet2(texts)
    return routers_of(model), {"model": judged(held_out(), partial(text_bits, lambda *read: model(*read)[0]))}


def _mrt5(texts: Texts) -> Made:
    from core.segmenters.build.mrt5 import gate_of, mrt5_bits, train_mrt5

    model = train_mrt5(texts)
    return gate_of(model), {"model": judged(held_out(), partial(mrt5_bits, model))}


def _magnet(texts: Texts) -> Made:
    from core.segmenters.build.magnet import (
        LATIN_PRIOR,
        magnet_bits,
        predictors_of,
        priors_by_script,
        thresholds,
        train_magnet,
    )
    from core.segmenters.families.magnet import BY_SCRIPT, EQUAL
    from core.segmenters.script_of_bytes import GROUPS

    arrays: dict[str, torch.Tensor] = {}
    about: dict[str, Any] = {}
    for name, priors in ((BY_SCRIPT, priors_by_script(texts)), (EQUAL, [LATIN_PRIOR] * len(GROUPS))):
        model = train_magnet(texts, priors)
        over = thresholds(model, texts)
        arrays |= {f"{name}.{key}": array for key, array in predictors_of(model, over).items()}
        bits = judged(held_out(), partial(magnet_bits, model, over))
        about[name] = {"priors": dict(zip(GROUPS, priors, strict=True)), "model": bits}
    return arrays, about


MAKERS: dict[str, Callable[[Texts], Made]] = {
    "bytes": _bytes,
    "hnet": _hnet,
    "hnet2": _hnet2,
    "magnet": _magnet,
    "mrt5": _mrt5,
}


def main(wanted: list[str]) -> int:
    """Make them; 2 where something is missing."""
    torch.set_num_threads(1)  # sums in one order, so that a processor gives the same bits again
    try:
        for name in wanted:
            if name not in MAKERS:
                raise UnknownName("shipped segmenter", name, MAKERS)
        texts = learnt()
        kept = KeptTraining(texts)
        about = json.loads(QUALITY.read_text(encoding="utf-8")) if QUALITY.is_file() else {}
        names = wanted or list(MAKERS)
        print(_cost(about, [name for name in names if not kept.has(name)]), flush=True)
        for name in names:
            weights, about[name] = kept.made(name, partial(_made, name, texts))
            write_whole(FOLDER / f"{name}.safetensors", weights)
        describe(about)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _made(name: str, texts: Texts) -> Made:
    """A segmenter, trained now, with the seconds of a processor that it took among what is known of it."""
    start = time.process_time()
    with listening(PrintedProgress()):
        arrays, found = MAKERS[name](texts)
    return arrays, {**found, "seconds": round(time.process_time() - start)}


def _cost(about: Mapping[str, Any], names: Sequence[str]) -> str:
    """What is to come, by what those that ship took."""
    seconds = sum(about[name]["seconds"] for name in names if name in about)
    taking = f"{', '.join(names)}: about {so_many(seconds, 'second', 'seconds')} of a processor"
    return f"To train: {taking if names else 'nothing'}. Then all are judged, about five minutes."


def describe(about: dict[str, Any]) -> None:
    """Judge what ships, and write figures and card."""
    about["bytes"]["model"] = judged(held_out(), _byte_bits)
    about["bpe"] = _bpe_bits()
    texts, lanes = held_out(), {spec: open_segmenter(spec) for spec in CUTTING}
    about["cuts"] = {spec: cut_facts(texts, partial(_starts, lane)) for spec, lane in lanes.items()}
    write_chunk_counts({lane.info.spec: lane for lane in lanes.values()})
    about["premiums"] = chunk_premiums()
    write_whole(QUALITY, (json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())
    write_whole(FOLDER / "README.md", card(about).encode())


def _bpe_bits() -> dict[str, Any]:
    """What the shipped model on BPE needs for the same sentences."""
    from core.models.build import quality
    from core.models.load import open_model

    return quality.judged(open_model("shipped:tiny-world", device="cpu"), held_out())


def _byte_bits(text: str) -> float:
    from core.segmenters.byte_model import surprisals_bits

    return float(surprisals_bits(text.encode()).sum())


def _starts(lane: SegmenterLane, text: str) -> NDArray[np.int32]:
    return lane.chunks(text).starts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
