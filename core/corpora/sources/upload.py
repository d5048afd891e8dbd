"""`upload:HASH/NAME`: parallel text that was uploaded."""

from core.common.settings import settings
from core.corpora.corpus import Corpus, CorpusSource, grouped_spec
from core.corpora.sources.file import open_path
from core.corpora.uploads import UPLOADS


def _open(rest: str, split: str, groups: str = "") -> Corpus:
    settings().refuse("upload")
    spec = grouped_spec(f"upload:{rest}" + (f"#{split}" if split else ""), groups)
    return open_path(UPLOADS.find(rest), spec, split, groups)


CORPUS = CorpusSource(
    key="upload",
    label="An uploaded file",
    open=_open,
    open_grouped=_open,
    reads=lambda rest: [UPLOADS.find(rest)],
    takes_path="always",
    description="Your own parallel text, uploaded here.",
)
