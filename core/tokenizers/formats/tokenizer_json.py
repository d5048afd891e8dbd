"""`tokenizer.json`: the format of Hugging Face's tokenizers library, complete in one file, plain or gzipped."""

import re

import tokenizers

from core.common.errors import UnreadableFile, is_failure, shown
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.format import Files, Source
from core.tokenizers.gunzip import content, head
from core.tokenizers.sidecars import chat_template, label, special
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
    info = Info(
        spec=files.spec,
        label=label(files, name),
        source=SOURCE.key,
        fingerprint=files.fingerprint(name),
        n_vocabulary=None,
        algorithm="",
        reference="",
        chat_template=chat_template(files),
        bos=special(files, "bos_token"),
        eos=special(files, "eos_token"),
    )
    return HuggingFaceTokenizer(backend, info)


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
            f"{shown(name)} cannot be read as tokenizer.json: {shown(reason, 200)[1:-1]}. "
            "The file is damaged, or made for another version of the tokenizers library."
        ) from None


SOURCE = Source(
    key="tokenizers_json",
    label="tokenizer.json (Hugging Face)",
    recognises=_recognises,
    load=load,
    rank=20,
)
