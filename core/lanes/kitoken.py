"""kitoken: one Rust engine for the formats of tokenizers, SentencePiece and tiktoken, several times as fast as most.

Two kinds of text are left to the reference, since kitoken 0.11.1 counts them in its own way: those that hold the
spelling of a special token (it cuts there even where it is told to take them as text), and those of whitespace alone.
"""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from itertools import chain, pairwise

import ahocorasick_rs
import numpy as np

from core.atomic import write_whole
from core.errors import shown
from core.home import home
from core.kinds import Kind
from core.lane import Counter, Lane, NoLane
from core.tokenizer import Counts, LocalTokenizer, Serialised

# One call keeps other threads waiting, so a call is kept to about a hundredth of a second.
_CALL_CHARACTERS = 50_000

try:
    _VERSION = version("kitoken")
except PackageNotFoundError:
    _VERSION = ""


def build(tokenizer: LocalTokenizer) -> Counter:
    """Counts by kitoken.

    Raises:
        NoLane: it is not installed, or does not read this tokenizer.
    """
    form = tokenizer.serialised()
    if form is None:
        raise NoLane("no format that it reads")
    engine = _engine(form)
    special = ahocorasick_rs.AhoCorasick(_specials(engine, form))
    vocabulary = tokenizer.vocabulary
    unknown = None if vocabulary is None else vocabulary.kinds == Kind.UNKNOWN
    if unknown is not None and not unknown.any():
        unknown = None

    def count(texts: Sequence[str]) -> Counts:
        tokens = np.zeros(len(texts), np.int32)
        n_unknown = np.zeros(len(texts), np.int32)
        apart = [n for n, text in enumerate(texts) if not text.strip() or special.find_matches_as_indexes(text)]
        if apart:
            by_reference = tokenizer.count([texts[n] for n in apart])
            kept = set(apart)
            texts = ["" if n in kept else text for n, text in enumerate(texts)]
        for start, stop in _calls(texts):
            batch = list(texts[start:stop])
            if form.normalise == "NFC":
                batch = [unicodedata.normalize("NFC", text) for text in batch]
            ids = engine.encode_all(batch, False)
            lengths = np.fromiter(map(len, ids), np.int32, len(ids))
            tokens[start:stop] = lengths
            if unknown is not None:
                flat = np.fromiter(chain.from_iterable(ids), np.int64, int(lengths.sum()))
                edges = np.concatenate([[0], np.cumsum(lengths)])
                seen = np.concatenate([[0], np.cumsum(unknown[flat])])
                n_unknown[start:stop] = seen[edges[1:]] - seen[edges[:-1]]
        if apart:
            tokens[apart], n_unknown[apart] = by_reference.tokens, by_reference.unknown
        return Counts(tokens, n_unknown)

    return count


def _engine(form: Serialised):  # type: ignore[no-untyped-def]  # kitoken is optional
    try:
        from kitoken import Kitoken
    except ImportError:
        raise NoLane("not installed") from None
    readers = {
        "tokenizers": Kitoken.from_tokenizers,
        "sentencepiece": Kitoken.from_sentencepiece,
        "tiktoken": Kitoken.from_tiktoken,
    }
    try:
        engine = readers[form.format](form.data)
        if form.pattern:
            rule = {"Pattern": {"pattern": {"Regex": form.pattern}, "behavior": "Isolate"}}
            engine.set_config({**engine.config(), "split": [rule]})
    except Exception as error:  # whatever it raises for what it cannot read, it is not used
        raise NoLane(f"it cannot read the file, {shown(str(error), 100)}") from None
    return engine


def _specials(engine, form: Serialised) -> list[str]:  # type: ignore[no-untyped-def]
    """The spellings that kitoken would cut out of a text; remembered, since asking takes it a second."""
    name = hashlib.sha256(f"{_VERSION} {form.format}".encode() + form.data).hexdigest()[:24]
    path = home("lanes") / f"specials-{name}.json"
    try:
        known: list[str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        spellings = (bytes(special["bytes"]).decode(errors="ignore") for special in engine.definition()["specials"])
        known = sorted({spelling for spelling in spellings if spelling})
        write_whole(path, json.dumps(known).encode())
    return known


def _calls(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Runs of texts for one call each."""
    edges, size = [0], 0
    for n, text in enumerate(texts):
        size += len(text)
        if size >= _CALL_CHARACTERS:
            edges.append(n + 1)
            size = 0
    if edges[-1] != len(texts):
        edges.append(len(texts))
    return list(pairwise(edges))


LANE = Lane(key="kitoken", label=f"kitoken {_VERSION}".strip(), build=build)
