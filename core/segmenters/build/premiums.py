"""How many chunks the same sentences have in each language: of segmenters, beside tokenizers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.corpora.corpus import open_corpus
from core.models.build.texts import LANGUAGES
from core.stats.inequality import gini
from core.tokenizers.tokenizer import Tokenizer

SENTENCES = 10  # of FLORES-200 devtest, the first
BASE = "eng_Latn"
_DRAWN = 1000


def chunk_premiums(tokenizers: Mapping[str, Tokenizer]) -> dict[str, Any]:
    """By name: Gini of the chunks of all languages of FLORES-200, and of those that segmenters learnt from and of the
    others, with 95 % bootstrap intervals over sentences; and the premium over English of each learnt one."""
    corpus = open_corpus("flores200#devtest")
    codes = list(corpus.languages)
    learnt = [codes.index(code) for code in LANGUAGES.values()]
    others = [n for n in range(len(codes)) if n not in learnt]
    found = {}
    for name, tokenizer in tokenizers.items():
        counts = np.array([tokenizer.count(_first(corpus.sentences[code])).tokens for code in codes])  # (L, N)
        total = counts.sum(1)
        found[name] = {
            "all": _gini(counts),
            "learnt": _gini(counts[learnt]),
            "others": _gini(counts[others]),
            "premium": {
                code: round(float(total[codes.index(code)] / total[codes.index(BASE)]), 3)
                for code in LANGUAGES.values()
            },
        }
    return {"languages": len(codes), "tokenizers": found}


def _first(sentences: Sequence[str | None]) -> list[str]:
    return [sentence or "" for sentence in sentences[:SENTENCES]]


def _gini(counts: np.ndarray[Any, np.dtype[np.int32]]) -> list[float]:
    """Of counts (L, N): the number, and where 95 % of draws of sentences lie."""
    drawn = np.random.default_rng(0).integers(0, counts.shape[1], (_DRAWN, counts.shape[1]))
    several = gini(counts[:, drawn].sum(2).T.astype(np.float64))
    return [round(float(x), 3) for x in (gini(counts.sum(1).astype(np.float64)), *np.quantile(several, (0.025, 0.975)))]
