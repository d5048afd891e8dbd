"""`python -m core.segmenters.build.seeds`: how evenly MAGNET cuts languages with two other seeds; nothing is written.

About six minutes of a processor; needs FLORES-200. `docs/segmenters.md` has what it printed.
"""

import sys
from collections.abc import Callable, Iterator

import numpy as np
import torch

from core.common.errors import UserError
from core.common.printed_progress import PrintedProgress
from core.common.progress import listening
from core.corpora.corpus import open_corpus
from core.models.build.texts import LANGUAGES
from core.premium.chunks import PART, SENTENCES
from core.segmenters.build.magnet import LATIN_PRIOR, predictors_of, priors_by_script, thresholds, train_magnet
from core.segmenters.build.text import learnt
from core.segmenters.learnt_cut import learnt_cut
from core.segmenters.script_of_bytes import GROUPS
from core.segmenters.segmenter import Chunks
from core.segmenters.trunk import Trunk
from core.stats.inequality import gini

SEEDS = (12, 13)
_BASE, _SHOWN = "eng_Latn", ("hin_Deva", "tha_Thai")
Cut = Callable[[str], Chunks]


def main() -> int:
    """Print a table, its cells with tabs between; 2 where something is missing."""
    torch.set_num_threads(1)  # as with those that ship
    try:
        with listening(PrintedProgress()):
            rows = list(_fairness())
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for row in (["", "the 12", "the others", *_SHOWN], *rows):
        print("\t".join(row))
    return 0


def _fairness() -> Iterator[list[str]]:
    """By seed and priors, Gini of the chunks of the same sentences, and chunks for one in English."""
    texts, part = learnt(), open_corpus(f"flores200#{PART}")
    sentences = {code: [one or "" for one in part.sentences[code][:SENTENCES]] for code in part.languages}
    own = priors_by_script(texts)
    for seed in SEEDS:
        for name, priors in (("own priors", own), ("one prior", [LATIN_PRIOR] * len(GROUPS))):
            model = train_magnet(texts, priors, seed=seed)
            arrays = predictors_of(model, thresholds(model, texts))
            cut = learnt_cut("magnet", Trunk({key: array.numpy() for key, array in arrays.items()}), 0.0)
            counts = {code: _chunks(cut, each) for code, each in sentences.items()}
            read = np.array([counts[code] for code in LANGUAGES.values()], np.float64)
            others = np.array([n for code, n in counts.items() if code not in LANGUAGES.values()], np.float64)
            premiums = (f"{counts[code] / counts[_BASE]:.2f}" for code in _SHOWN)
            yield [f"seed {seed}, {name}", f"{gini(read):.3f}", f"{gini(others):.3f}", *premiums]


def _chunks(cut: Cut, sentences: list[str]) -> int:
    return sum(len(cut(sentence).starts) for sentence in sentences)


if __name__ == "__main__":
    sys.exit(main())
