"""The card of the shipped segmenters, written from the figures beside it so that it cannot say anything else."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.models.build.texts import LANGUAGES
from core.premium.chunks import SENTENCES as PREMIUM_SENTENCES
from core.segmenters.build.chunked import LENGTH
from core.segmenters.build.text import CODE, SENTENCES
from core.text.languages import language

_FILES = {
    "bytes": "byte model: entropy patches, equal-information windows",
    "hnet": "H-Net of one stage, up to its router",
    "hnet2": "H-Net of two stages, up to its second router",
    "magnet": "MAGNET up to its predictors: a prior for each script, and one for all",
    "mrt5": "MrT5 up to its delete gate",
}
_PACKERS = ("gzip", "zstd", "xz")


def card(about: Mapping[str, Any]) -> str:
    """README.md of `data/segmenters`."""
    files = _table(
        ["file", "what", "seconds of a processor"],
        [[f"`{name}.safetensors`", what, str(about[name]["seconds"])] for name, what in _FILES.items()],
    )
    return f"""---
license: cc-by-sa-4.0
---
# Small segmenters

Weights in float16, made by `make segmenters` for looking at where models cut, and of no use for writing. They read
FLORES-200 dev (CC BY-SA 4.0) in twelve languages and the modules of Python's own library (PSF licence); none of that
text is in this repository. `docs/segmenters.md` has their equations.

{files}

All figures are of text that none of them learnt from: the first {SENTENCES} sentences of FLORES-200 devtest in each
language, and as many pieces of code of 20 lines, each read alone. Each model is of one seed and intervals are over
texts: no order of segmenters follows. `docs/segmenters.md` says of which of them other seeds were trained, and what
holds.

## Bits per byte

A lower number is better. BPE is `shipped:tiny-world` (`data/models`): four million parameters, and its 350 steps read
about 3.1 MB; the byte model read 2.9 MB, H-Net 1.2 MB, of two stages 0.9 MB, and MAGNET 1.0 MB. They are judged whole;
what ships of them is what their boundaries need. MrT5 writes no new text, so it stands below. The compressors get all
of a language in one piece, so they learn from one sentence for the next, and the models do not. Intervals are 95 %
bootstrap over texts.

{_bits(about)}

## What MrT5 keeps

Its task is to write the same text again from the bytes that it keeps, {LENGTH} bytes at a time; the aim was to delete
half of them, of all texts together. In brackets the 95 % interval.

{_kept(about)}

## Bytes per chunk

{_cuts(about["cuts"], lambda one: f"{one['bytes_per_chunk']:.2f}")}

## Chunks that start at white space or right behind it

In brackets the share of all bytes that lie there: what chance gives.

{_cuts(about["cuts"], lambda one: _share(one, "white_space"))}

The same with one byte more on the other side: the last of a word.

{_cuts(about["cuts"], lambda one: _share(one, "near_white_space"))}

## Chunks that start inside a character

{_cuts(about["cuts"], lambda one: f"{one['inside_character']:.0%}")}

## How evenly languages are cut

Gini of the chunks or tokens of the first {PREMIUM_SENTENCES} sentences of FLORES-200 devtest; 0 if all languages have
as many. Intervals are 95 % bootstrap over sentences. The twelve are those that the learnt ones read; the others,
{about["premiums"]["languages"] - len(LANGUAGES)} of them, they never saw.

{_ginis(about["premiums"]["tokenizers"])}

Chunks, or tokens, for one of the same sentences in English:

{_premiums(about["premiums"]["tokenizers"])}
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bits(about: Mapping[str, Any]) -> str:
    models = {
        "byte model": about["bytes"]["model"],
        "H-Net": about["hnet"]["model"],
        "H-Net, two stages": about["hnet2"]["model"],
        "MAGNET": about["magnet"]["script"]["model"],
        "MAGNET, equal priors": about["magnet"]["equal"]["model"],
    }
    models["BPE"] = about["bpe"]
    rows = [
        [
            _name(code),
            *(_interval(model[code]) if code in model else "not read" for model in models.values()),
            *(f"{of[key]:.2f}" for key in _PACKERS),
        ]
        for code, of in about["bytes"]["model"].items()
    ]
    return _table(["language", *models, *_PACKERS], rows)


def _kept(about: Mapping[str, Any]) -> str:
    cuts, model = about["cuts"]["mrt5"], about["mrt5"]["model"]
    rows = [[_name(code), f"{1 / of['bytes_per_chunk']:.0%}", _interval(model[code])] for code, of in cuts.items()]
    return _table(["", "bytes kept", "bits per byte to write it again"], rows)


def _interval(of: Mapping[str, float]) -> str:
    return f"{of['bits_per_byte']:.2f} ({of['low']:.2f} to {of['high']:.2f})"


def _cuts(cuts: Mapping[str, Any], said: Callable[[Mapping[str, float]], str]) -> str:
    rows = [[_name(code), *(said(one[code]) for one in cuts.values())] for code in next(iter(cuts.values()))]
    return _table(["", *(f"`{spec}`" for spec in cuts)], rows)


def _share(one: Mapping[str, float], key: str) -> str:
    return f"{one[key]:.0%} ({one[f'{key}_by_chance']:.0%})"


def _ginis(tokenizers: Mapping[str, Any]) -> str:
    rows = [
        [f"`{name}`", *("{:.3f} ({:.3f} to {:.3f})".format(*one[part]) for part in ("learnt", "others", "all"))]
        for name, one in tokenizers.items()
    ]
    return _table(["", "the twelve", "the others", "all"], rows)


def _premiums(tokenizers: Mapping[str, Any]) -> str:
    rows = [
        [language(code).name, *(f"{one['premium'][code]:.2f}" for one in tokenizers.values())]
        for code in LANGUAGES.values()
    ]
    return _table(["", *(f"`{name}`" for name in tokenizers)], rows)


def _name(code: str) -> str:
    return "Python code" if code == CODE else language(LANGUAGES[code]).name
