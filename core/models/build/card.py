"""The card of each shipped model, written from the figures beside it so that it cannot say anything else."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.models.build.recipe import HEADS, LAYERS, MLP, POSITIONS, ROWS_PER_STEP, WIDTH, Recipe
from core.models.build.texts import LANGUAGES, Part
from core.models.build.vocabularies import SPECIALS
from core.text.languages import language

LICENCE = "CC BY-SA 4.0"
_COMPRESSORS = ("gzip", "zstd", "xz")


def manifest(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """What was read, without the text: source, language, licence, size and hash."""
    return [
        {
            "source": part.source,
            "language": part.language,
            "licence": part.licence,
            "texts": len(part.texts),
            "bytes": part.n_bytes,
            "sha256": part.sha256,
        }
        for part in parts
    ]


def card(recipe: Recipe, quality: Mapping[str, Any], texts: Sequence[Mapping[str, Any]]) -> str:
    """README.md of one model."""
    about = quality["models"][recipe.name]
    tied = "one matrix for input and head" if recipe.tied else "a matrix each for input and head"
    cut = "BPE on bytes" if recipe.kind == "bpe" else "Unigram (SentencePiece) with byte fallback"
    specials = ", ".join(f"{role} `{spelling}`" for role, spelling in SPECIALS[recipe.name].items())
    return f"""---
license: {LICENCE.lower().replace(" ", "-")}
---
# {recipe.name}

{recipe.purpose}

A toy for looking at tokenizers, of no use for writing: it was made so that the lab opens without a network and shows a
real result within a minute on a CPU.

| | |
| --- | --- |
| parameters | {about["parameters"]:,}, float16, {tied} |
| body | Llama: width {WIDTH}, {LAYERS} layers, {HEADS} heads, MLP {MLP}, looks back on {POSITIONS} tokens |
| tokenizer | {cut}, {recipe.n_vocabulary:,} tokens; {specials} |
| training | {recipe.steps:,} steps of {ROWS_PER_STEP * POSITIONS:,} tokens, seed {recipe.seed}, on {about["device"]} |
| licence | {LICENCE}, the licence that most of the text is under; none of the text is in this repository |
| made by | `make models`: the same text and kind of device give the same model |

## How good it is

Bits per byte on {quality["text"]}; a lower number is better,
plain UTF-8 is 8. Compressors get the same sentences in one piece, so they learn from one sentence for the next, and the
model does not. Intervals are 95 % bootstrap over sentences.

{_table(about["languages"], quality["baselines"])}

{_summary(about["languages"], quality["baselines"])}

## What it read

{_sources(texts)}

Twelve languages: English in a fifth of the documents, the others in equal parts. Per language three documents in five
are one to three sentences of FLORES-200 dev, the rest paragraphs of the other sources. FLORES-200 devtest was never
read.
`../texts.json` has the hash of every part.
"""


def _table(found: Mapping[str, Mapping[str, float]], others: Mapping[str, Mapping[str, float]]) -> str:
    lines = [
        f"| language | this model | interval | {' | '.join(_COMPRESSORS)} | bytes per token |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for code, row in found.items():
        cells = [
            language(LANGUAGES[code]).name,
            f"{row['bits_per_byte']:.2f}",
            f"{row['low']:.2f} to {row['high']:.2f}",
            *(f"{others[code][name]:.2f}" for name in _COMPRESSORS),
            f"{row['bytes_per_token']:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _summary(found: Mapping[str, Mapping[str, float]], others: Mapping[str, Mapping[str, float]]) -> str:
    """How it compares, in words, counted from the table."""
    best = {code: min(others[code][name] for name in _COMPRESSORS) for code in found}
    below = [code for code in found if found[code]["high"] < best[code]]
    above = [code for code in found if found[code]["low"] > best[code]]
    names = ", ".join(language(LANGUAGES[code]).name for code in above)
    worse = f" In {names} it needs more than they do." if above else ""
    return f"In {len(below)} of {len(found)} languages it needs fewer bits than the best of the three.{worse}"


def _sources(texts: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| source | languages | licence | MB |", "| --- | --- | --- | --- |"]
    for source in dict.fromkeys(text["source"] for text in texts):
        rows = [text for text in texts if text["source"] == source]
        size = sum(row["bytes"] for row in rows) / 1e6
        lines.append(f"| {source} | {', '.join(r['language'] for r in rows)} | {rows[0]['licence']} | {size:.3f} |")
    return "\n".join(lines)
