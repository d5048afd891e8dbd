"""A tokenizer made from a model's own, as a folder."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.common.atomic import whole_folder
from core.models.loadable_tokenizer import configuration
from core.tokenizers.special_roles import roles_of
from core.tokenizers.tokenizer import LocalTokenizer


def write_tokenizer(out: Path, document: Mapping[str, Any], made_from: LocalTokenizer) -> None:
    """A folder that transformers loads, whole or not at all.

    Args:
        document: its tokenizer.json.
        made_from: the tokenizer whose roles and settings it keeps.

    Raises:
        UserError: the folder is there already and holds something.
    """
    with whole_folder(out) as folder:
        (folder / "tokenizer.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        (folder / "tokenizer_config.json").write_bytes(configuration(made_from, roles_of(made_from), None))
