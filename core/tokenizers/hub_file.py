"""A file on the Hub of which what is read is fetched, by ranges."""

import io
from typing import Any

from core.common.errors import TooLarge
from core.common.numbers import count
from core.tokenizers.hub_download import ANSWER_SECONDS

_MOST_RANGE = 512 * 2**20  # bytes fetched at once


class HubFile(io.RawIOBase):
    """One that can be sought and read.

    Args:
        address: of the file, at a commit.
        n_bytes: that it has.
    """

    def __init__(self, address: str, n_bytes: int) -> None:
        super().__init__()
        self._address, self._size, self._at = address, n_bytes, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go there; nothing is fetched."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fetch as many bytes as the buffer takes, in one request.

        Raises:
            TooLarge: they are too many.
        """
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status  # type: ignore[attr-defined]

        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        if wanted > _MOST_RANGE:
            raise TooLarge(f"A part of this file has {count(wanted)} bytes, too many at once. Name another file.")
        part = f"bytes={self._at}-{self._at + wanted - 1}"
        headers = {**build_hf_headers(), "Range": part, "Accept-Encoding": "identity"}
        response = get_session().get(self._address, headers=headers, timeout=ANSWER_SECONDS, follow_redirects=True)
        hf_raise_for_status(response)
        data = response.content[:wanted]
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
