"""`controlled:TRAINER-ENTRIES`: a tokenizer of the family that ships, of which all are made of the same text."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from core.common.errors import UnknownName
from core.common.numbers import count
from core.tokenizers.format import Files, Source
from core.tokenizers.formats import tokenizers_json
from core.tokenizers.tokenizer import LocalTokenizer

SCHEME = "controlled"


def _open(name: str) -> LocalTokenizer:
    """From the files that a user has who keeps it, so that both have one fingerprint."""
    from core.training.export import (
        loadable_files,
        write_files,
    )  # late, as all below: this module is imported to list sources
    from core.training.family import controlled_names, shipped_one
    from core.training.trainer import TRAINERS

    known = controlled_names()
    if name not in known:
        raise UnknownName("tokenizer of the shipped family", name, known)
    one = shipped_one(*known[name])
    trainer = TRAINERS.get(one.recipe.trainer)
    with TemporaryDirectory(prefix="controlled-") as folder:
        write_files(Path(folder), loadable_files(one.data.tobytes(), one.recipe.options.specials, one.unknown))
        files = Files(f"{SCHEME}:{name}", {path.name: path for path in Path(folder).iterdir()}, folder=name)
        tokenizer = tokenizers_json.load(files)
    notes = (*tokenizer.info.notes, f"Of the family that ships (docs/training.md). {trainer.about}")
    tokenizer.info = replace(tokenizer.info, label=_label(*known[name]), source=SOURCE.key, notes=notes)
    return tokenizer


def _label(trainer: str, n: int) -> str:
    from core.training.trainer import TRAINERS

    return f"{TRAINERS.get(trainer).label}, {count(n)} (controlled)"


def _offered() -> list[tuple[str, str]]:
    from core.training.family import controlled_names

    return [(f"{SCHEME}:{name}", _label(*what)) for name, what in controlled_names().items()]


SOURCE = Source(key=SCHEME, label="Controlled: the family that ships", scheme=SCHEME, open=_open, offered=_offered)
