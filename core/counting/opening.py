"""How engines come to a tokenizer's serialised form: through a file where they read nothing else, and to its text."""

import tempfile
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeVar

from core.tokenizers.tokenizer import Serialised

Opened = TypeVar("Opened")


def through_file(data: bytes, read: Callable[[str], Opened], ending: str = "") -> Opened:
    """What `read` makes of the path of a file with this content, which is gone afterwards.

    >>> through_file(b"ab", lambda path: (open(path).read(), path.endswith(".txt")), ".txt")
    ('ab', True)
    """
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(data)
        file.flush()
        return read(file.name)


def normalised(form: Serialised, texts: Sequence[str]) -> list[str]:
    """The texts with the normalisation that the file does not name.

    >>> normalised(Serialised("tiktoken", b"", normalise="NFC"), ["e\\u0301"]) == ["é"]
    True
    """
    kind = form.normalise
    return [unicodedata.normalize(kind, text) for text in texts] if kind else list(texts)
