"""The text that the shipped models learn from: twelve languages, in nine scripts, none of it kept in this repository.

Parallel sentences come from the data folder beside the repository, manuals from Debian's own packages, fetched with
`apt-get download`. The devtest part of FLORES-200 is never read here: it is what the models are judged by.
"""

import hashlib
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from core.common.data_folders import BESIDE
from core.common.errors import UserError
from core.common.home import home
from core.corpora.sources.udhr import articles

LANGUAGES = {
    "en": "eng_Latn", "de": "deu_Latn", "fr": "fra_Latn", "es": "spa_Latn", "tr": "tur_Latn", "ru": "rus_Cyrl",
    "ar": "arb_Arab", "hi": "hin_Deva", "th": "tha_Thai", "zh": "zho_Hans", "ja": "jpn_Jpan", "ko": "kor_Hang",
}  # fmt: skip
_UDHR = {
    "en": "eng", "de": "deu_1996", "fr": "fra", "es": "spa", "tr": "tur", "ru": "rus", "ar": "arb", "hi": "hin",
    "th": "tha", "zh": "cmn_hans", "ja": "jpn", "ko": "kor",
}  # fmt: skip
_HANDBOOK = {
    "en": "en-US", "de": "de-DE", "fr": "fr-FR", "es": "es-ES", "tr": "tr-TR", "ru": "ru-RU", "ar": "ar-MA",
    "zh": "zh-CN", "ja": "ja-JP", "ko": "ko-KR",
}  # fmt: skip
_HELP = {"hi": "hi", "tr": "tr", "zh": "zh-CN", "ja": "ja", "ko": "ko"}
_HELP_PACKAGE = {**_HELP, "zh": "zh-cn"}
# html.parser took two minutes for these 13,000 pages, which hold nothing that a pattern would get wrong.
_PARAGRAPH = re.compile(r'<(?:p|div class="para")[ >].*?</(?:p|div)>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_FEWEST = 40  # characters of a paragraph; shorter ones are labels


@dataclass(frozen=True)
class Part:
    """The texts of one source in one language; `n_bytes` and `sha256` are of them joined by line feeds."""

    source: str
    language: str
    licence: str
    texts: tuple[str, ...]

    @property
    def n_bytes(self) -> int:
        """Of all texts, with a line feed between."""
        return len("\n".join(self.texts).encode())

    @property
    def sha256(self) -> str:
        """Of the same, hex."""
        return hashlib.sha256("\n".join(self.texts).encode()).hexdigest()


def parts(*, manuals: bool = True) -> list[Part]:
    """All training text, in a fixed order.

    Args:
        manuals: whether those of Debian's packages are read too, which are fetched.

    Raises:
        UserError: a source is not there; says how to get it.
    """
    if not BESIDE.is_dir():
        raise UserError(f"The models are trained on the data folder beside the repository, which is not at {BESIDE}.")
    makers = (_flores_dev, _declaration, _english, *((_handbook, _office_help) if manuals else ()))
    found = [part for make in makers for part in make() if part.texts]
    return sorted(found, key=lambda p: (list(LANGUAGES).index(p.language), p.source))


def devtest() -> dict[str, list[str]]:
    """Held-out sentences by language: never trained on. One Spanish sentence stands in both parts, and is left out."""
    return {
        language: [line for line in _flores("devtest", code) if line not in known]
        for language, code in LANGUAGES.items()
        if (known := set(_flores("dev", code)))
    }


def _flores(split: str, code: str) -> list[str]:
    with zipfile.ZipFile(BESIDE / "parallel" / f"flores200_{split}.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"{code}.{split}"))
        return archive.read(name).decode().splitlines()


def _flores_dev() -> Iterator[Part]:
    for language, code in LANGUAGES.items():
        yield Part("FLORES-200 dev", language, "CC BY-SA 4.0", tuple(_flores("dev", code)))


def _declaration() -> Iterator[Part]:
    with zipfile.ZipFile(BESIDE / "parallel" / "udhr_html.zip") as archive:
        names = {Path(n).stem: n for n in archive.namelist()}
        for language, code in _UDHR.items():
            texts = tuple(filter(None, articles(archive.read(names[code]).decode())))
            yield Part("Universal Declaration of Human Rights", language, "public domain", texts)


def _english() -> Iterator[Part]:
    for name, title, licence in (
        ("wikitext2_valid.txt", "WikiText-2 valid", "CC BY-SA 3.0"),
        ("wikitext2_test.txt", "WikiText-2 test", "CC BY-SA 3.0"),
    ):
        lines = (BESIDE / "mono" / name).read_text().splitlines()
        yield Part(title, "en", licence, tuple(t for line in lines for t in _whole_sentences(line)))
    speeches = (BESIDE / "mono" / "tinyshakespeare.txt").read_text().split("\n\n")
    yield Part("tiny Shakespeare", "en", "public domain", tuple(s for s in speeches if len(s) > _FEWEST))
    stories = (BESIDE / "mono" / "tinystories_sample.txt").read_text().split("<|endoftext|>")
    yield Part("TinyStories sample", "en", "CDLA-Sharing-1.0", tuple(s.strip() for s in stories if s.strip()))


def _whole_sentences(line: str) -> Iterator[str]:
    """Runs of sentences of a paragraph of WikiText in which no word was replaced by <unk>."""
    for run in "\0".join(re.split(r"(?<= [.?!]) ", line)).split("<unk>"):
        kept = run.split("\0")
        # What stands beside an <unk> is part of a sentence only.
        text = " ".join(kept[1:-1]).strip() if "<unk>" in line else line.strip()
        if len(text) > _FEWEST and not text.startswith("="):
            yield _spoken(text)


def _spoken(line: str) -> str:
    """A line of WikiText as it was before it was cut into words."""
    line = re.sub(r" @(.)@ ", r"\1", line)
    line = re.sub(r" ([,.;:!?)\]}%]|'s\b|n't\b)", r"\1", line)
    line = re.sub(r"([(\[{]) ", r"\1", line)
    return re.sub(r'" (.*?) "', r'"\1"', line)


def _handbook() -> Iterator[Part]:
    root = _unpacked("debian-handbook") / "usr" / "share" / "doc" / "debian-handbook" / "html"
    original: set[str] = set()
    for language, folder in _HANDBOOK.items():
        texts = tuple(text for text in _paragraphs(root / folder) if text not in original)
        original = original or set(texts)  # English comes first; what a translation left in English is dropped
        yield Part("The Debian Administrator's Handbook", language, "CC BY-SA 3.0 or GPL-2+", texts)


def _office_help() -> Iterator[Part]:
    for language, folder in _HELP.items():
        root = _unpacked(f"libreoffice-help-{_HELP_PACKAGE[language]}") / "usr" / "share" / "libreoffice" / "help"
        texts = tuple(text for text in _paragraphs(root / folder / "text") if not text.isascii())
        yield Part("LibreOffice help", language, "MPL-2.0", texts)


def _paragraphs(folder: Path) -> list[str]:
    """Each paragraph of the pages below a folder once, in order of page."""
    found: dict[str, None] = {}
    for path in sorted(folder.rglob("*.html")):
        raw = (_TAG.sub("", p) for p in _PARAGRAPH.findall(path.read_text(errors="replace")))
        found.update(dict.fromkeys(t for p in raw if len((t := " ".join(unescape(p).split())).encode()) > _FEWEST))
    return list(found)


@cache
def _unpacked(package: str) -> Path:
    """The content of a Debian package, in this project's cache."""
    target = home("model-texts", package)
    if (target / "usr").is_dir():
        return target
    folder = home("model-texts")
    try:
        subprocess.run(["apt-get", "download", package], cwd=folder, check=True, capture_output=True)
        deb = max(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg-deb", "-x", str(deb), str(target)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        raise UserError(
            f"The Debian package {package} could not be fetched ({type(error).__name__}). Its text is part of what the "
            "models are trained on: run this where apt-get works, or unpack the package to "
            f"{target}."
        ) from None
    return target
