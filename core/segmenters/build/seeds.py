"""`python -m core.segmenters.build.seeds [NAME ...]`: what those that ship do with two other seeds; nothing is written.

Of magnet, hnet, hnet2 and mrt5 all, or those named: six, three, three and two minutes of a processor; needs FLORES-200.
`docs/segmenters.md` has what it printed.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UnknownName, UserError
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.corpora.corpus import open_corpus
from core.models.build.texts import LANGUAGES
from core.premium.chunks import PART, SENTENCES
from core.segmenters.build.chunked import text_bits
from core.segmenters.build.cut_facts import cut_facts
from core.segmenters.build.hnet import router_of, train_hnet
from core.segmenters.build.hnet2 import routers_of, train_hnet2
from core.segmenters.build.judged import judged
from core.segmenters.build.magnet import LATIN_PRIOR, predictors_of, priors_by_script, thresholds, train_magnet
from core.segmenters.build.mrt5 import gate_of, mrt5_bits, train_mrt5
from core.segmenters.build.text import held_out, learnt
from core.segmenters.device.values import DeviceValues
from core.segmenters.families.hnet import THRESHOLD
from core.segmenters.script_of_bytes import GROUPS
from core.segmenters.segmenter import CutByWeights
from core.segmenters.trunk import Trunk
from core.stats.inequality import gini

SEEDS = (12, 13)
_BASE, _SHOWN = "eng_Latn", ("hin_Deva", "tha_Thai")
_READ = ("en", "ru", "ko")
Row = list[str]
Texts = Mapping[str, list[str]]


def main(names: Sequence[str]) -> int:
    """Print a table for each, its cells with tabs between; 2 where something is missing."""
    torch.set_num_threads(1)  # as with those that ship
    try:
        for name in names:
            if name not in _TABLES:
                raise UnknownName("segmenter with seeds", name, _TABLES)
        texts = learnt()
        for name in names or _TABLES:
            head, rows = _TABLES[name]
            print("\t".join([name, *head]), flush=True)
            with listening(PrintedProgress()):
                for row in rows(texts):
                    print("\t".join(row), flush=True)
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _fairness(texts: Texts) -> Iterator[Row]:
    """By seed and priors, Gini of the chunks of the same sentences, and chunks for one in English."""
    part = open_corpus(f"flores200#{PART}")
    sentences = {code: [one for one in part.sentences[code][:SENTENCES] if one] for code in part.languages}
    own = priors_by_script(texts)
    for seed in SEEDS:
        for name, priors in (("own priors", own), ("one prior", [LATIN_PRIOR] * len(GROUPS))):
            model = train_magnet(texts, priors, seed=seed)
            read = _reader("magnet", predictors_of(model, thresholds(model, texts)))
            counts = {code: sum(len(one.starts) for one in read.read(each)) for code, each in sentences.items()}
            known = np.array([counts[code] for code in LANGUAGES.values()], np.float64)
            others = np.array([n for code, n in counts.items() if code not in LANGUAGES.values()], np.float64)
            premiums = (f"{counts[code] / counts[_BASE]:.2f}" for code in _SHOWN)
            yield [f"seed {seed}, {name}", f"{gini(known):.3f}", f"{gini(others):.3f}", *premiums]


def _one_stage(texts: Texts) -> Iterator[Row]:
    """By seed, bits per byte, and chunks at white space or behind it."""
    for seed in SEEDS:
        model = train_hnet(texts, seed=seed)
        bits = judged(_apart(), partial(text_bits, lambda *read, by=model: by(*read)[0]))
        at_space = _at_space(_reader("hnet", router_of(model), THRESHOLD))
        yield [f"seed {seed}", *(f"{bits[name]['bits_per_byte']:.2f}" for name in _READ), *at_space]


def _two_stages(texts: Texts) -> Iterator[Row]:
    """The same, white space for both stages."""
    for seed in SEEDS:
        model = train_hnet2(texts, seed=seed)
        bits = judged(_apart(), partial(text_bits, lambda *read, by=model: by(*read)[0]))
        at_space = [_at_space(_reader("hnet2", routers_of(model), stage=stage)) for stage in (1, 2)]
        yield [f"seed {seed}", *(f"{bits[name]['bits_per_byte']:.2f}" for name in _READ), *at_space[0], *at_space[1]]


def _gates(texts: Texts) -> Iterator[Row]:
    """By seed, bytes kept and bits to write a text again, and the languages of which least and most is kept."""
    for seed in SEEDS:
        model = train_mrt5(texts, seed=seed)
        arrays = gate_of(model)
        read = _reader("mrt5", arrays, float(arrays["threshold"][0]))
        facts = cut_facts(held_out(), partial(_starts, read))
        kept = {name: 1 / one["bytes_per_chunk"] for name, one in facts.items()}
        bits = judged(_apart(), partial(mrt5_bits, model))
        ends = (min(kept, key=kept.__getitem__), max(kept, key=kept.__getitem__))
        yield [
            f"seed {seed}",
            *(f"{kept[name]:.0%}" for name in _READ),
            *(f"{bits[name]['bits_per_byte']:.2f}" for name in _READ),
            *(f"{name} {kept[name]:.0%}" for name in ends),
        ]


def _reader(family: str, arrays: Mapping[str, Tensor], threshold: float = math.nan, stage: int = 1) -> DeviceValues:
    trunk = Trunk({name: array.numpy() for name, array in arrays.items()})
    return DeviceValues(CutByWeights(family, lambda: trunk, threshold, stage), "cpu")


def _starts(read: DeviceValues, text: str) -> NDArray[np.int32]:
    return read.read([text])[0].starts


def _apart() -> Texts:
    return {name: each for name, each in held_out().items() if name in _READ}


def _at_space(read: DeviceValues) -> Row:
    facts = cut_facts(_apart(), partial(_starts, read))
    return [f"{facts[name]['white_space']:.0%}" for name in _READ]


_TABLES: dict[str, tuple[Row, Callable[[Texts], Iterator[Row]]]] = {
    "magnet": (["the 12", "the others", *_SHOWN], _fairness),
    "hnet": ([f"{what} {name}" for what in ("bits", "space") for name in _READ], _one_stage),
    "hnet2": ([f"{what} {name}" for what in ("bits", "space 1", "space 2") for name in _READ], _two_stages),
    "mrt5": ([*(f"{what} {name}" for what in ("kept", "bits") for name in _READ), "least", "most"], _gates),
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
