"""MAGNET: a predictor of boundaries for each script, each held to how often it may cut."""

from functools import cache

import numpy as np

from core.common.params import Param, Params
from core.segmenters.script_of_bytes import script_groups
from core.segmenters.segmenter import ByteSegmenter, Chunks, CutByWeights, Cutter
from core.segmenters.trunk import Floats, Trunk, symbols_of
from core.segmenters.weights import weights, weights_fingerprint

FILE = "magnet"
BY_SCRIPT, EQUAL = "script", "equal"


@cache
def shipped_trunk(priors: str) -> Trunk:
    """Body and predictors that ship, with these priors."""
    return Trunk({n.removeprefix(f"{priors}."): a for n, a in weights(FILE).items() if n.startswith(f"{priors}.")})


def end_probabilities(text: str, trunk: Trunk) -> tuple[Floats, Floats]:
    """(p that a chunk ends with each byte, the threshold of each byte's script), float32 (N,) each."""
    states, scripts = trunk.hidden(symbols_of(text.encode()))[1:], script_groups(text)
    into, out, bias, thresholds = (trunk.arrays[name] for name in ("into", "out", "bias", "thresholds"))
    logit = np.empty(len(scripts), np.float32)
    for script in np.unique(scripts).tolist():
        here = scripts == script
        inner = states[here] @ into[script]
        logit[here] = (inner / (1 + np.exp(-inner))) @ out[script] + bias[script]
    p: Floats = (1 / (1 + np.exp(-logit))).astype(np.float32)
    return p, thresholds[scripts]


def behind_ends(text: str, trunk: Trunk) -> Chunks:
    """Chunks that start behind a byte whose p is over the threshold of its script."""
    p, thresholds = end_probabilities(text, trunk)
    starts = np.concatenate([[True], (p > thresholds)[:-1]])
    values = np.concatenate([np.full(1, np.nan, np.float32), p[:-1]])
    return Chunks(np.flatnonzero(starts).astype(np.int32), values)


def _cutter(params: Params) -> Cutter:
    priors = params.word("prior")
    trained = CutByWeights("magnet", lambda: shipped_trunk(priors))
    return Cutter(lambda text: behind_ends(text, trained.trunk()), weights_fingerprint(FILE), trained=trained)


SEGMENTER = ByteSegmenter(
    key="magnet",
    label="MAGNET",
    order=30,
    kind="learned",
    about=(
        "A predictor for each script says where a chunk ends, and cuts as often as the script's prior allows: so that "
        "a sentence has about as many chunks in each script."
    ),
    source="Ahia et al. 2024, MAGNET; weights ours",
    cutter=_cutter,
    params=(
        Param(
            key="prior",
            label="Prior",
            default=BY_SCRIPT,
            help="One for each script, so that the same sentences have as many chunks; or one for all, as a baseline.",
            choices=(BY_SCRIPT, EQUAL),
        ),
    ),
    value="probability that a chunk starts at the byte, since one ended before it",
    unit="probability",
)
