"""Which class of transformers reads a folder.

Source: transformers 5.24, `AutoTokenizer.from_pretrained` and TOKENIZER_MAPPING_NAMES.
"""

from collections.abc import Collection, Mapping

from core.common.errors import shown
from core.tokenizers.auto.model_types import CORRECTED, GENERIC, REGISTERED
from core.tokenizers.format import Files
from core.tokenizers.sidecars import config

VERSION = "5.24"  # of transformers, which this describes

_UNDESCRIBED = (
    "{kind}, which the files beside the vocabulary name, is not described here for such files: it may cut texts and "
    "put tokens around them otherwise."
)
_OWN_CODE = (
    "The files name code of their maker's, {code}, which is not run here: it may number special tokens, cut texts and "
    "put tokens around them otherwise."
)
# Classes known by another name: of these families transformers has one class for all.
_ALIASES = {
    **dict.fromkeys(("Bart", "Longformer", "LED", "Mvp"), "Roberta"),
    **dict.fromkeys(
        (
            *("DistilBert", "Electra", "MobileBert", "LayoutLM", "ConvBert", "SqueezeBert", "Retribert", "Lxmert"),
            *("DPRQuestionEncoder", "DPRContextEncoder", "DPRReader"),
        ),
        "Bert",
    ),
    "CodeGen": "GPT2",
    "Phi3": "Llama",
    "MT5": "T5",
}


def class_of(files: Files) -> str:
    """The class that `AutoTokenizer` would use for these files; empty where none is named.

    A class that this project has no description of is given by its own name.

    >>> class_of(Files("file:x", {}))
    ''
    """
    settings, model = config(files), config(files, "config.json")
    kind = _text(model, "model_type")
    registered = REGISTERED.get(kind, GENERIC if kind else "")
    named = _text(settings, "tokenizer_class") or _text(model, "tokenizer_class")
    settled = not named or kind in CORRECTED or REGISTERED.get(kind) == GENERIC
    return registered if settled else canonical(named)


def canonical(name: str) -> str:
    """The name of the class that transformers has for a class as configs name it.

    >>> canonical("LlamaTokenizerFast"), canonical("BartTokenizer"), canonical("PreTrainedTokenizerFast")
    ('LlamaTokenizer', 'RobertaTokenizer', 'TokenizersBackend')
    """
    plain = name.removesuffix("Fast")
    if plain in ("PreTrainedTokenizer", "BloomTokenizer", GENERIC):
        return GENERIC
    family = plain.removesuffix("Tokenizer")
    return f"{_ALIASES.get(family, family)}Tokenizer"


def undescribed(kind: str, described: Collection[str]) -> list[str]:
    """A note where a class that files name is none of those that are described for them; else nothing.

    >>> undescribed("", ["BertTokenizer"]), undescribed("BertTokenizer", ["BertTokenizer"])
    ([], [])
    >>> undescribed("MPNetTokenizer", ["BertTokenizer"])[0][:70]
    'MPNetTokenizer, which the files beside the vocabulary name, is not des'
    """
    told = not kind or kind == GENERIC or kind in described
    return [] if told else [_UNDESCRIBED.format(kind=kind)]


def own_code(files: Files) -> list[str]:
    """A note where files name code of their maker's that `AutoTokenizer` would run, and that is not run here.

    >>> own_code(Files("file:x", {}))
    []
    """
    mapped = config(files).get("auto_map")
    named = mapped.get("AutoTokenizer") if isinstance(mapped, dict) else mapped
    code = next((part for part in named if part), "") if isinstance(named, list) else named
    if not code or not isinstance(code, str) or class_of(files) in {*REGISTERED.values()} - {GENERIC}:
        return []
    return [_OWN_CODE.format(code=shown(code, 60)[1:-1])]


def _text(settings: Mapping[str, object], key: str) -> str:
    value = settings.get(key)
    return value if isinstance(value, str) else ""
