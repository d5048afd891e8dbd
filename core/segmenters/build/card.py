"""The card of the shipped segmenters, written from the figures beside it so that it cannot say anything else."""

from collections.abc import Mapping
from typing import Any

from core.models.build.texts import LANGUAGES
from core.segmenters.build.text import CODE, SENTENCES
from core.text.languages import language


def card(about: Mapping[str, Any]) -> str:
    """README.md of `data/segmenters`."""
    seconds = {name: about[name].get("seconds", "not measured") for name in ("bytes", "hnet")}
    return f"""---
license: cc-by-sa-4.0
---
# Small segmenters

Weights in float16, made by `make segmenters` for looking at where models cut, and of no use for writing. They read
FLORES-200 dev (CC BY-SA 4.0) in twelve languages and the modules of Python's own library (PSF licence); none of that
text is in this repository. `docs/segmenters.md` has their equations.

| file | what | seconds of a processor |
| --- | --- | --- |
| `bytes.safetensors` | byte model: entropy patches, equal-information windows | {seconds["bytes"]} |
| `hnet.safetensors` | H-Net of one stage, up to its router | {seconds["hnet"]} |

## Bits per byte

On the first {SENTENCES} sentences of FLORES-200 devtest, and as many pieces of code of 20 lines, each read alone; a
lower number is better. The compressors get all of a language in one piece, so they learn from one sentence for the
next, and the models do not. Intervals are 95 % bootstrap over texts.

{_bits(about)}

{_of_hnet(about)} Only what its boundaries need is shipped.

## Where they cut

Bytes per chunk of the same texts:

{_chunks(about["cuts"])}
"""


def _bits(about: Mapping[str, Any]) -> str:
    named = {"byte model": about["bytes"], "H-Net": about["hnet"]}
    models = {name: one["model"] for name, one in named.items() if "model" in one}
    others = ("gzip", "zstd", "xz")
    rows = [f"| language | {' | '.join([*models, *others])} |", f"|{' --- |' * (1 + len(models) + len(others))}"]
    for code, of in about["bytes"]["model"].items():
        bits = [_interval(model[code]) for model in models.values()]
        rows.append(f"| {_name(code)} | {' | '.join([*bits, *(f'{of[other]:.2f}' for other in others)])} |")
    return "\n".join(rows)


def _of_hnet(about: Mapping[str, Any]) -> str:
    judged = "model" in about["hnet"]
    return "H-Net was judged whole." if judged else "What the whole H-Net needs was not measured."


def _interval(of: Mapping[str, float]) -> str:
    return f"{of['bits_per_byte']:.2f} ({of['low']:.2f} to {of['high']:.2f})"


def _chunks(cuts: Mapping[str, Any]) -> str:
    rows = [f"| | {' | '.join(f'`{spec}`' for spec in cuts)} |", f"|{' --- |' * (1 + len(cuts))}"]
    sizes = [one["bytes_per_chunk"] for one in cuts.values()]
    for code in sizes[0]:
        rows.append(f"| {_name(code)} | {' | '.join(f'{size[code]:.2f}' for size in sizes)} |")
    for key, words in (("at_white_space", "starts at white space"), ("bytes_at_white_space", "bytes there")):
        rows.append(f"| {words} | {' | '.join(f'{one[key]:.0%}' for one in cuts.values())} |")
    return "\n".join(rows)


def _name(code: str) -> str:
    return "Python code" if code == CODE else language(LANGUAGES[code]).name
