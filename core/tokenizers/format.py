"""What a module of `core.tokenizers.formats` declares, and the files it is handed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer

HEAD_BYTES = 4096  # by which formats are told apart
MAX_FILE_BYTES = 256 * 2**20  # the largest tokenizer.json in wide use is about 35 MB


@dataclass(frozen=True)
class Files:
    """The files of one tokenizer: the one named, and siblings that belong to it.

    Args:
        spec: the spec string that the tokenizer will carry.
        paths: file name to path.
        main: the name the user gave, or empty if a folder was given.
        options: settings from the spec, such as {"pre": "gpt2"}.
        folder: the name of the folder that was given, if one was.
    """

    spec: str
    paths: Mapping[str, Path]
    main: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""

    def named(self, *names: str) -> str | None:
        """The first of these file names that is here, preferring the one the user gave."""
        if self.main in names:
            return self.main
        return next((name for name in names if name in self.paths), None) if not self.main else None

    @cached_property
    def head(self) -> bytes:
        """The first 4,096 bytes of the main file, by which formats are told apart; empty for a folder."""
        return head_of(self.paths[self.main]) if self.main else b""

    def read(self, name: str, limit: int = MAX_FILE_BYTES) -> bytes:
        """The content of a file.

        Raises:
            TooLarge: it is over `limit` bytes.
            UnreadableFile: it cannot be opened.
        """
        path = self.paths[name]
        try:
            size = path.stat().st_size
            if size > limit:
                raise TooLarge(
                    f"{shown(name)} has {count(size / 2**20)} MB; a tokenizer file may have {count(limit / 2**20)} MB. "
                    "Pick the tokenizer's own file, not the model's weights."
                )
            return path.read_bytes()
        except OSError as error:
            raise UnreadableFile(f"{shown(name)} cannot be read: {error.strerror or error}.") from None

    def fingerprint(self, *names: str) -> str:
        """Hash of the content of these files and of the options, 16 hex digits."""
        digest = hashlib.sha256()
        for name in names:
            with self.paths[name].open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        digest.update(repr(sorted(self.options.items())).encode())
        return digest.hexdigest()[:16]


def head_of(path: Path) -> bytes:
    """The first 4,096 bytes of a file."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file format, or one place that tokenizers are named in.

    Args:
        key: the module's word for itself.
        label: for people.
        recognises: the name of the file in these `Files` that this source reads, or None. Decided by content where
            possible; the sources' `rank` breaks ties in a folder.
        load: builds the tokenizer from files that were recognised. Raises UnreadableFile for damaged ones.
        scheme: for places, the word before the colon of a spec.
        open: for places, opens the tokenizer from the rest of the spec; one that strangers made comes back as an
            `IsolatedTokenizer`.
        offered: for places, spec strings and labels that open without a network.
        rank: order in which sources are asked about a folder; low first.
    """

    key: str
    label: str
    recognises: Callable[[Files], str | None] | None = None
    load: Callable[[Files], LocalTokenizer] | None = None
    scheme: str = ""
    open: Callable[[str], Tokenizer] | None = None
    offered: Callable[[], list[tuple[str, str]]] | None = None
    rank: int = 50
