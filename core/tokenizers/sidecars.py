"""What the files beside a tokenizer say of it: its label, its chat template, its BOS and EOS."""

import json
from pathlib import Path
from typing import Any

from core.common.errors import UnreadableFile, shown
from core.tokenizers.format import Files

MAX_CONFIG_BYTES = 16 * 2**20
_ENDINGS = {"json", "gz", "txt", "model", "tiktoken", "bin", "vocab", "gguf", "utf8", "spm", "bpe"}
_GENERIC = {"tokenizer", "vocab", "merges", "spiece", "sentencepiece", "tekken", "encoder", "model", "source", "target"}


def config(files: Files, name: str = "tokenizer_config.json") -> dict[str, Any]:
    """A JSON object among the files; empty where it is absent.

    Raises:
        UnreadableFile: it is not a JSON object.
    """
    if name not in files.paths:
        return {}
    try:
        value = json.loads(files.read(name, MAX_CONFIG_BYTES))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{shown(name)} is not JSON: {error}. Mend it, or leave it out.") from None
    if not isinstance(value, dict):
        raise UnreadableFile(f"{shown(name)} is not a JSON object. Mend it, or leave it out.")
    return value


def label(files: Files, name: str) -> str:
    """A short name for people: the repository's, the folder's where the file has a name that all such files have, or
    the file's own.

    >>> label(Files("file:x", {"tokenizer.json": Path("/data/gpt-2/tokenizer.json")}), "tokenizer.json")
    'gpt-2'
    >>> label(Files("file:x", {"llama3.tokenizer.model": Path("llama3.tokenizer.model")}), "llama3.tokenizer.model")
    'llama3'
    >>> label(Files("upload:c787a3ee5e1f3712/tokenizer.json", {}), "tokenizer.json")
    'tokenizer.json'
    """
    scheme, _, rest = files.spec.partition(":")
    if scheme == "hub":
        return rest.partition("@")[0]
    if scheme == "upload":  # its folder is named by a hash
        stated = _stated_name(files)
        stem = plain_label(name)
        return stated or (stem if stem.lower() not in _GENERIC else rest.partition("?")[0].rpartition("/")[2])
    return plain_label(str(files.paths[name].absolute()))


def plain_label(path: str) -> str:
    """A short name made from a path alone: the file's without its endings, or its folder's where it says nothing.

    >>> plain_label("models/gpt-2/tokenizer.json"), plain_label("ggml-vocab-llama-bpe.gguf"), plain_label("m/gpt2/")
    ('gpt-2', 'llama-bpe', 'gpt2')
    """
    here = Path(path)
    words = [word for word in here.name.split(".") if word]
    while len(words) > 1 and (words[-1].lower() in _ENDINGS or words[-1].lower() in _GENERIC):
        words.pop()
    stem = ".".join(words).removeprefix("ggml-vocab-")
    return here.parent.name if stem.lower() in _GENERIC and here.parent.name else stem


def _stated_name(files: Files) -> str:
    """The model's name as the files beside a tokenizer state it; empty if they state none, or only somebody's folder.

    >>> _stated_name(Files("upload:x", {}))
    ''
    """
    for file, key in (("tokenizer_config.json", "name_or_path"), ("config.json", "_name_or_path")):
        value = config(files, file).get(key)
        if isinstance(value, str):
            last = value.strip().rstrip("/").rpartition("/")[2]
            plain = "".join(c for c in last if c.isprintable())[:60]
            if plain.strip(".") and plain.lower() not in _GENERIC:
                return plain
    return ""


def chat_template(files: Files) -> str:
    """The chat template, the one named default where there are several; empty if none."""
    if "chat_template.jinja" in files.paths:
        return files.read("chat_template.jinja", MAX_CONFIG_BYTES).decode(errors="replace")
    template = config(files).get("chat_template")
    if isinstance(template, str):
        return template
    if isinstance(template, list):
        named = {t.get("name"): t.get("template") for t in template if isinstance(t, dict)}
        chosen = named.get("default") or next(iter(named.values()), "")
        return chosen if isinstance(chosen, str) else ""
    return ""


def special(files: Files, name: str) -> str:
    """The spelling of a special token by its role, such as "bos_token"; empty if the files name none."""
    for file in ("tokenizer_config.json", "special_tokens_map.json"):
        value = config(files, file).get(name)
        if isinstance(value, dict):
            value = value.get("content")
        if isinstance(value, str) and value:
            return value
    return ""
