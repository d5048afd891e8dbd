"""Dynamic tokenization: a tokenizer's tokens, of which the pairs frequent in this very text are merged."""

from itertools import pairwise

import numpy as np
import regex

from core.common.errors import UserError
from core.common.params import Param, Params
from core.segmenters.pair_merges import merge_pairs
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter
from core.tokenizers.catalog import open_tokenizer

_WITHIN_WORD = regex.compile(rb"\s*[^\s]+|[^\S\n]+")


def may_merge(left: bytes, right: bytes) -> bool:
    """Whether two neighbours may become one: no white space then stands inside, unless there is nothing else.

    Two line feeds stay two, as with Feher et al.

    >>> may_merge(b" un", b"do"), may_merge(b"a", b" b"), may_merge(b" ", b" "), may_merge(b"\\n", b"\\n")
    (True, False, True, False)
    """
    return _WITHIN_WORD.fullmatch(left + right) is not None


def _cutter(params: Params) -> Cutter:
    spec, most = params.word("base"), params.whole("merges")
    if spec.startswith("learned:"):
        raise UserError(f"Dynamic tokenization merges tokens of a tokenizer, and base is {spec}. Name a tokenizer.")
    base = open_tokenizer(spec)

    def cut(text: str) -> Chunks:
        segmentation = base.segment(text)
        starts = np.unique(np.concatenate([[0], segmentation.starts[segmentation.ends > segmentation.starts]]))
        edges = [*starts.tolist(), len(segmentation.text)]
        pieces = [segmentation.text[a:b] for a, b in pairwise(edges)]
        merged = merge_pairs(pieces, most, may_merge)
        return Chunks(np.cumsum([0, *merged.lengths[:-1]]).astype(np.int32), history=merged.history)

    return Cutter(cut, base.info.fingerprint)


SEGMENTER = ByteSegmenter(
    key="dynamic",
    label="Dynamic tokenization",
    order=50,
    kind="dynamic",
    about="The tokens of a tokenizer, of which the most frequent pairs of this text are merged, within words. What a "
    "model loses that reads them is asked under Probes, Merged on the fly.",
    source="Feher et al. 2024, Retrofitting Large Language Models with Dynamic Tokenization; code ours",
    cutter=_cutter,
    params=(
        Param(
            key="base", label="Tokenizer", default="tiktoken:cl100k_base", help="Spec of the one whose tokens merge."
        ),
        Param(
            key="merges",
            label="Merges",
            default=50,
            help="How many pairs of the text are merged at most; they end when all its words are whole.",
            low=0,
            high=20_000,
        ),
    ),
)
