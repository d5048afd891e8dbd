"""The steps of a Hugging Face backend in words."""

from collections.abc import Callable
from typing import Any

from core.common.errors import shown
from core.tokenizers.backends.components import State, pattern, states


def _sides(state: State) -> str:
    sides = [word for key, word in (("strip_left", "in front"), ("strip_right", "at the end")) if state.get(key)]
    return " and ".join(sides)


def _removed(state: State) -> str:
    return f"{shown(pattern(state))} removed"


def _behaviour(state: State) -> str:
    removed = state.get("behavior") == "Removed"
    if state.get("invert"):
        return ", the rest dropped" if removed else ""
    return ", what it matches dropped" if removed else ""


def _bert(state: State) -> str:
    """
    >>> _bert({"clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True})
    'control characters removed, spaces put around CJK characters, accents removed, lower case'
    """
    strips = state["strip_accents"]
    parts = {
        "control characters removed": state["clean_text"],
        "spaces put around CJK characters": state["handle_chinese_chars"],
        "accents removed": state["lowercase"] if strips is None else strips,
        "lower case": state["lowercase"],
    }
    return ", ".join(part for part, there in parts.items() if there)


def _put_in_front(state: State) -> str:
    """
    >>> _put_in_front({"replacement": " "})
    ' put in front'
    """
    return " put in front" if state["replacement"] == " " else ", one put in front"


_NORMALISERS: dict[str, Callable[[State], str]] = {
    "NFC": lambda s: "Unicode NFC",
    "NFD": lambda s: "Unicode NFD",
    "NFKC": lambda s: "Unicode NFKC, which replaces compatibility forms",
    "NFKD": lambda s: "Unicode NFKD, which replaces compatibility forms",
    "Lowercase": lambda s: "lower case",
    "StripAccents": lambda s: "accents removed",
    "Strip": lambda s: f"whitespace trimmed {_sides(s)}",
    "Prepend": lambda s: f"{shown(s['prepend'])} put in front",
    "Replace": lambda s: f"{shown(pattern(s))} becomes {shown(s['content'])}" if s["content"] else _removed(s),
    "Precompiled": lambda s: "SentencePiece's own character map, in the file",
    "Nmt": lambda s: "control characters removed, unusual spaces made plain ones",
    "ByteLevel": lambda s: "bytes written in the GPT-2 alphabet",
    "BertNormalizer": _bert,
}

_PRE_TOKENIZERS: dict[str, Callable[[State], str]] = {
    "ByteLevel": lambda s: (
        ("a space put in front, " if s.get("add_prefix_space") else "")
        + ("cut by the GPT-2 pattern, " if s.get("use_regex", True) else "")
        + "then bytes"
    ),
    "Metaspace": lambda s: (
        ("a space" if s["replacement"] == " " else f"spaces written {shown(s['replacement'])}")
        + ("" if s.get("prepend_scheme") == "never" else _put_in_front(s))
        + (", cut before each" if s.get("split", True) else "")
    ),
    "Split": lambda s: f"cut by the pattern {shown(pattern(s), 400)}{_behaviour(s)}",
    "Digits": lambda s: "every digit on its own" if s.get("individual_digits") else "runs of digits on their own",
    "Punctuation": lambda s: "punctuation on its own",
    "BertPreTokenizer": lambda s: "cut at whitespace, which is dropped, and around punctuation",
    "WhitespaceSplit": lambda s: "cut at whitespace, which is dropped",
    "Whitespace": lambda s: "runs of word characters or of other signs, whitespace dropped",
    "UnicodeScripts": lambda s: "cut where the script changes",
    "CharDelimiterSplit": lambda s: f"cut at {shown(s['delimiter'])}, which is dropped",
    "FixedLength": lambda s: f"cut every {s['length']} characters",
}


def normaliser_in_words(component: Any) -> str:
    """What the normaliser changes in a text; empty if nothing.

    >>> from tokenizers import normalizers
    >>> normaliser_in_words(normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()]))
    'Unicode NFKC, which replaces compatibility forms; lower case'
    """
    return _in_words(component, _NORMALISERS)


def pre_tokenizer_in_words(component: Any) -> str:
    """How the text is cut before the model sees it.

    >>> pre_tokenizer_in_words(None)
    'none: the model sees the whole text'
    """
    return _in_words(component, _PRE_TOKENIZERS) or "none: the model sees the whole text"


def _in_words(component: Any, words: dict[str, Callable[[State], str]]) -> str:
    said = [words[s["type"]](s) if s["type"] in words else str(s["type"]) for s in states(component)]
    return "; ".join(part for part in said if part)
