"""`sample`: our own sentences in many languages, which ship with the project."""

import json

from core.corpora.alignment import aligned, remarks
from core.corpora.corpus import Corpus, CorpusSource
from core.text.samples import FOLDER

_NOTE = (
    "A demonstration: sentences written for this project and translated with a machine's help. Claims about a language "
    "need FLORES."
)


def _open(rest: str, split: str) -> Corpus:
    lines = (FOLDER / "premium.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    rows = map(json.loads, lines)
    sentences, gaps = aligned({row["code"]: row["sentences"] for row in rows})
    notes = (_NOTE, *remarks(sentences))
    return Corpus("sample", "Our sample", sentences, "Apache-2.0", notes, tuple(gaps))


CORPUS = CorpusSource(
    key="sample",
    label="Our sample",
    open=_open,
    here=lambda: True,
    description="60 everyday, news, technical and numeric sentences in many languages. Claims need FLORES.",
)
