"""What the columns of the tables under the charts are, for the README of what is taken away.

A new column is told here; a test asks for every column of every view.
"""

from collections.abc import Mapping

from components.premium.context import PremiumContext
from core.metrics.base import METRICS

_VERDICT = (
    "Whether the two differ: a paired test, 5 % after correction for a whole family of pairs, and whether the "
    "difference is shown to be smaller than the margin set on the page."
)
_MEANINGS = {
    "Language": "The language, in English; with its script where the text has it in two.",
    "This text": "Premium on the text chosen.",
    "Code": "Language and script: ISO 639-3, then ISO 15924, as FLORES-200 has them.",
    "Script": "The script's usual name.",
    "Family": "Top-level language family.",
    "Region": "Region by United Nations M49.",
    "Resources": "How much text there is in these languages, 0 (least) to 5 (most); Joshi et al. 2020.",
    "Tokenizer": "Name of the tokenizer.",
    "Premium": "Tokens of the language / tokens of the same text in the base language, each per unit.",
    "Low": "Lower end of the 95 % interval.",
    "High": "Upper end of the 95 % interval.",
    "Remark": "Why a number is missing.",
    "Remarks": "Why numbers are missing, or what they leave out.",
    "Verdict": _VERDICT,
    "Measure": "What is measured; its definition stands on the page and in docs/numbers.md.",
    "Unit": "Unit of the measure.",
    "Value": "The measure's value.",
    "Speakers by source": "Figures of each source, with the year and whom it counts.",
    "Languages": "How many languages have a premium.",
    "Cheapest": "Smallest premium of the group.",
    "Median": "Median premium of the group.",
    "Dearest": "Largest premium of the group.",
    "Gini": "Gini coefficient of the premiums, 0 if all are equal.",
    "Worst 10 %": "Mean of the dearest tenth of the languages / mean of all.",
    "Max / min": "Premium of the dearest language / that of the cheapest.",
    "Last / first": "Premium with the last tokenizer / with the first.",
    "Byte against line": "Places that the language gains per byte against per line; negative is dearer.",
    "Character against line": "Places that the language gains per character against per line; negative is dearer.",
    "Text": "Characters of the text, as a ratio to the base language.",
    "UTF-8": "UTF-8 bytes of a character, as a ratio to the base language.",
    "Premium per line": "The product of the three factors.",
    "Name": "The language or the tokenizer that the point stands for.",
    "Kind": "The script of a language, or the algorithm of a tokenizer.",
    "Ids in the vocabulary": "Size of the tokenizer's vocabulary.",
    "Speakers": "People who use the language, first or later, by the source named in the view.",
    "First": "The first of the pair.",
    "Second": "The second of the pair.",
    "Ratio": "The first over the second.",
    "Probability, corrected": "Two-sided probability of so large a difference by chance, after correction.",
    "Country": "Name of the country.",
    "Share": "Of its people who use the language, first or later, 0 to 1 (CLDR).",
    "All its languages": "Languages of the country in the text, each with its premium.",
    "Sentence": "Number of the sentence in the text, from 1.",
    "Given": "How many tokens before are known.",
    "Tokens": "How many tokens.",
    "Fits": "Share of what is read and written that the context window holds, 0 to 1.",
    "Articles": "How many such articles the window holds.",
    "Seconds": "Time to read and write it at the speed typed.",
    "Observed, bits": "Entropy of a token as observed, in bits.",
    "Corrected, bits": "The same with the Miller–Madow correction.",
    "Tokens per context": "Tokens seen for each distinct context.",
    "Reliable": "Whether there are enough tokens for each context.",
}
_ENDS = {"low": "Lower end", "high": "Upper end"}
_OF_A_VIEW = {
    "second_text": {"FLORES-200": "Premium on FLORES-200.", "Ratio": "Premium on the other text / on FLORES-200."},
    "parts": {"Tokenizer": "Tokens of a byte, as a ratio to the base language."},
    "ratios": {"Ratio": "Tokens of the sentence in the language / in the base language."},
}
_BEGINNINGS = {
    "Universal Declaration": "Premium on the Universal Declaration of Human Rights.",
    "Against ": _VERDICT,
    "Cost, ": "Tokens read and written times their prices, in this currency.",
    "Tokens in ": "Tokens of the sentence in this language.",
    "Rank per ": "Place of the language by this unit, the dearest first.",
    "Per ": "Premium by this unit.",
    "UTF-8 bytes, ×": "Premium that UTF-8 bytes alone would have.",
}


def meanings(view: str, columns: list[str], context: PremiumContext) -> Mapping[str, str]:
    """What each column of a view's table is; empty for one that nobody has told yet."""
    labels = {context.label(row) for row in range(len(context.keys))}
    return {name: _meaning(view, name, labels) for name in columns}


def _meaning(view: str, name: str, labels: set[str]) -> str:
    of, _, end = name.rpartition(" ")
    if end in _ENDS:
        return f"{_ENDS[end]} of its 95 % interval. {_meaning(view, of, labels)}"
    metric = next((one.definition for one in METRICS.all().values() if one.definition.label == name), None)
    if metric is not None and view.startswith("measures"):
        return f"{metric.text} {metric.unit}".strip()
    known = _OF_A_VIEW.get(view, {}).get(name) or _MEANINGS.get(name)
    begun = next((meaning for start, meaning in _BEGINNINGS.items() if name.startswith(start)), "")
    return known or begun or ("Premium with this tokenizer." if name in labels else "")
