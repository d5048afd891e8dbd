"""`text:HASH/NAME`: a plain text that was uploaded, its lines as the sentences of one language that has its name."""

from pathlib import Path

from core.common.plain_text import decoded
from core.common.settings import settings
from core.corpora.corpus import Corpus, CorpusSource
from core.corpora.text_uploads import AS_CORPUS, UPLOADS
from core.text.windows import windows

_LONGEST = 50_000  # characters of a sentence; a longer line is cut at a space


def open_text(path: Path, spec: str) -> Corpus:
    """The plain text at a path; line ends stay, since tokenizers have tokens for them.

    Args:
        spec: the spec string that the corpus will carry.

    Raises:
        UnreadableFile: it is not UTF-8.
    """
    lines = decoded(path.read_bytes(), path.name).splitlines(keepends=True)
    sentences = tuple(line[a:b] for line in lines for a, b in windows(line, _LONGEST))
    return Corpus(spec, path.name, {path.name: sentences})


def _open(rest: str, split: str) -> Corpus:
    settings().refuse("upload")
    return open_text(UPLOADS.find(rest), AS_CORPUS + rest)


CORPUS = CorpusSource(
    key="text",
    label="A plain text",
    open=_open,
    reads=lambda rest: [UPLOADS.find(rest)],
    takes_path="always",
    description="A plain text of your own, uploaded here.",
)
