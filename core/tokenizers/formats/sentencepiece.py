"""SentencePiece `.model` files: Unigram, BPE, word and character models.

The file says nothing of what goes around a text, so that comes from the tokenizer_config.json beside it. Without one,
a BPE model with byte fallback gets its BOS, as Llama and Mistral have it, and others get nothing.
"""

import json
from typing import Any

from core.common.errors import UnreadableFile, shown
from core.tokenizers import sidecars
from core.tokenizers.backends.sentencepiece import REFERENCE, Around, SentencePieceTokenizer, model_info
from core.tokenizers.backends.spm_proto import BPE, CONTROL, Model, read_proto
from core.tokenizers.format import Files, Source

_MARIAN = ("source.spm", "target.spm")
_NAMES = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", *_MARIAN)
_CONFIG = "tokenizer_config.json"
_LENGTH_DELIMITED_1, _FIXED32_2 = 0x0A, 0x15  # field 1 with a length, field 2 as a float

# What these classes of `transformers` put around a text, whatever their settings: (before, after) by spelling.
_BY_CLASS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "T5": ((), ("</s>",)),
    "MT5": ((), ("</s>",)),
    "Albert": (("[CLS]",), ("[SEP]",)),
    "XLNet": ((), ("<sep>", "<cls>")),
    "XLMRoberta": (("<s>",), ("</s>",)),
    "Camembert": (("<s>",), ("</s>",)),
    "BigBird": (("[CLS]",), ("[SEP]",)),
    "Pegasus": ((), ("</s>",)),
    "Marian": ((), ("</s>",)),
}
_OWN_IDS = ("XLMRoberta", "Camembert", "MBart", "Pegasus", "Marian")  # their model ids are not the file's
_LLAMA_LIKE = ("Llama", "CodeLlama", "Gemma")  # add_bos_token true unless the config says otherwise


def looks_like_model(head: bytes) -> bool:
    """Whether bytes begin as a ModelProto does: with a piece, a string and a score, whose lengths agree.

    >>> looks_like_model(bytes([0x0A, 14, 0x0A, 5]) + b"<unk>" + bytes([0x15, 0, 0, 0, 0, 0x18, 2]))
    True
    >>> looks_like_model(b"IQ== 0")
    False
    """
    if len(head) < 12 or head[0] != _LENGTH_DELIMITED_1 or head[2] != _LENGTH_DELIMITED_1:
        return False
    entry, piece = head[1], head[3]
    return entry >= 0x80 or (0 < piece <= entry - 2 and (piece == entry - 2 or head[4 + piece] in (_FIXED32_2, 0x18)))


def _recognises(files: Files) -> str | None:
    for name in (files.main,) if files.main else _NAMES:
        if name in files.paths and looks_like_model(_head(files, name)):
            return name
    return None


def _head(files: Files, name: str) -> bytes:
    if name == files.main:
        return files.head
    with files.paths[name].open("rb") as file:
        return file.read(4096)


def _load(files: Files) -> SentencePieceTokenizer:
    name = _recognises(files)
    assert name is not None, "asked only for files that were recognised"
    return load_model(files, name, label=sidecars.label(files, name))


def load_model(files: Files, name: str, *, label: str, source: str = "sentencepiece") -> SentencePieceTokenizer:
    """The tokenizer in a `.model` file, with what the files beside it say of special tokens."""
    model = read_proto(files.read(name), name)
    config = _config(files)
    kind = _class(config) or ("Marian" if name in _MARIAN else "")
    around, note = _around(model, config, kind)
    used = [name, *([_CONFIG] if config else [])]
    bos, eos = _spelling(model, config, "bos"), _spelling(model, config, "eos")
    notes = [note] if note else []
    if name == _MARIAN[0] and _MARIAN[1] in files.paths:
        notes.append("This is the language translated from; the other has target.spm: name that file.")
    if kind in _OWN_IDS:
        notes.append(f"Ids are those of {name}; {kind}Tokenizer of transformers numbers its tokens differently.")
    info = model_info(
        model,
        spec=files.spec,
        label=label,
        source=source,
        fingerprint=files.fingerprint(*used),
        reference=REFERENCE,
        chat_template=_template(files, config),
        bos=bos,
        eos=eos,
        notes=tuple(notes),
    )
    return SentencePieceTokenizer(model, info, around=around, file=name)


def _config(files: Files) -> dict[str, Any]:
    """The tokenizer_config.json beside the model, if it belongs to it: a folder's, or that of a standard name."""
    if _CONFIG not in files.paths or (files.main and files.main not in _NAMES):
        return {}
    try:
        config = json.loads(files.read(_CONFIG))
    except (ValueError, RecursionError):
        raise UnreadableFile(f"{shown(_CONFIG)} is not valid JSON. Mend it, or take it out of the folder.") from None
    return config if isinstance(config, dict) else {}


def _template(files: Files, config: dict[str, Any]) -> str:
    template = config.get("chat_template")
    if isinstance(template, str):
        return template
    if config and "chat_template.jinja" in files.paths:
        return files.read("chat_template.jinja").decode(errors="replace")
    return ""


def _class(config: dict[str, Any]) -> str:
    """The family in a config's tokenizer_class.

    >>> _class({"tokenizer_class": "LlamaTokenizerFast"})
    'Llama'
    """
    return str(config.get("tokenizer_class", "")).removesuffix("Fast").removesuffix("Tokenizer")


def _around(model: Model, config: dict[str, Any], kind: str) -> tuple[Around, str]:
    """What goes around a text, and a note where the files leave it open."""
    ids = {piece.piece: i for i, piece in enumerate(model.pieces)}
    if kind in _BY_CLASS:
        before, after = _BY_CLASS[kind]
        return Around(tuple(ids[s] for s in before if s in ids), tuple(ids[s] for s in after if s in ids)), ""
    fallback = model.trainer_spec.model_type == BPE and model.trainer_spec.byte_fallback
    bos, eos = ids.get(_spelling(model, config, "bos")), ids.get(_spelling(model, config, "eos"))
    add_bos = config.get("add_bos_token", fallback or kind in _LLAMA_LIKE)
    add_eos = config.get("add_eos_token", False)
    note = "" if config or fallback else "The file does not say what it adds around a text; nothing is added."
    return Around((bos,) if add_bos and bos is not None else (), (eos,) if add_eos and eos is not None else ()), note


def _spelling(model: Model, config: dict[str, Any], which: str) -> str:
    """How BOS or EOS is written, empty if the model has none."""
    stated = config.get(f"{which}_token")
    if isinstance(stated, dict):
        stated = stated.get("content")
    name = stated if isinstance(stated, str) else getattr(model.trainer_spec, f"{which}_piece")
    return name if any(p.piece == name and p.type == CONTROL for p in model.pieces) else ""


SOURCE = Source(
    key="sentencepiece",
    label="SentencePiece (.model)",
    recognises=_recognises,
    load=_load,
    rank=60,
)
