"""`flores200`: 2,009 sentences in 204 language-scripts, translated by professionals.

Source: NLLB Team 2022, No Language Left Behind; CC BY-SA 4.0.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from core.common.archives import unpacked
from core.common.data_folders import BESIDE
from core.common.download import Remote, download
from core.common.errors import UserError, shown
from core.common.home import home
from core.common.named_path import named_path
from core.common.numbers import count
from core.common.plain_text import lines
from core.common.program import PROGRAM
from core.common.settings import settings
from core.corpora.alignment import aligned, remarks
from core.corpora.articles import ARTICLE, articles
from core.corpora.corpus import Corpus, CorpusSource, Gap

SPLITS = ("dev", "devtest")
SENTENCES = {"dev": 997, "devtest": 1012}
LICENCE = "CC BY-SA 4.0, NLLB Team 2022"
_REMEDY = "Or get flores200_dataset.tar.gz elsewhere, unpack it and name the folder: flores200:FOLDER."
REMOTE = Remote(
    url="https://dl.fbaipublicfiles.com/nllb/flores200_dataset.tar.gz",
    sha256="b8b0b76783024b85797e5cc75064eb83fc5288b41e9654dabc7be6ae944011f6",
    n_bytes=25_585_843,
    what="FLORES-200",
    remedy=_REMEDY,
)
_BESIDE = BESIDE / "parallel"  # the developers' copy


def remote() -> Remote:
    """Where FLORES-200 is published, or the mirror that TOKEN_ATLAS_FLORES200_URL names; the checksum is the same."""
    return replace(REMOTE, url=os.environ.get("TOKEN_ATLAS_FLORES200_URL", "").strip() or REMOTE.url)


def fetch(source: Remote | None = None) -> Path:
    """The archive of FLORES-200 in the user's cache, downloaded if it is not there: 26 MB.

    Raises:
        UserError: it cannot be downloaded; says what to do instead.
    """
    return download(source or remote(), _archive())


def _archive() -> Path:
    return home("corpora") / "flores200_dataset.tar.gz"


def _found() -> Path | None:
    """Where FLORES-200 lies on this machine."""
    return next((place for place in (_archive(), _BESIDE) if place.exists()), None)


def _open(rest: str, split: str) -> Corpus:
    if rest:
        settings().refuse("file")
        place: Path | None = named_path(rest)
    else:
        place = _found()
    if place is None:
        raise UserError(
            "FLORES-200 is not on this machine. Download it (26 MB) on the page Premium or with "
            f"{PROGRAM} fetch flores200. {_REMEDY}"
        )
    spec = "flores200" + (f":{rest}" if rest else "") + (f"#{split}" if split else "")
    return read(place, spec, (split,) if split else SPLITS)


def read(place: Path, spec: str, splits: tuple[str, ...] = SPLITS) -> Corpus:
    """FLORES-200 from a folder, from archives in it, or from one archive.

    Raises:
        UserError: a split is not there, or its files are not those of FLORES.
    """
    if not place.exists():
        raise UserError(f"There is no folder {shown(str(place))}. {_REMEDY}")
    found: dict[str, dict[str, list[str]]] = {split: {} for split in splits}
    gaps: list[Gap] = []
    for name, content in _entries(place, splits):
        code, split = name.stem, name.suffix.removeprefix(".")
        if split not in found or code in found[split]:
            continue
        text = lines(content, str(name))
        if len(text) == SENTENCES[split]:
            found[split][code] = text
        else:
            gaps.append(Gap(code, f"{name.name} has {count(len(text))} lines instead of {count(SENTENCES[split])}."))
    for split in splits:
        if not found[split]:
            raise UserError(f"There are no files of the split {split} of FLORES-200 in {shown(str(place))}. {_REMEDY}")
    everywhere = [code for code in sorted(found[splits[0]]) if all(code in found[split] for split in splits)]
    missing = sorted({code for split in splits for code in found[split]} - set(everywhere) - {g.language for g in gaps})
    gaps += [Gap(code, "a split of it is missing.") for code in missing]
    texts = {code: [line for split in splits for line in found[split][code]] for code in everywhere}
    sentences, more = aligned(texts)
    ends = tuple(sum(SENTENCES[s] for s in splits[: n + 1]) for n in range(len(splits)))
    label = f"FLORES-200 {' + '.join(splits)}"
    return Corpus(
        spec,
        label,
        sentences,
        LICENCE,
        tuple(remarks(sentences)),
        (*gaps, *more),
        ends,
        groups=articles(splits),
        grouped_by=ARTICLE,
    )


def _entries(place: Path, splits: tuple[str, ...]) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Files named CODE.SPLIT, wherever the usual layouts put them."""
    if place.is_file():
        yield from unpacked(place)
        return
    for split in splits:
        for folder in (place / split, place, place / "flores200_dataset" / split):
            files = sorted(folder.glob(f"*_*.{split}"))
            if files:
                yield from ((PurePosixPath(path.name), path.read_bytes()) for path in files)
                break
        else:
            for name in (f"flores200_{split}.zip", f"{split}.zip", "flores200_dataset.tar.gz", "flores200.zip"):
                if (place / name).is_file():
                    yield from unpacked(place / name)
                    break


CORPUS = CorpusSource(
    key="flores200",
    label="FLORES-200",
    open=_open,
    reads=lambda rest: [named_path(rest)] if rest else [_archive(), _BESIDE],
    splits=SPLITS,
    takes_path="yes",
    here=lambda: _found() is not None,
    description="2\u202f009 sentences of news, travel and children's encyclopaedias in 204 language-scripts, "
    "translated by professionals. The usual text for comparing languages.",
)
