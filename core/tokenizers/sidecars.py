"""What the files beside a tokenizer say of it: its label, its chat template, its BOS and EOS."""

import json
from collections.abc import Container, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict

from core.common.errors import UnreadableFile, shown
from core.tokenizers.diagnosis import described, is_pointer
from core.tokenizers.format import Files

COMPANIONS = ("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json")
ROLES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
MAX_CONFIG_BYTES = 16 * 2**20
_ENDINGS = {"json", "gz", "txt", "model", "tiktoken", "bin", "vocab", "gguf", "utf8", "spm", "bpe"}
_GENERIC = {"tokenizer", "vocab", "merges", "spiece", "sentencepiece", "tekken", "encoder", "model", "source", "target"}


Spellings = tuple[tuple[str, str], ...]  # (name, spelling) of special tokens


class Chat(TypedDict):
    """The fields of an `Info` that say how chats are written."""

    chat_template: str
    chat_templates: tuple[tuple[str, str], ...]
    bos: str
    eos: str
    named_tokens: Spellings


def config(files: Files, name: str = "tokenizer_config.json") -> dict[str, Any]:
    """A JSON object among the files; empty where it is absent.

    Raises:
        UnreadableFile: it is not a JSON object.
    """
    if name not in files.paths:
        return {}
    data = files.read(name, MAX_CONFIG_BYTES)
    if is_pointer(data):
        raise UnreadableFile(f"{shown(name)} is not the file itself. It is {described(data)}.")
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"{shown(name)} is not JSON: {error}. Mend it, or leave it out.") from None
    if not isinstance(value, dict):
        raise UnreadableFile(f"{shown(name)} is not a JSON object. Mend it, or leave it out.")
    return value


def belonging(files: Files, usual_names: tuple[str, ...]) -> Files:
    """The files, without companions where those belong to another file: one of a usual name beside the one named."""
    if not files.main or files.main in usual_names or not any(name in files.paths for name in usual_names):
        return files
    return replace(files, paths={files.main: files.paths[files.main]})


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
    found = chat_templates(files)
    return found.get("default", "")


def chat_templates(files: Files) -> dict[str, str]:
    """Chat templates by name; a sole one without a name is called "default".

    A chat_template.jinja and the files in additional_chat_templates stand in place of what tokenizer_config.json has,
    as in transformers.
    """
    in_files = {_template_name(name): _text(files, name) for name in files.paths if name.endswith(".jinja")}
    if in_files:
        return in_files
    template = config(files).get("chat_template")
    if isinstance(template, str):
        return {"default": template} if template else {}
    if isinstance(template, list):
        pairs = [(t.get("name"), t.get("template")) for t in template if isinstance(t, dict)]
    else:
        pairs = [*template.items()] if isinstance(template, dict) else []
    return {name: text for name, text in pairs if isinstance(name, str) and isinstance(text, str)}


def _template_name(file: str) -> str:
    return "default" if file == "chat_template.jinja" else Path(file).name.removesuffix(".jinja")


def _text(files: Files, name: str) -> str:
    return files.read(name, MAX_CONFIG_BYTES).decode(errors="replace")


def chat(files: Files, named: Spellings, untrained: Container[str] = ()) -> Chat:
    """What an `Info` says of chats: templates, and the special tokens that they name.

    Args:
        named: (name, spelling) of special tokens.
        untrained: names of those that neither a file nor the vocabulary has: templates may write them, but no model
            begins or ends a text with them.
    """
    templates, spellings = chat_templates(files), dict(named)
    several = tuple(templates.items()) if set(templates) - {"default"} else ()
    return {
        "chat_template": templates.get("default", ""),
        "chat_templates": several,
        "bos": "" if "bos_token" in untrained else spellings.get("bos_token", ""),
        "eos": "" if "eos_token" in untrained else spellings.get("eos_token", ""),
        "named_tokens": named,
    }


def fingerprint(files: Files, names: Sequence[str], *facts: str) -> str:
    """Hash of a tokenizer's own files, of the companions that change ids, and, where there are some, of facts about
    how they were read.
    """
    beside = [n for n in COMPANIONS if n in files.paths]
    told = {f"read {n}": fact for n, fact in enumerate(facts)} if beside else {}
    return replace(files, options={**files.options, **told}).fingerprint(*names, *beside)


def named(files: Files) -> Spellings:
    """(name, spelling) of the special tokens that the files name, for formats whose own file settles all else."""
    own = [key for key in config(files) if key.endswith("_token") and key not in ROLES]
    return tuple((name, spelling) for name in (*ROLES, *own) if (spelling := special(files, name)))


def special(files: Files, name: str) -> str:
    """The spelling of a special token by its role, such as "bos_token"; empty if the files name none."""
    for file in ("tokenizer_config.json", "special_tokens_map.json"):
        value = config(files, file).get(name)
        if isinstance(value, dict):
            value = value.get("content")
        if isinstance(value, str) and value:
            return value
    return ""
