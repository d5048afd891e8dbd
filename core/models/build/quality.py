"""How good the shipped models are: bits per byte on sentences they never saw, beside what compressors need."""

import gzip
import lzma
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow  # type: ignore[import-untyped]

from core.models.build.texts import LANGUAGES
from core.models.language_model import LanguageModel
from core.models.score import score

SENTENCES = 250  # of each language's 1,012, the first


def text_of(sentences: int) -> str:
    """What so many sentences are, in words."""
    return f"the first {sentences} sentences of FLORES-200 devtest in each language, each scored alone"


TEXT = text_of(SENTENCES)


def baselines(held_out: Mapping[str, Sequence[str]]) -> dict[str, dict[str, float]]:
    """Bits per byte that compressors need per language.

    They are given all sentences at once, joined by line feeds, so unlike the models they learn from one what they
    need for the next.
    """
    found = {}
    for language, sentences in held_out.items():
        data = "\n".join(sentences[:SENTENCES]).encode()
        packed = {
            "gzip": gzip.compress(data, 9, mtime=0),
            "zstd": pyarrow.Codec("zstd", compression_level=19).compress(data, asbytes=True),
            "xz": lzma.compress(data, preset=9 | lzma.PRESET_EXTREME),
        }
        found[language] = {"utf-8": 8.0, **{name: _rounded(8 * len(p) / len(data)) for name, p in packed.items()}}
    return found


def judged(
    model: LanguageModel, held_out: Mapping[str, Sequence[str]], sentences: int = SENTENCES
) -> dict[str, dict[str, Any]]:
    """Bits per byte of a model per language, with a 95 % bootstrap interval over sentences, and bytes per token.

    Args:
        sentences: that are read of each language, the first.
    """
    found: dict[str, dict[str, Any]] = {}
    for language in LANGUAGES:
        scores = score(model, held_out[language][:sentences])
        nats = np.array([text.total_nats for text in scores.texts])
        sizes = np.array([text.n_bytes for text in scores.texts])
        drawn = np.random.default_rng(0).integers(0, len(nats), (2000, len(nats)))
        resampled = nats[drawn].sum(1) / sizes[drawn].sum(1) / np.log(2)
        low, high = np.quantile(resampled, (0.025, 0.975))
        n_tokens = sum(len(text.ids) for text in scores.texts)
        found[language] = {
            "bits_per_byte": _rounded(scores.bits_per_byte),
            "low": _rounded(float(low)),
            "high": _rounded(float(high)),
            "bytes_per_token": _rounded(scores.n_bytes / n_tokens),
        }
    return found


def _rounded(value: float) -> float:
    return round(float(value), 3)
