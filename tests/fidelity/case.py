"""One tokenizer to compare with the library that owns its format."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """A tokenizer opened by our spec, and the same file under the reference library.

    Args:
        source: key of our source.
        name: the tokenizer's name in the table.
        spec: opens it here.
        library: name of the reference library.
        reference: loads the reference and returns text -> ids, plain (nothing added, special tokens in the text as
            ordinary text).
        accepts: texts that the reference can take at all; the rest are skipped, with the reason in a comment.
    """

    source: str
    name: str
    spec: str
    library: str
    reference: Callable[[], Callable[[str], list[int]]]
    accepts: Callable[[str], bool] = lambda text: True
