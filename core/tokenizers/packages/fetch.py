"""Fetches a tokenizer out of a package, once: what it is made of is kept under `TOKEN_ATLAS_HOME` by its hash."""

import hashlib
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.common.atomic import write_whole
from core.common.codec import Mismatch, from_json, to_json
from core.common.disk import on_disk
from core.common.errors import UserError
from core.common.home import home
from core.common.settings import settings
from core.common.uploads import Uploads, short_hash
from core.tokenizers.catalog import LEADING
from core.tokenizers.packages.client import fetch_archive
from core.tokenizers.packages.place import PackagePlace
from core.tokenizers.packages.unpack import unpacked

PACKAGES = Uploads("packages")


@dataclass(frozen=True)
class KeptPackage:
    """A tokenizer that was taken out of a package.

    Args:
        digest: 16 hex digits under which its files are kept.
        main: the file that stands for all.
        archive: the archive's file name, which says the version.
        sha256: of the archive, hex.
        n_bytes: of the archive.
    """

    digest: str
    main: str
    archive: str
    sha256: str
    n_bytes: int

    @property
    def path(self) -> Path:
        """The file, or the folder where that holds a tokenizer in several files.

        Raises:
            UserError: it is no longer kept.
        """
        file = PACKAGES.find(f"{self.digest}/{self.main}")
        return file.parent if self.main in LEADING else file

    @property
    def note(self) -> str:
        """Where it comes from, for people."""
        return f"From {self.archive} ({self.n_bytes / 1e6:,.1f} MB, sha256 {self.sha256[:16]}…), read as data."


def kept(wanted: PackagePlace) -> KeptPackage | None:
    """What was fetched of it before and is still here."""
    with suppress(OSError, Mismatch, UserError):
        found = from_json(KeptPackage, _record(wanted).read_bytes())
        if found.path.exists():
            return found
    return None


def fetch_package(wanted: PackagePlace) -> KeptPackage:
    """The tokenizer in a package, from here or from its registry.

    Raises:
        UserError: nothing may be fetched here, or it cannot be; says why.
    """
    here = kept(wanted)
    if here is not None:
        return here
    settings().refuse("network")
    with on_disk("The package"), tempfile.TemporaryDirectory(dir=home("package-downloads")) as folder:
        archive = fetch_archive(wanted, Path(folder))
        files = unpacked(archive, wanted.file)
        sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
        digest = short_hash(sha256.encode(), *(name.encode() for name in files))
        PACKAGES.keep(digest, files)
        found = KeptPackage(digest, next(iter(files)), archive.name, sha256, archive.stat().st_size)
        write_whole(_record(wanted), to_json(found).encode())
    return found


def _record(wanted: PackagePlace) -> Path:
    name = short_hash(f"{wanted.registry}:{wanted.requirement}/{wanted.file}".encode())
    return home("package-records") / f"{name}.json"
