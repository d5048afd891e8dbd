"""tokie: a Rust engine for tokenizer.json files of every model, with threads; quickest for WordPiece and Unigram.

It takes a pre-tokenizer that it does not know for another, and then calibration refuses it.
"""

import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from core.common.errors import is_failure, shown
from core.counting.engine import (
    CannotCount,
    Counter,
    CountingEngine,
    beside_reference,
    processors,
    unknown_ids,
)
from core.counting.opening import through_file
from core.tokenizers.tokenizer import Counts, LocalTokenizer, counts_of_ids

_CALL_CHARACTERS = 4_000_000

try:
    _VERSION = version("tokie")
except PackageNotFoundError:
    _VERSION = ""


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by tokie.

    Raises:
        CannotCount: it is not installed, or does not read this tokenizer.
    """
    form = tokenizer.serialised()
    if form is None or form.format != "tokenizers":
        raise CannotCount("no format that it reads")
    if not _VERSION:
        raise CannotCount("not installed")
    engine = opened(form.data)
    unknown = unknown_ids(tokenizer)
    specials = [token["content"] for token in json.loads(form.data).get("added_tokens") or () if token.get("special")]

    def count(texts: Sequence[str]) -> Counts:
        if unknown is None:
            tokens = np.array(engine.count_tokens_batch(list(texts)), np.int32)
            return Counts(tokens, np.zeros(len(tokens), np.int32))
        ids, n_ids = engine.encode_batch_flat(list(texts), add_special_tokens=False)
        return counts_of_ids(ids, np.concatenate([[0], np.cumsum(n_ids, dtype=np.int64)]), unknown)

    return beside_reference(tokenizer, count, specials, _CALL_CHARACTERS)


def opened(data: bytes):  # type: ignore[no-untyped-def]  # tokie is optional
    """tokie's own tokenizer, which neither pads nor cuts off.

    Raises:
        CannotCount: it cannot read this file.
    """
    from tokie import Tokenizer

    try:
        engine = through_file(data, Tokenizer.from_json, ".json")
    except BaseException as error:  # whatever it raises for what it cannot read, it is not used
        if not is_failure(error):
            raise
        raise CannotCount(f"it cannot read the file, {shown(str(error), 100)}") from None
    engine.no_padding()
    engine.no_truncation()
    return engine


ENGINE = CountingEngine(key="tokie", label=f"tokie {_VERSION}".strip(), build=build, n_threads=processors())
