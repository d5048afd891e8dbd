"""`floresplus`: FLORES-200 as its keepers go on correcting it, and more languages; on the Hub, for those with access.

Source: Open Language Data Initiative, openlanguagedata/flores_plus; CC BY-SA 4.0. One Parquet file per split and
language, `dev/eng_Latn.parquet`, with the columns `id` and `text`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.common.errors import UnreadableFile, UserError, shown
from core.common.settings import settings
from core.corpora.alignment import aligned, remarks
from core.corpora.articles import ARTICLE
from core.corpora.corpus import Corpus, CorpusSource, Gap
from core.stats.grouped_items import numbered

REPOSITORY = "openlanguagedata/flores_plus"
SPLITS = ("dev", "devtest")
LICENCE = "CC BY-SA 4.0, Open Language Data Initiative"
_PAGE = f"https://huggingface.co/datasets/{REPOSITORY}"


def snapshot(splits: tuple[str, ...]) -> Path:
    """The folder with the files of these splits, from the Hub or from its cache on this machine.

    Raises:
        UserError: no access, or neither network nor cache.
    """
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, LocalEntryNotFoundError

    patterns = [f"{split}/*.parquet" for split in splits]
    common: dict[str, Any] = {"repo_type": "dataset", "allow_patterns": patterns}
    try:
        settings().refuse("hub")
        return Path(snapshot_download(REPOSITORY, **common))
    except GatedRepoError:
        raise UserError(
            f"FLORES+ is gated: agree to its conditions at {_PAGE} and set HF_TOKEN to an access token before "
            "starting. FLORES-200 needs no access."
        ) from None
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError):
        pass
    try:
        return Path(snapshot_download(REPOSITORY, local_files_only=True, **common))
    except (LocalEntryNotFoundError, OSError):
        raise UserError(
            "FLORES+ is not in this machine's cache and the Hub cannot be reached. Connect once, or use FLORES-200."
        ) from None


def _open(rest: str, split: str) -> Corpus:
    splits = (split,) if split else SPLITS
    folder = snapshot(splits)
    texts: dict[str, list[str]] = {}
    gaps: list[Gap] = []
    parts = {name: {path.stem: path for path in sorted((folder / name).glob("*.parquet"))} for name in splits}
    for code in sorted({code for part in parts.values() for code in part}):
        missing = [name for name in splits if code not in parts[name]]
        if missing:
            gaps.append(Gap(code, f"it has no {' and no '.join(missing)}."))
        else:
            texts[code] = [line for name in splits for line in _lines(parts[name][code])]
    sentences, more = aligned(texts)
    notes = (f"Commit {folder.name[:12]} of {REPOSITORY} on the Hub.", *remarks(sentences))
    spec = "floresplus" + (f"#{split}" if split else "")
    label, groups = f"FLORES+ {' + '.join(splits)}", _articles(parts, splits)
    by = ARTICLE if groups else ""
    return Corpus(spec, label, sentences, LICENCE, notes, (*gaps, *more), groups=groups, grouped_by=by)


def _articles(parts: Mapping[str, Mapping[str, Path]], splits: tuple[str, ...]) -> tuple[int, ...]:
    """The article of each sentence by its address, which every language repeats; empty where they lack it."""
    found: list[str] = []
    for split in splits:
        path = next(iter(parts[split].values()), None)
        addresses = _column(path, "url") if path else []
        if not any(addresses):
            return ()
        found += addresses
    return numbered(found)


def _lines(path: Path) -> list[str]:
    """The sentences of a file in the order of their numbers."""
    found = _column(path, "text")
    if not found:
        raise UnreadableFile(f"{shown(path.name)} of FLORES+ has no sentences in a column 'text'. Fetch it again.")
    return found


def _column(path: Path, name: str) -> list[str]:
    """A column of a file in the order of the sentences' numbers; empty where the file lacks it."""
    import pyarrow as arrow  # type: ignore[import-untyped]
    from pyarrow import parquet

    try:
        if name not in parquet.read_schema(path).names:
            return []
        table = parquet.read_table(path, columns=["id", name])
    except (arrow.ArrowException, OSError, ValueError) as error:
        raise UnreadableFile(f"{shown(path.name)} of FLORES+ cannot be read: {shown(str(error), 100)}.") from None
    rows = zip(table.column("id").to_pylist(), table.column(name).to_pylist(), strict=True)
    return [text or "" for _, text in sorted(rows, key=lambda row: row[0])]


CORPUS = CorpusSource(
    key="floresplus",
    label="FLORES+",
    open=_open,
    splits=SPLITS,
    fetches=True,
    description="FLORES-200, corrected and with more languages, by the Open Language Data Initiative. On the Hub, for "
    "those who agreed to its conditions.",
)
