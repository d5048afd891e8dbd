"""Keeps uploaded parallel text by content, once it has been read without complaint."""

from core.common.uploads import Uploads, accept, plain_name, short_hash
from core.corpora.facts import CorpusFacts
from core.corpora.reading import examined
from core.corpora.sources.file import ENDINGS

UPLOADS = Uploads("corpora", "uploads")


def keep_corpus(name: str, content: bytes, owner: str = "") -> CorpusFacts:
    """Look what is in an upload and store it; its spec is `upload:HASH/NAME`. What cannot be read is not stored.

    Args:
        name: as the browser sent it; only its ending and harmless characters are used.
        owner: whose it is.

    Raises:
        UserError: uploads are switched off, or the content is no parallel text.
        TooLarge: more bytes than allowed.
    """
    accept(name, content, "Compress it into a .zip, or take fewer sentences.")
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    safe = plain_name(name, "corpus", r"[^A-Za-z0-9._-]+", ending)
    digest = short_hash(safe.encode(), content)
    with UPLOADS.checked(digest, {safe: content}, owner) as folder:
        return examined(f"upload:{digest}/{safe}", folder / safe)
