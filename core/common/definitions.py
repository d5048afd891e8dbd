"""What each number on a page means: its unit, which way is better, its definition, and where that comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from core.common.errors import UnknownName


@dataclass(frozen=True)
class Definition:
    """A number's meaning, shown where the number is.

    Args:
        key: the field of the result that holds the number.
        label: for people, in sentence case.
        unit: what it counts or is measured in, empty for a yes or no.
        better: "lower", "higher", or "" where neither is.
        text: the definition, as few sentences as are exact.
        source: paper or specification, empty where the definition is our own.
    """

    key: str
    label: str
    unit: str
    better: Literal["lower", "higher", ""]
    text: str
    source: str = ""


_SEGMENTATION = (
    Definition(
        "n_tokens",
        "Tokens",
        "tokens",
        "lower",
        "Tokens that the tokenizer makes of the text. Special tokens that it puts around the text, such as BOS and "
        "EOS, are counted apart as added.",
    ),
    Definition(
        "n_added",
        "Added",
        "tokens",
        "",
        "Special tokens put around the text, such as BOS and EOS. A model reads them too, and a provider bills them.",
    ),
    Definition("n_bytes", "Bytes", "bytes", "", "Length of the text in UTF-8."),
    Definition("n_characters", "Characters", "code points", "", "Unicode code points: é is one, or two if decomposed."),
    Definition(
        "n_clusters",
        "Grapheme clusters",
        "clusters",
        "",
        "What a reader calls characters: a base with its marks, a flag, a family emoji.",
        "Unicode Standard Annex 29",
    ),
    Definition(
        "bytes_per_token",
        "Bytes per token",
        "bytes/token",
        "higher",
        "Bytes of the text divided by tokens. Compare tokenizers on one text with it, not languages: a Thai character "
        "takes three bytes where an English letter takes one.",
    ),
    Definition(
        "characters_per_token",
        "Characters per token",
        "code points/token",
        "higher",
        "Code points of the text divided by tokens. Compare tokenizers on one text with it, not languages: a Chinese "
        "character says more than a letter.",
    ),
    Definition(
        "fertility",
        "Fertility",
        "tokens/word",
        "lower",
        "Mean number of tokens that overlap a word. The text is cut whole and words are found in it afterwards, so a "
        "word keeps its space in front and its neighbours; a token over two words counts for both. Words lie between "
        "the boundaries of UAX 29 and hold a letter or a digit. Undefined where words are not separated by spaces, "
        "unless a segmenter is chosen.",
        "Rust et al. 2021, How Good is Your Tokenizer?; Unicode Standard Annex 29",
    ),
    Definition(
        "continued_words",
        "Continued words",
        "share of words",
        "lower",
        "Share of words that two or more tokens overlap; words as for fertility.",
        "Rust et al. 2021, How Good is Your Tokenizer?",
    ),
    Definition(
        "unknown_share",
        "Unknown",
        "share of tokens",
        "lower",
        "Share of tokens that say only that the vocabulary cannot spell what stands here. No model sees that text.",
    ),
    Definition(
        "unknown_byte_share",
        "Unknown bytes",
        "share of bytes",
        "lower",
        "Share of the text's bytes that unknown tokens stand for.",
    ),
    Definition(
        "n_cut_characters",
        "Cut characters",
        "code points",
        "lower",
        "Code points that two or more tokens share: no single one of these tokens is text on its own.",
    ),
    Definition(
        "n_cut_clusters",
        "Cut clusters",
        "clusters",
        "lower",
        "Grapheme clusters that two or more tokens share, such as a letter apart from its accent.",
        "Unicode Standard Annex 29",
    ),
    Definition("n_distinct", "Distinct tokens", "ids", "", "Different ids among the tokens that stand for text."),
    Definition(
        "lossless",
        "Lossless",
        "",
        "higher",
        "Whether the bytes of the tokens, side by side, are the bytes of the text. Where they are not, what was lost "
        "is listed.",
    ),
    Definition(
        "cost",
        "Cost",
        "currency of the price",
        "lower",
        "Tokens times the price you type, per million tokens. Prices differ for input and output, and added tokens "
        "are billed too.",
    ),
    Definition(
        "context_share",
        "Share of context",
        "share of window",
        "lower",
        "Tokens divided by the size of the context window you type; above 1 the text does not fit.",
    ),
    Definition(
        "f1",
        "Boundary F1",
        "0 to 1",
        "",
        "Twice the boundaries that two tokenizers share, divided by the boundaries of both. A boundary is a byte "
        "position inside the text where a token begins or ends; the text's own ends are left out.",
    ),
    Definition(
        "unanimous_share",
        "Unanimous boundaries",
        "share of boundaries",
        "",
        "Of the places where any tokenizer cuts, the share where all do.",
    ),
)


def index(definitions: Iterable[Definition]) -> dict[str, Definition]:
    """Definitions by key, in order.

    Raises:
        ValueError: two have one key.
    """
    by_key: dict[str, Definition] = {}
    for entry in definitions:
        if by_key.setdefault(entry.key, entry) is not entry:
            raise ValueError(f"two definitions of {entry.key}")
    return by_key


DEFINITIONS = index(_SEGMENTATION)


def definition(key: str) -> Definition:
    """The meaning of the number that `key` names.

    Raises:
        UnknownName: no number has this key; suggests the nearest.

    >>> definition("fertility").unit
    'tokens/word'
    """
    if key not in DEFINITIONS:
        raise UnknownName("number", key, DEFINITIONS)
    return DEFINITIONS[key]
