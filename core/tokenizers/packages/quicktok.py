"""OpenAI's merge ranks as the package quicktok-v1 holds them, so that three encodings of tiktoken need no network.

A `.vocab` is a uint32 count, then per token a uint16 length, its bytes and its uint32 rank, little endian. Written back
as tiktoken's text, o200k and cl100k have exactly the hashes that tiktoken publishes, and are used only while they do.
The package also holds Llama 3's vocabulary, which its owner restricts: it is not opened here.
"""

import binascii
import hashlib
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.tokenizers.packages.installed import PackagedFile

_FILES = {
    "o200k_base": PackagedFile(
        "quicktok-v1",
        "quicktok/data/o200k.vocab",
        "6b17521f79788c7ace48fc75f6edde125637a90b0018427e68f28d051b2ac1fe",
        "MIT, OpenAI",
    ),
    "cl100k_base": PackagedFile(
        "quicktok-v1",
        "quicktok/data/cl100k.vocab",
        "4a945d497c213acde921bc8d69bc8dad9c603ea97c50c014e04ad0fadc09eecb",
        "MIT, OpenAI",
    ),
}
ENCODINGS = ("o200k_base", "o200k_harmony", "cl100k_base")  # of tiktoken that open without a network


def packaged_ranks(address: str, sha256: str | None) -> dict[bytes, int] | None:
    """Rank by byte string, where a package here has the file that tiktoken would download; else None.

    Args:
        address: of the file, as tiktoken has it.
        sha256: of that file, hex, as tiktoken has it.
    """
    file = _FILES.get(address.rpartition("/")[2].removesuffix(".tiktoken"))
    if file is None or sha256 is None:
        return None
    try:
        found = ranks_in(file.find())
    except UserError:
        return None
    return found if hashlib.sha256(tiktoken_text(found)).hexdigest() == sha256 else None


def ranks_in(path: Path) -> dict[bytes, int]:
    """Rank by byte string, in the order of the file.

    Raises:
        UnreadableFile: it breaks off, or has bytes behind its last token.
    """
    data = path.read_bytes()
    found: dict[bytes, int] = {}
    at = 4
    while at + 2 <= len(data):
        start = at + 2
        end = start + int.from_bytes(data[at:start], "little")
        at = end + 4
        found[data[start:end]] = int.from_bytes(data[end:at], "little")
    if at != len(data) or len(found) != int.from_bytes(data[:4], "little"):
        raise UnreadableFile(f"{shown(path.name)} is not a whole .vocab file of quicktok.")
    return found


def tiktoken_text(rank_by_bytes: dict[bytes, int]) -> bytes:
    """The same as tiktoken publishes it, in the order given.

    >>> tiktoken_text({b"a": 0, b"ab": 1})
    b'YQ== 0\\nYWI= 1\\n'
    """
    lines = [b"%s %d\n" % (binascii.b2a_base64(piece, newline=False), n) for piece, n in rank_by_bytes.items()]
    return b"".join(lines)
