"""Vocabularies that lie as data inside installed packages: found by their metadata, never imported.

Only a file whose content is the known one is handed out, so whoever opens it may do so in a server's own process.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from core.common.errors import UserError
from core.common.program import installing


@dataclass(frozen=True)
class PackagedFile:
    """A file of a package that `requirements.txt` pins.

    Args:
        package: its name on PyPI.
        path: from the folder that packages are installed in.
        sha256: of the content, hex.
        licence: of the vocabulary, which need not be the package's.
    """

    package: str
    path: str
    sha256: str
    licence: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]

    @property
    def origin(self) -> str:
        """Where it comes from and under which licence, for people."""
        return f"From the package {self.package}, read as data. Licence of the vocabulary: {self.licence}."

    def find(self) -> Path:
        """Where it lies on this machine.

        Raises:
            UserError: the package is not installed, or its file is not the known one.
        """
        return _found(self)


@cache
def _found(wanted: PackagedFile) -> Path:
    install = f"Install it again: {installing()}."
    try:
        path = Path(str(distribution(wanted.package).locate_file(wanted.path)))
        content = path.read_bytes()
    except (PackageNotFoundError, OSError):
        raise UserError(f"The package {wanted.package} with {wanted.name} is not installed here. {install}") from None
    if hashlib.sha256(content).hexdigest() != wanted.sha256:
        raise UserError(f"{wanted.name} of the installed {wanted.package} is not the file known here. {install}")
    return path
