"""kitoken: one Rust engine for the formats of tokenizers, SentencePiece and tiktoken, several times as fast as most.

It holds Python's lock and uses one thread.
"""

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from core.common.errors import shown
from core.common.remembered import remember, remembered
from core.counting.engine import CannotCount, Counter, CountingEngine, beside_reference, counts_of_lists, unknown_ids
from core.counting.opening import normalised
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.tokenizer import Counts, LocalTokenizer, Serialised

# One call keeps other threads waiting, so a call is kept to about a hundredth of a second.
_CALL_CHARACTERS = 50_000
_GPT2_MISREAD = r"'(?:[sdmt]|ll|ve|re)|\s?\p{L}+|\s?\p{N}+|\s?[^\s\p{L}\p{N}]+"

try:
    _VERSION = version("kitoken")
except PackageNotFoundError:
    _VERSION = ""


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by kitoken.

    Raises:
        CannotCount: it is not installed, or does not read this tokenizer.
    """
    form = tokenizer.serialised()
    if form is None:
        raise CannotCount("no format that it reads")
    engine = _engine(form)
    unknown = unknown_ids(tokenizer)

    def count(texts: Sequence[str]) -> Counts:
        return counts_of_lists(engine.encode_all(normalised(form, texts), False), unknown)

    return beside_reference(tokenizer, count, _specials(engine, form), _CALL_CHARACTERS)


def opened(form: Serialised):  # type: ignore[no-untyped-def]  # kitoken is optional
    """kitoken's own tokenizer, as it reads the form."""
    from kitoken import Kitoken

    readers = {
        "tokenizers": Kitoken.from_tokenizers,
        "sentencepiece": Kitoken.from_sentencepiece,
        "tiktoken": Kitoken.from_tiktoken,
    }
    engine = readers[form.format](form.data)
    if form.pattern:
        rule = {"Pattern": {"pattern": {"Regex": form.pattern}, "behavior": "Isolate"}}
        engine.set_config({**engine.config(), "split": [rule]})
    return engine


def _engine(form: Serialised):  # type: ignore[no-untyped-def]
    try:
        engine = opened(form)
        if form.format == "tokenizers" and _digits_of_bytes(json.loads(form.data).get("pre_tokenizer")):
            engine.set_config(_repaired(engine.config()))
    except ImportError:
        raise CannotCount("not installed") from None
    except Exception as error:  # whatever it raises for what it cannot read, it is not used
        raise CannotCount(f"it cannot read the file, {shown(str(error), 100)}") from None
    return engine


def _digits_of_bytes(pre_tokenizer: Any) -> bool:
    """Does it look for digits after bytes were spelled in GPT-2's alphabet, as Falcon's does?"""
    steps = [step.get("type") for step in (pre_tokenizer or {}).get("pretokenizers") or ()]
    return "ByteLevel" in steps and "Digits" in steps[steps.index("ByteLevel") :]


def _repaired(config: dict[str, Any]) -> dict[str, Any]:
    """What kitoken 0.11.1 misreads there: GPT-2's spaces are plain ones, and of digits only 0 to 9 are left."""
    right = {r"\p{N}+": "[0-9]+", _GPT2_MISREAD: PRE_TOKENIZERS["gpt2"].patterns[0]}
    for rule in config["split"]:
        pattern = rule["Pattern"]["pattern"]
        pattern["Regex"] = right.get(pattern["Regex"], pattern["Regex"])
    return config


def _specials(engine, form: Serialised) -> list[str]:  # type: ignore[no-untyped-def]
    """The spellings that kitoken would cut out of a text; remembered, since asking takes it a second."""
    name = hashlib.sha256(f"{_VERSION} {form.format}".encode() + form.data).hexdigest()[:24]
    place = "counting-engines", f"specials-{name}.json"
    try:
        known: list[str] = json.loads(remembered(*place) or b"")
    except ValueError:
        spellings = (bytes(special["bytes"]).decode(errors="ignore") for special in engine.definition()["specials"])
        known = sorted({spelling for spelling in spellings if spelling})
        remember(json.dumps(known).encode(), *place)
    return known


ENGINE = CountingEngine(key="kitoken", label=f"kitoken {_VERSION}".strip(), build=build)
