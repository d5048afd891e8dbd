"""gigatoken: a Rust engine for BPE that knows the usual pre-tokenizers by heart, remembers words and uses all threads.

What it does not know it refuses. It forgets no word (0.10.0), so it is built anew when they take too much memory.
"""

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from core.common.errors import is_failure, shown
from core.common.memory import resident_bytes
from core.counting.end_to_end import END, EndToEnd
from core.counting.engine import (
    CannotCount,
    Counter,
    CountingEngine,
    beside_reference,
    processors,
    unknown_ids,
)
from core.counting.opening import normalised, through_file
from core.tokenizers.formats.tiktoken import FAST
from core.tokenizers.pretokenizers import PRE_TOKENIZERS
from core.tokenizers.tokenizer import Counts, LocalTokenizer, Serialised, counts_of_ids

_CALL_CHARACTERS = 4_000_000
# About 30 million characters, of which real text leaves 60 MB of remembered words, text where no word comes twice 300
# MB. To build it anew and warm it up takes a third of the time in which it counts so many.
_LOOK_TOKENS = 10_000_000  # between two looks at the memory
_FORGET_BYTES = 200 * 2**20  # by which this process may have grown since the engine was built
_GPT2 = (PRE_TOKENIZERS["gpt2"].patterns[0], FAST["gpt2"])
_TEKKEN = PRE_TOKENIZERS["olmo2"].patterns[0].replace(r"\p{N}{1,3}", r"\p{N}")
SCHEMES = {
    **dict.fromkeys(_GPT2, "gpt2"),
    FAST["cl100k"]: "gpt4",
    PRE_TOKENIZERS["cl100k"].patterns[0]: "olmo3",  # OLMo 3 has the pattern of cl100k as Llama 3 writes it
    PRE_TOKENIZERS["qwen2"].patterns[0]: "qwen2",
    PRE_TOKENIZERS["o200k"].patterns[0]: "o200k",
    _TEKKEN: "nemotron",
}
_PARALLEL = processors() > 1  # one in a worker of ours among others
_ALONE = 5 * 2**18  # bytes up to which a second thread, which remembers words of its own, saves less than it takes

try:
    _VERSION = version("gigatoken")
except PackageNotFoundError:
    _VERSION = ""


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by gigatoken.

    Raises:
        CannotCount: it is not installed, or does not know this kind of tokenizer.
    """
    form = tokenizer.serialised()
    if form is None:
        raise CannotCount("no format that it reads")
    if not _VERSION:
        raise CannotCount("not installed")
    from gigatoken.gigatoken_rs import BytesSource

    make, specials = _maker(form)
    try:
        engine = make()
    except BaseException as error:  # whatever it raises for what it cannot read, it is not used
        if not is_failure(error):
            raise
        raise CannotCount(f"it cannot read the file, {shown(str(error).partition(chr(10))[0], 100)}") from None
    unknown = unknown_ids(tokenizer)
    lock, read, before = Lock(), 0, resident_bytes()

    def count(texts: EndToEnd) -> Counts:
        nonlocal engine, read, before
        # A buffer takes it a tenth less than a list of strings. Most texts are normal as they are, and cost a glance;
        # what is not is composed by itself, since end to end one such text would have all of them composed.
        joined = [END.join([*normalised(form, texts.texts), ""])] if form.normalise else texts.joined
        buffer = b"".join([piece.encode() for piece in joined])
        with lock:
            if read > _LOOK_TOKENS:
                read = 0
                if resident_bytes() - before > _FORGET_BYTES:
                    engine = make()
                    before = resident_bytes()
            now = engine
        parallel = _PARALLEL and len(buffer) > _ALONE
        layout = now.encode_batch(BytesSource(buffer, END), parallel=parallel).layout
        ids = np.asarray(layout.content.data)
        with lock:
            read += len(ids)
        edges = np.zeros(len(texts) + 1, np.int64)
        edges[1:][texts.lengths > 0] = np.asarray(layout.offsets.data)[1:]  # it skips empty texts
        return counts_of_ids(ids, np.maximum.accumulate(edges), unknown)

    return beside_reference(tokenizer, count, specials, _CALL_CHARACTERS)


def _maker(form: Serialised) -> tuple[Callable[[], Any], list[str]]:
    """(what builds the engine, spellings that it would cut out of a text)."""
    from gigatoken.gigatoken_rs import BPETokenizer, load_hf_json

    if form.format == "tiktoken":
        scheme = SCHEMES.get(form.pattern)
        if scheme is None:
            raise CannotCount("it does not know the pattern")
        return lambda: through_file(form.data, lambda path: BPETokenizer.from_tiktoken(Path(path), scheme)), []
    if form.format == "sentencepiece":
        from gigatoken._load.sentencepiece import sentencepiece_to_tokenizer_json

        try:
            document = json.loads(sentencepiece_to_tokenizer_json(form.data))
        except ValueError as error:
            raise CannotCount(f"it cannot read the file, {shown(str(error), 100)}") from None
    else:
        document = json.loads(form.data)
    specials = [token["content"] for token in document.get("added_tokens") or () if token.get("special")]
    data = json.dumps(_known_by_name(document))
    return lambda: load_hf_json(data), specials


def _known_by_name(document: dict[str, Any]) -> dict[str, Any]:
    """The same tokenizer, GPT-2's pattern not written out but switched on, which is how gigatoken knows it."""
    match document.get("pre_tokenizer"):
        case {
            "type": "Sequence",
            "pretokenizers": [
                *before,
                {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "use_regex": False} as byte_level,
            ],
        } if pattern in _GPT2 and not before:
            return {**document, "pre_tokenizer": {**byte_level, "use_regex": True}}
    return document


ENGINE = CountingEngine(key="gigatoken", label=f"gigatoken {_VERSION}".strip(), build=build, n_threads=processors())
