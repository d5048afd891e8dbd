"""A tokenizer from a package, whatever the registry: read as data, nothing of the package is installed or run.

It lives in a process of its own, as one from the Hub does.
"""

from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.packages.place import package_place
from core.tokenizers.tokenizer import Tokenizer


def open_package(registry: str, rest: str) -> Tokenizer:
    """The tokenizer that `REGISTRY:REST` names, fetched with the user's own client unless it is kept here.

    Raises:
        UserError: it cannot be had, or holds none or several tokenizers; says what to do.
    """
    from core.tokenizers.packages.fetch import fetch_package  # what it needs takes a moment to import

    wanted = package_place(registry, rest)
    found = fetch_package(wanted)
    label = wanted.name.rpartition("/")[2] + (f" ({found.main})" if wanted.file else "")
    return IsolatedTokenizer(f"{registry}:{rest}", found.path, wanted.options, label, (found.note,))
