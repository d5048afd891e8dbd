"""A repaired tokenizer: the file, what went and what stayed, and what that changes on texts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from core.common.atomic import whole_folder
from core.common.codec import APART
from core.common.errors import UserError
from core.common.progress import report
from core.tokenizers.backends.spm_proto import read_proto
from core.tokenizers.format import Files
from core.tokenizers.formats import sentencepiece
from core.tokenizers.isolation.pool import IsolatedTokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.entries import Ids, entries_of
from core.vocabulary.repair.effect import Effect, effect, effects
from core.vocabulary.repair.original import beside, file_name, files_of, source_of
from core.vocabulary.repair.removal import BuiltOn, Removal, nothing_goes
from core.vocabulary.repair.sentencepiece import marked_unused
from core.vocabulary.repair.take_out import read_document, refuse_none, spared_beside, take_out


@dataclass(frozen=True, eq=False)
class Repaired:
    """What a repair comes to; nothing of it is written yet.

    Args:
        tokenizer: spec of the original.
        fingerprint: of the original.
        removed: ids that are taken out, ascending, int64 (n,).
        kept: ids that were asked for and stay, with the reason.
        n_rerouted: entries that are built from other parts than before.
        exact: whether a text without `removed` is certain to be cut as before; if not, `Effect.n_moved` counts.
        effects: what changes on the texts of each language.
        own: what changes on the text of each entry, cut by itself.
        data: the repaired file, uint8 (bytes,).
        file: its name.
    """

    tokenizer: str
    fingerprint: str
    removed: Annotated[Ids, APART]
    kept: tuple[tuple[int, str], ...]
    n_rerouted: int
    exact: bool
    effects: tuple[Effect, ...]
    own: Effect
    data: Annotated[NDArray[np.uint8], APART]
    file: str = "tokenizer.json"


def repaired(
    tokenizer: Tokenizer, ids: Sequence[int], built_on: BuiltOn, texts: Mapping[str, Sequence[str]], scratch: Path
) -> Repaired:
    """The repair of a tokenizer that is read from a tokenizer.json or a SentencePiece model.

    Args:
        texts: by language, to say what changes.
        scratch: a folder of one's own, in which the repaired one is tried.

    Raises:
        UserError: it is of another format, nothing can be taken out, or the repaired file cannot be used.
    """
    files, name = files_of(tokenizer)
    report(0, 0, "Taking entries out")
    found, data = _without(tokenizer, files, name, ids, built_on)
    if not found.removed:
        raise UserError(nothing_goes(found.kept))
    info, removed = tokenizer.info, np.array(found.removed, np.int64)
    file = file_name(source_of(info) or "", name)
    written(files, data, scratch / file)
    new = IsolatedTokenizer(f"file:{scratch / file}", scratch / file)
    try:
        report(0, 0, "Cutting texts with both")
        seen = effects(texts, tokenizer, new, removed)
        own = effect("each entry by itself", _own_texts(tokenizer), tokenizer, new, removed)
    finally:
        new.close()
    return Repaired(
        info.spec,
        info.fingerprint,
        removed,
        tuple(sorted(found.kept.items())),
        found.n_rerouted,
        found.exact,
        seen,
        own,
        np.frombuffer(data, np.uint8),
        file,
    )


def _without(
    tokenizer: Tokenizer, files: Files, name: str, ids: Sequence[int], built_on: BuiltOn
) -> tuple[Removal, bytes]:
    """What is taken out, and the file without it."""
    refuse_none(ids)
    if source_of(tokenizer.info) == sentencepiece.SOURCE.key:
        found = marked_unused(read_proto(files.read(name), name), sorted(set(ids)))
        return found, found.document.SerializeToString()
    document = read_document(files, name)
    found = take_out(document, ids, built_on, spared_beside(tokenizer, files, document))
    return found, json.dumps(found.document, ensure_ascii=False).encode()


def written(files: Files, data: bytes, path: Path) -> None:
    """Write the repaired file, and beside it those beside the original that say what its tokens are for."""
    path.write_bytes(data)
    for name in beside(files):
        (path.parent / name).parent.mkdir(exist_ok=True)
        (path.parent / name).write_bytes(files.read(name))


def write(tokenizer: Tokenizer, found: Repaired, out: Path) -> None:
    """A folder that transformers loads, whole or not at all.

    Raises:
        UserError: the folder is there already and holds something.
    """
    with whole_folder(out) as folder:
        written(files_of(tokenizer)[0], found.data.tobytes(), folder / found.file)


def _own_texts(tokenizer: Tokenizer) -> list[str]:
    entries = entries_of(tokenizer)
    return [text for text, stands in zip(entries.texts, entries.textual, strict=True) if stands and text]
