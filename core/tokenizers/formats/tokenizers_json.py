"""`tokenizer.json`: the format of Hugging Face's tokenizers library, complete in one file, plain or gzipped."""

import re

import tokenizers

from core.common.errors import UnreadableFile, is_failure, shown
from core.tokenizers import sidecars
from core.tokenizers.auto.companions import add_to, companions
from core.tokenizers.auto.compared import class_for_json, differences
from core.tokenizers.auto.names import class_of, own_code
from core.tokenizers.auto.pipelines import CLASSES
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.tokenizer import Info

# One of its two obligatory keys with the type it has there; a vocabulary that has a token "model" maps it to a number.
_SIGNS = re.compile(rb'"added_tokens"\s*:\s*\[|"model"\s*:\s*\{')


def _recognises(files: Files) -> str | None:
    name = files.main or "tokenizer.json"
    if name not in files.paths:
        return None
    start = head(files, name).lstrip(b"\xef\xbb\xbf \t\r\n")
    return name if start.startswith(b"{") and _SIGNS.search(start) else None


def load(files: Files) -> HuggingFaceTokenizer:
    """The tokenizer in a tokenizer.json.

    Raises:
        UnreadableFile: the library cannot read it; gives the library's reason.
    """
    name = _recognises(files)
    assert name, "only recognised files are loaded"
    backend = parsed(content(files, name).removeprefix(b"\xef\xbb\xbf"), name)
    beside = sidecars.belonging(files, ("tokenizer.json",))
    own = _added(backend)
    kind = class_for_json(class_of(beside), backend)
    found = companions(beside, CLASSES[kind].roles if kind in CLASSES else {}, own=backend.get_added_tokens_decoder())
    untrained = found.untrained(backend)
    notes = [*add_to(backend, found), *own_code(beside), *differences(backend, kind, sidecars.config(beside), found)]
    info = Info(
        spec=files.spec,
        label=sidecars.label(files, name),
        source=SOURCE.key,
        # of the file alone where nothing beside it adds a token, so that equal tokenizers have equal fingerprints
        fingerprint=files.fingerprint(name) if _added(backend) == own else sidecars.fingerprint(beside, [name], kind),
        n_vocabulary=None,
        algorithm="",
        reference="",
        notes=tuple(notes),
        **sidecars.chat(beside, found.spellings, untrained),
    )
    return HuggingFaceTokenizer(backend, info)


def _added(backend: tokenizers.Tokenizer) -> dict[int, str]:
    """Added tokens with their flags, by id."""
    return {i: repr(token) for i, token in backend.get_added_tokens_decoder().items()}


def parsed(data: bytes, name: str) -> tokenizers.Tokenizer:
    """The library's tokenizer for the content of a tokenizer.json.

    Raises:
        UnreadableFile: with the library's reason in one line.
    """
    try:
        return tokenizers.Tokenizer.from_buffer(data)
    except BaseException as error:
        if not is_failure(error):
            raise
        reason = str(error).removeprefix("Cannot instantiate Tokenizer from buffer: ")
        raise UnreadableFile(
            f"{shown(name)} cannot be read as tokenizer.json: {shown(reason, 200)[1:-1]}. {_advice(reason)}"
        ) from None


def _advice(reason: str) -> str:
    if "hex escape" in reason:  # what the library says of \ud800 without its other half, which is no character
        return (
            "It holds half of a surrogate pair, such as \\ud800, which no text in UTF-8 has: take the entry out, or "
            "write it with both halves."
        )
    return "The file is damaged, or made for another version of the tokenizers library."


SOURCE = Source(
    key="tokenizers_json",
    label="tokenizer.json (Hugging Face)",
    recognises=_recognises,
    load=load,
    rank=20,
)
