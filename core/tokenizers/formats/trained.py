"""`trained:NAME`: a tokenizer that was trained here; in a server it lives in a process of its own, as files do."""

from core.tokenizers.catalog import open_path
from core.tokenizers.format import Source
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.serving import serving
from core.tokenizers.tokenizer import Tokenizer
from core.tokenizers.trained import SCHEME, trained_folder


def _open(name: str) -> Tokenizer:
    folder = trained_folder(name)
    spec = f"{SCHEME}:{name}"
    return IsolatedTokenizer(spec, folder) if serving() else open_path(spec, folder)


SOURCE = Source(key=SCHEME, label="Trained here", scheme=SCHEME, open=_open)
