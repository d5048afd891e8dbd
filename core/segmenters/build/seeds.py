"""`python -m core.segmenters.build.seeds`: what else H-Net and MAGNET come to with other seeds; nothing is written.

About eight minutes of a processor; needs FLORES-200. `docs/segmenters.md` has what it printed.
"""

import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.corpora.corpus import open_corpus
from core.models.build.texts import LANGUAGES
from core.premium.chunks import PART, SENTENCES
from core.segmenters.build.cut_facts import cut_facts
from core.segmenters.build.hnet import router_of, train_hnet
from core.segmenters.build.magnet import LATIN_PRIOR, predictors_of, priors_by_script, thresholds, train_magnet
from core.segmenters.build.text import held_out, learnt
from core.segmenters.families.hnet import THRESHOLD
from core.segmenters.learnt_cut import learnt_cut
from core.segmenters.script_of_bytes import GROUPS
from core.segmenters.segmenter import Chunks
from core.stats.inequality import gini

HNET_SEEDS, MAGNET_SEEDS = (4, 5), (12, 13)
_BASE, _SHOWN = "eng_Latn", ("hin_Deva", "tha_Thai")
Cut = Callable[[str], Chunks]


def main() -> int:
    """Print two tables, their cells with tabs between; 2 where something is missing."""
    torch.set_num_threads(1)  # as with those that ship
    try:
        with listening(PrintedProgress()):
            rows = list(_rows())
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for row in rows:
        print("\t".join(row))
    return 0


def _rows() -> Iterator[list[str]]:
    yield ["MAGNET", "the 12", "the others", *_SHOWN]
    yield from _fairness()
    yield ["H-Net", *LANGUAGES]
    yield from _white_space()


def _white_space() -> Iterator[list[str]]:
    """By seed, the share of chunks that start at white space or behind it in each language, and what chance gives."""
    read = held_out()
    for seed in HNET_SEEDS:
        arrays = router_of(train_hnet(learnt(), seed=seed))
        cut = learnt_cut("hnet", {name: array.numpy() for name, array in arrays.items()}, THRESHOLD)
        facts = cut_facts({name: read[name] for name in LANGUAGES}, partial(_starts, cut))
        yield [f"seed {seed}", *(f"{one['white_space']:.0%}" for one in facts.values())]
    yield ["chance", *(f"{one['white_space_by_chance']:.0%}" for one in facts.values())]


def _fairness() -> Iterator[list[str]]:
    """By seed and priors, Gini of the chunks of the same sentences, and chunks for one in English."""
    texts, part = learnt(), open_corpus(f"flores200#{PART}")
    sentences = {code: [one or "" for one in part.sentences[code][:SENTENCES]] for code in part.languages}
    own = priors_by_script(texts)
    for seed in MAGNET_SEEDS:
        for name, priors in (("own priors", own), ("one prior", [LATIN_PRIOR] * len(GROUPS))):
            model = train_magnet(texts, priors, seed=seed)
            arrays = predictors_of(model, thresholds(model, texts))
            cut = learnt_cut("magnet", {key: array.numpy() for key, array in arrays.items()}, 0.0)
            counts = {code: _chunks(cut, each) for code, each in sentences.items()}
            read = np.array([counts[code] for code in LANGUAGES.values()], np.float64)
            others = np.array([n for code, n in counts.items() if code not in LANGUAGES.values()], np.float64)
            premiums = (f"{counts[code] / counts[_BASE]:.2f}" for code in _SHOWN)
            yield [f"seed {seed}, {name}", f"{gini(read):.3f}", f"{gini(others):.3f}", *premiums]


def _chunks(cut: Cut, sentences: list[str]) -> int:
    return sum(len(_starts(cut, sentence)) for sentence in sentences)


def _starts(cut: Cut, text: str) -> NDArray[np.int32]:
    return cut(text).starts


if __name__ == "__main__":
    sys.exit(main())
