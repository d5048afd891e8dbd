"""OpenAI's merge ranks as the package quicktok-v1 holds them, so that three encodings of tiktoken need no network.

A `.vocab` is a uint32 count, then per token a uint16 length, its bytes and its uint32 rank, little endian. Written back
as tiktoken's text, o200k and cl100k have exactly the hashes that tiktoken publishes. That is worked out by the tests,
not at every start: the files known here are those of which it holds, and any other is not opened.
The package also holds Llama 3's vocabulary, which its owner restricts: it is not opened here.
"""

import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.tokenizers.packages.installed import PackagedFile

_RANK_AND_LENGTH = struct.Struct("<IH")


@dataclass(frozen=True)
class PackagedRanks:
    """A `.vocab` file, and the hash, hex, that tiktoken publishes for the same ranks as text."""

    file: PackagedFile
    published: str


PACKAGED = {
    "o200k_base": PackagedRanks(
        PackagedFile(
            "quicktok-v1",
            "quicktok/data/o200k.vocab",
            "6b17521f79788c7ace48fc75f6edde125637a90b0018427e68f28d051b2ac1fe",
            "MIT, OpenAI",
        ),
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": PackagedRanks(
        PackagedFile(
            "quicktok-v1",
            "quicktok/data/cl100k.vocab",
            "4a945d497c213acde921bc8d69bc8dad9c603ea97c50c014e04ad0fadc09eecb",
            "MIT, OpenAI",
        ),
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
ENCODINGS = ("o200k_base", "o200k_harmony", "cl100k_base")  # of tiktoken that open without a network


def packaged_ranks(address: str, sha256: str | None) -> dict[bytes, int] | None:
    """Rank by byte string, where a package here has the file that tiktoken would download; else None.

    Args:
        address: of the file, as tiktoken has it.
        sha256: of that file, hex, as tiktoken has it.
    """
    known = PACKAGED.get(address.rpartition("/")[2].removesuffix(".tiktoken"))
    if known is None or known.published != sha256:
        return None
    try:
        return ranks_in(known.file.find())
    except UserError:
        return None


def ranks_in(path: Path) -> dict[bytes, int]:
    """Rank by byte string, in the order of the file.

    Raises:
        UnreadableFile: it breaks off, or has bytes behind its last token.
    """
    data = path.read_bytes()
    padded = data + b"\0\0"  # behind each rank stands the length of the next token, but not behind the last
    rank_by_bytes: dict[bytes, int] = {}
    at, n_bytes = 6, int.from_bytes(data[4:6], "little")
    with suppress(struct.error):  # it breaks off
        while at < len(padded):
            end = at + n_bytes
            rank_by_bytes[padded[at:end]], n_bytes = _RANK_AND_LENGTH.unpack_from(padded, end)
            at = end + _RANK_AND_LENGTH.size
    if at != len(padded) or len(rank_by_bytes) != int.from_bytes(data[:4], "little"):
        raise UnreadableFile(f"{shown(path.name)} is not a whole .vocab file of quicktok.")
    return rank_by_bytes
