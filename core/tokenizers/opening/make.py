"""The cuts of the opening text, made with the tokenizers themselves."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from core.text.samples import opening_text
from core.tokenizers.catalog import offered, open_tokenizer
from core.tokenizers.formats import mistral, packaged
from core.tokenizers.opening.made_with import code_version, format_names, library_versions
from core.tokenizers.opening.shipped import OPENING, OpeningCut
from core.tokenizers.packages import quicktok
from core.tokenizers.packages.installed import PackagedFile


def written() -> str:
    """What `data/tokenizers/opening.json` holds, a line for each fact and for each cut."""
    facts = {
        "text": opening_text(),
        "code": code_version(),
        "libraries": library_versions(),
        "formats": format_names(),
        "offered": offered(),
    }
    cuts = {spec: {"file": asdict(vocabulary_file(spec)), **opening_cut(spec).document()} for spec in OPENING}
    return f'{{\n{_lines(facts)},\n"cuts": {{\n{_lines(cuts)}\n}}\n}}\n'


def _lines(values: Mapping[str, object]) -> str:
    return ",\n".join(f"{_json(name)}: {_json(value)}" for name, value in values.items())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def opening_cut(spec: str) -> OpeningCut:
    """The opening text cut by a tokenizer."""
    tokenizer = open_tokenizer(spec)
    cut = tokenizer.segment(opening_text())
    ids = sorted(set(cut.ids.tolist()))
    return OpeningCut(tokenizer.info, cut, dict(zip(ids, tokenizer.describe(ids), strict=True)))


def vocabulary_file(spec: str) -> PackagedFile:
    """The one file that a tokenizer of the opening is read from."""
    scheme, _, name = spec.partition(":")
    if scheme == "packaged":
        return packaged.PACKAGED[name].file
    if scheme == "tiktoken":
        return quicktok.PACKAGED[name].file
    path = mistral.shipped_file(name)
    return PackagedFile(
        "mistral-common",
        Path("mistral_common", "data", path.name).as_posix(),
        hashlib.sha256(path.read_bytes()).hexdigest(),
        "Apache-2.0, Mistral AI",
    )
