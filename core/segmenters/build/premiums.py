"""How many chunks the same sentences have in each language: of segmenters, beside tokenizers, as the counts say."""

from typing import Any

import numpy as np

from core.counting.table import stacked
from core.models.build.texts import LANGUAGES
from core.premium.atlas import shipped_atlas
from core.premium.chunks import first_sentences, shipped_chunks
from core.stats.inequality import gini

BASE = "eng_Latn"
_BESIDE = ("o200k", "qwen", "mistral-v1", "rwkv", "cl100k")  # of the atlas
_DRAWN = 1000


def chunk_premiums() -> dict[str, Any]:
    """By name: Gini of the chunks of all languages of FLORES-200, and of those that segmenters learnt from and of the
    others, with 95 % bootstrap intervals over sentences; and the premium over English of each learnt one."""
    beside = first_sentences(shipped_atlas(_BESIDE))
    table = stacked([shipped_chunks(beside), beside])
    codes = list(table.languages)
    learnt = [codes.index(code) for code in LANGUAGES.values()]
    others = [n for n in range(len(codes)) if n not in learnt]
    found = {}
    for one, counts in zip(table.tokenizers, table.tokens, strict=True):  # (L, N)
        total = counts.sum(1, dtype=np.int64)
        found[one.spec.removeprefix("learned:") if one.spec.startswith("learned:") else one.label] = {
            "all": _gini(counts),
            "learnt": _gini(counts[learnt]),
            "others": _gini(counts[others]),
            "premium": {
                code: round(float(total[codes.index(code)] / total[codes.index(BASE)]), 3)
                for code in LANGUAGES.values()
            },
        }
    return {"languages": len(codes), "tokenizers": found}


def _gini(counts: np.ndarray[Any, Any]) -> list[float]:
    """Of counts (L, N): the number, and where 95 % of draws of sentences lie."""
    drawn = np.random.default_rng(0).integers(0, counts.shape[1], (_DRAWN, counts.shape[1]))
    several = np.array([gini(counts[:, some].sum(1).astype(np.float64)) for some in drawn])
    return [round(float(x), 3) for x in (gini(counts.sum(1).astype(np.float64)), *np.quantile(several, (0.025, 0.975)))]
