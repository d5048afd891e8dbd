"""`upload:HASH/NAME`: parallel text that was uploaded."""

from core.common.settings import settings
from core.corpora.corpus import Corpus, CorpusSource
from core.corpora.sources.file import open_path
from core.corpora.uploads import UPLOADS


def _open(rest: str, split: str) -> Corpus:
    settings().refuse("upload")
    return open_path(UPLOADS.find(rest), f"upload:{rest}" + (f"#{split}" if split else ""), split)


CORPUS = CorpusSource(
    key="upload",
    label="An uploaded file",
    open=_open,
    reads=lambda rest: [UPLOADS.find(rest)],
    takes_path="always",
    description="Your own parallel text, uploaded here.",
)
