"""Keeps secrets out of whatever a person may see: the values of secret variables, and what looks like a Hub token."""

import os
import re

_SECRET_NAME = re.compile(r"(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|KEY|CREDENTIALS?)$", re.IGNORECASE)
_HUB_TOKEN = re.compile(r"\bhf_[A-Za-z0-9]{16,}\b")
_FOLDERS = re.compile(r"(?<![\w:/.…])/(?:[^/\s'\":,]+/)+")
_concealed: set[str] = set()
_SHORTEST = 8  # a shorter value is no secret worth the name, and would be found in ordinary words


def conceal(secret: str) -> None:
    """Keep this value out of everything that `redacted` looks at from now on, in this process."""
    if len(secret) >= _SHORTEST:
        _concealed.add(secret)


def redacted(text: str) -> str:
    """The text with every secret of this process's environment, and every concealed one, replaced by stars.

    >>> redacted("401 for hf_abcdefghijklmnopqrst")
    '401 for ***'
    """
    for name, value in os.environ.items():
        if len(value) >= _SHORTEST and _SECRET_NAME.search(name):
            text = text.replace(value, "***")
    for value in _concealed:
        text = text.replace(value, "***")
    return _HUB_TOKEN.sub("***", text)


def without_folders(text: str) -> str:
    """The text with the folders of every absolute path left out.

    >>> without_folders("No such file: '/home/ann/models/x.json', see https://example.org/a/b")
    "No such file: '…/x.json', see https://example.org/a/b"
    """
    return _FOLDERS.sub("…/", text)


def harmless_environment() -> dict[str, str]:
    """This process's environment without its secrets, for a process that has no use for them."""
    return {name: value for name, value in os.environ.items() if not _SECRET_NAME.search(name)}
