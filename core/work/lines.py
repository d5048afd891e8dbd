"""Lines of text by language, from a folder or zip archive with one file per language, such as `eng_Latn.dev`."""

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath

from core.errors import UnknownName, UnreadableFile, shown


@dataclass(frozen=True)
class Lines:
    """A corpus; line n of every language means the same if it is a parallel one.

    Args:
        path: the folder or archive.
        split: ending of the files to read, such as "dev"; empty for any.
    """

    path: Path
    split: str = ""

    @cached_property
    def names(self) -> dict[str, str]:
        """File name by language, sorted by language.

        Raises:
            UnreadableFile: there is no such folder or archive, or nothing in it.
        """
        try:
            if self.path.is_dir():
                found = [str(path.relative_to(self.path)) for path in self.path.rglob("*") if path.is_file()]
            else:
                with zipfile.ZipFile(self.path) as archive:
                    found = [name for name in archive.namelist() if not name.endswith("/")]
        except (OSError, zipfile.BadZipFile) as error:
            raise UnreadableFile(f"{shown(str(self.path))} is no folder or zip archive of texts: {error}.") from None
        names = [PurePosixPath(name) for name in found]
        kept = [n for n in names if not n.name.startswith(".") and (not self.split or n.suffix == f".{self.split}")]
        if not kept:
            raise UnreadableFile(f"{shown(str(self.path))} has no files that end in {shown(self.split or 'anything')}.")
        return {name.stem: str(name) for name in sorted(kept, key=lambda name: name.stem)}

    def of(self, language: str) -> list[str]:
        """The lines of one language.

        Raises:
            UnknownName: there is no such language; suggests the nearest.
            UnreadableFile: the file is not UTF-8.
        """
        if language not in self.names:
            raise UnknownName("language", language, self.names)
        name = self.names[language]
        if self.path.is_dir():
            data = (self.path / name).read_bytes()
        else:
            with zipfile.ZipFile(self.path) as archive:
                data = archive.read(name)
        try:
            # Not splitlines(), which also splits at U+2028 and U+0085 inside a sentence.
            return data.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{shown(name)} is not UTF-8: byte {error.start} is {error.object[error.start]:#x}."
            ) from None

    def fingerprint(self) -> str:
        """Hash of the texts' content, 16 hex digits; unlike the archive's own, it is the same however it was packed."""
        digest = hashlib.sha256()
        for language in self.names:
            digest.update(f"{language} {hash_of(self.of(language))}\n".encode())
        return digest.hexdigest()[:16]


def hash_of(lines: Sequence[str]) -> str:
    """Hash of lines, 32 hex digits; where they begin and end counts."""
    digest = hashlib.sha256()
    for line in lines:
        data = line.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:32]


@lru_cache(maxsize=2)
def lines_at(path: Path, split: str) -> Lines:
    """The corpus at a path, remembered in this process."""
    return Lines(path, split)
