"""Writes a trained model as the folder that transformers, and this project, open."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer


def write(module: Any, tokenizer: Tokenizer, specials: Mapping[str, str], target: Path) -> None:
    """Put weights (float16), configuration and tokenizer into a folder; what was in it goes, once the new is whole.

    Args:
        specials: spellings of special tokens by their roles, such as "bos".
    """
    positions = module.config.max_position_embeddings
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        module.to("cpu", torch.float16).save_pretrained(folder)
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        named = {f"{role}_token": spelling for role, spelling in specials.items()}
        config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": positions, **named}
        config["clean_up_tokenization_spaces"] = False
        (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
        folder.chmod(0o755)
        (folder / "model.safetensors").chmod(0o644)
        if target.is_dir():
            shutil.rmtree(target)
        folder.rename(target)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
