"""SentencePiece `.model` files: Unigram, BPE, word and character models.

The file says nothing of what goes around a text, so that comes from the tokenizer_config.json beside it. Without one,
a BPE model with byte fallback gets its BOS, as Llama and Mistral have it, and others get nothing.
"""

from dataclasses import replace
from typing import Any

from tokenizers import AddedToken, Tokenizer

from core.tokenizers import sidecars
from core.tokenizers.auto.companions import add_to, companions
from core.tokenizers.auto.ends import ends_by_class
from core.tokenizers.auto.from_sentencepiece import as_the_model_says, can_hold, of_class
from core.tokenizers.auto.model_types import GENERIC, REGISTERED
from core.tokenizers.auto.names import VERSION, class_of, own_code
from core.tokenizers.auto.pipelines import CLASSES
from core.tokenizers.backends.huggingface import HuggingFaceTokenizer
from core.tokenizers.backends.sentencepiece import REFERENCE, Around, SentencePieceTokenizer, model_info
from core.tokenizers.backends.spm_proto import BPE, CONTROL, UNIGRAM, UNKNOWN, Model, read_proto
from core.tokenizers.format import Files, Source
from core.tokenizers.tokenizer import Info, LocalTokenizer

_MARIAN = ("source.spm", "target.spm")
NAMES = ("tokenizer.model", "spiece.model", "sentencepiece.bpe.model", "spm.model", *_MARIAN)
_LENGTH_DELIMITED_1, _FIXED32_2 = 0x0A, 0x15  # field 1 with a length, field 2 as a float

# What these classes of `transformers` put around a text, whatever their settings: (before, after) by spelling.
_BY_CLASS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "T5": ((), ("</s>",)),
    "Albert": (("[CLS]",), ("[SEP]",)),
    "XLNet": ((), ("<sep>", "<cls>")),
    "XLMRoberta": (("<s>",), ("</s>",)),
    "Camembert": (("<s>",), ("</s>",)),
    "BigBird": (("[CLS]",), ("[SEP]",)),
    "Pegasus": ((), ("</s>",)),
    "Marian": ((), ("</s>",)),
}
# What transformers does with a model for classes that are not described here.
_ONE_HIGHER = "numbers its tokens one higher than the file, up to the language codes behind them, and puts "
_OTHERWISE = {
    "MBart": _ONE_HIGHER + "</s> and a language code behind a text",
    "MBart50": _ONE_HIGHER + "a language code in front of a text and </s> behind it",
    "Nllb": _ONE_HIGHER + "a language code in front of a text and </s> behind it",
    **dict.fromkeys(("XLMRoberta", "Camembert", "Pegasus", "Marian"), "numbers its tokens differently"),
}
_UNTOLD = "is not described here: it may number tokens, cut texts and put tokens around them otherwise"
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
    for name in (files.main,) if files.main else NAMES:
        if name in files.paths and looks_like_model(_head(files, name)):
            return name
    return None


def _head(files: Files, name: str) -> bytes:
    if name == files.main:
        return files.head
    with files.paths[name].open("rb") as file:
        return file.read(4096)


def _load(files: Files) -> LocalTokenizer:
    name = _recognises(files)
    assert name is not None, "asked only for files that were recognised"
    beside = sidecars.belonging(files, NAMES)
    label = sidecars.label(files, name)
    model = read_proto(files.read(name), name)
    kind = _class(beside, name)
    told = kind or sidecars.config(beside) or _names_more(beside, model)
    if can_hold(kind, model) or (told and _follows_the_model(kind, model)):
        return _as_transformers(beside, name, model, label, kind)
    return _as_the_library(beside, name, model, label, SOURCE.key)


def load_model(files: Files, name: str, *, label: str, source: str = "sentencepiece") -> SentencePieceTokenizer:
    """The tokenizer in a `.model` file that has nothing beside it."""
    return _as_the_library(files, name, read_proto(files.read(name), name), label, source)


def _as_the_library(files: Files, name: str, model: Model, label: str, source: str) -> SentencePieceTokenizer:
    """The model under the sentencepiece library, with what the files beside it say of special tokens."""
    settings, kind = sidecars.config(files), _class(files, name)
    around, note = _around(model, settings, kind)
    chat = sidecars.chat(files, sidecars.named(files))
    info = model_info(
        model,
        spec=files.spec,
        label=label,
        source=source,
        fingerprint=files.fingerprint(*[name, *(["tokenizer_config.json"] if settings else [])]),
        reference=REFERENCE,
        notes=tuple(filter(None, [note, _which_language(files, name), _otherwise(name, kind), *own_code(files)])),
    )
    bos, eos = _spelling(model, settings, "bos"), _spelling(model, settings, "eos")
    info = replace(info, **chat | {"bos": bos, "eos": eos})
    return SentencePieceTokenizer(model, info, around=around, file=name)


# folders whose files say more than the model does


def _as_transformers(files: Files, name: str, model: Model, label: str, kind: str) -> HuggingFaceTokenizer:
    """The model as transformers holds it: in the pipeline of its class, with the tokens that its folder adds."""
    settings, described = sidecars.config(files), can_hold(kind, model)
    usual = CLASSES[kind].roles if described else _roles(model)
    backend, marked = (
        of_class(model, kind, settings, companions(files, usual).roles)
        if described
        else _as_itself(files, model, settings)
    )
    found = companions(files, usual, extra=marked)
    if not described and model.normalizer_spec.add_dummy_prefix:
        found = found.on_raw_text()
    added = add_to(backend, found)
    begins = bool(model.trainer_spec.model_type == BPE and model.trainer_spec.byte_fallback)
    ends, unsaid = ends_by_class(backend, kind, settings, found.roles, begins)
    info = Info(
        spec=files.spec,
        label=label,
        source=SOURCE.key,
        fingerprint=sidecars.fingerprint(files, [name], f"{kind} of transformers {VERSION}"),
        n_vocabulary=None,
        algorithm="",
        reference="",
        notes=(*([_read_as(kind, model)] if described else []), *added, *unsaid, *own_code(files)),
        **sidecars.chat(files, found.spellings),
    )
    return HuggingFaceTokenizer(backend, info, ends=ends)


def _as_itself(files: Files, model: Model, settings: dict[str, Any]) -> tuple[Tokenizer, list[AddedToken]]:
    return as_the_model_says(model, settings.get("legacy") is not False, companions(files).listed)


def _follows_the_model(kind: str, model: Model) -> bool:
    """Whether transformers has no class of its own for these files, and so reads the model by the model's settings."""
    return (kind == GENERIC or kind not in REGISTERED.values()) and model.trainer_spec.model_type in (BPE, UNIGRAM)


def _names_more(files: Files, model: Model) -> bool:
    """Whether files name tokens that the model does not mark as special."""
    found = companions(files)
    marked = {piece.piece for piece in model.pieces if piece.type in (CONTROL, UNKNOWN)}
    return bool(found.contents - marked)


def _roles(model: Model) -> dict[str, str]:
    """Special tokens by name, as the model's own file has them."""
    trained = model.trainer_spec
    named = {role: getattr(trained, f"{role}_piece") for role in ("bos", "eos", "unk")}
    return {f"{role}_token": piece for role, piece in named.items() if getattr(trained, f"{role}_id") >= 0}


def _read_as(kind: str, model: Model) -> str:
    spaces = (
        ": a text that begins with a space gets no other in front, where the sentencepiece library puts one"
        if kind == "LlamaTokenizer" and model.normalizer_spec.add_dummy_prefix
        else ""
    )
    return f"Read as {kind} of transformers {VERSION} reads it{spaces}."


def _class(files: Files, name: str) -> str:
    """The class that files name, or that the name of a model names."""
    return class_of(files) or ("MarianTokenizer" if name in _MARIAN else "")


def _otherwise(name: str, kind: str) -> str:
    """A note where transformers has a class of its own for a model that is read here by the library alone."""
    if kind not in REGISTERED.values() or kind == GENERIC:
        return ""
    return f"Ids are those of {name}; {kind} of transformers {VERSION} {_OTHERWISE.get(_family(kind), _UNTOLD)}."


def _which_language(files: Files, name: str) -> str:
    """A note where a folder has a model for each of two languages."""
    if name != _MARIAN[0] or _MARIAN[1] not in files.paths:
        return ""
    return "This is the language translated from; the other has target.spm: name that file."


def _family(kind: str) -> str:
    """
    >>> _family("MBartTokenizer")
    'MBart'
    """
    return kind.removesuffix("Tokenizer")


def _around(model: Model, config: dict[str, Any], kind: str) -> tuple[Around, str]:
    """What goes around a text, and a note where the files leave it open."""
    ids = {piece.piece: i for i, piece in enumerate(model.pieces)}
    if _family(kind) in _BY_CLASS:
        before, after = _BY_CLASS[_family(kind)]
        return Around(tuple(ids[s] for s in before if s in ids), tuple(ids[s] for s in after if s in ids)), ""
    fallback = model.trainer_spec.model_type == BPE and model.trainer_spec.byte_fallback
    bos, eos = ids.get(_spelling(model, config, "bos")), ids.get(_spelling(model, config, "eos"))
    add_bos = config.get("add_bos_token", fallback or _family(kind) in _LLAMA_LIKE)
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
