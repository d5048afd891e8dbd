"""Random models as folders on a disk, with the byte-level tokenizers of `tests.lab`, for what opens models by spec."""

import json
from pathlib import Path

from core.models.language_model import LanguageModel
from tests.lab import byte_bpe, llama


def save(model: LanguageModel, folder: Path) -> Path:
    """The folder that save_pretrained writes, with the tokenizer's files."""
    model.module.save_pretrained(folder)
    serialised = model.tokenizer.serialised()
    assert serialised is not None
    (folder / "tokenizer.json").write_bytes(serialised.data)
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": "<|end|>"}))
    return folder


def pair(folder: Path, *, width: int = 32, tied: bool = False) -> tuple[Path, Path]:
    """(an English model, a model of English and German to be its donor)."""
    base = save(llama(byte_bpe(300), 1, tied=tied), folder / "base")
    donor = save(llama(byte_bpe(360, "both"), 2, width=width), folder / "donor")
    return base, donor
