"""Where a tokenizer.json and the class that its folder names part ways, found by trying both on a few texts.

Some classes of transformers keep only vocabulary, merges and post-processor of a tokenizer.json and build the other
steps anew. Here the file is followed, as by the tokenizers library and by most programs that serve models.
"""

import base64
from collections.abc import Mapping

import tokenizers

from core.common.errors import is_failure, shown
from core.common.numbers import count
from core.tokenizers.auto.companions import Companions, Token, some
from core.tokenizers.auto.model_types import GENERIC, REGISTERED
from core.tokenizers.auto.names import VERSION, undescribed
from core.tokenizers.auto.pipelines import CLASSES, Settings, TokenizerClass
from core.tokenizers.backends.components import has, states
from core.tokenizers.backends.ends import ends_of

_TEXTS = (
    "Hello world, don't",
    " one space",
    "   three  spaces",
    "line\n\nline\tTAB",
    "1234567 89",
    "É ñ ﬁ ①",
    "``quoted'' WORD",
    "你好 🙂",
)
_NO_ENDS = "GPTNeoXTokenizer"  # puts nothing around a text where there is a tokenizer.json
_KEEPS_ENDS = "AlbertTokenizer"  # has ends of its own, but takes those of a tokenizer.json that has some
_AROUND = ("Hello {}there", "x {} y", "{}\n")


def class_for_json(kind: str, backend: tokenizers.Tokenizer) -> str:
    """The class that reads a tokenizer.json: a byte-level one is none of Llama's, whatever the folder says."""
    byte_level = has(backend.pre_tokenizer, "ByteLevel") or has(backend.decoder, "ByteLevel")
    return GENERIC if kind == "LlamaTokenizer" and byte_level else kind


def differences(backend: tokenizers.Tokenizer, kind: str, settings: Settings, found: Companions) -> list[str]:
    """Notes on how transformers reads a folder with this tokenizer.json otherwise; none where it does not."""
    built = CLASSES.get(kind)
    if built is None:  # a class that transformers does not have either follows the file
        return undescribed(kind, ()) if kind in REGISTERED.values() else []
    holds = type(backend.model).__name__
    if holds != built.model:
        return [
            f"Read as its tokenizer.json says. transformers {VERSION} would take it for {kind}, which is {built.model} "
            f"and not {holds} as the file is."
        ]
    return [
        *_left_out(backend, kind, found),
        *_cut_otherwise(backend, kind, built, settings),
        *_ends_otherwise(backend, kind, built, found.roles),
    ]


def _left_out(backend: tokenizers.Tokenizer, kind: str, found: Companions) -> list[str]:
    """Added tokens of the file that a class does not take over, since the files beside it list all but those."""
    gone = [content for content in _added(backend) if content not in found.contents]
    return [f"{kind} of transformers {VERSION} leaves out {some(gone)}, which only tokenizer.json has."] if gone else []


def _added(backend: tokenizers.Tokenizer) -> list[str]:
    return [token.content for _, token in sorted(backend.get_added_tokens_decoder().items())]


def _cut_otherwise(backend: tokenizers.Tokenizer, kind: str, built: TokenizerClass, settings: Settings) -> list[str]:
    twin = _rebuilt(backend, built, settings)
    special = next((t.content for _, t in sorted(backend.get_added_tokens_decoder().items()) if t.special), "")
    around = [text.format(special) for text in _AROUND] if special else []
    for text in (*_TEXTS, *around):
        here, there = _ids(backend, text), _ids(twin, text)
        if here != there:
            return [
                f"Read as its tokenizer.json says. transformers {VERSION} keeps only the vocabulary and builds the "
                f"steps of {kind} anew, which cut some texts otherwise, such as {shown(text)}: {_counted(there)}, "
                f"here {_counted(here)}."
            ]
    return []


def _rebuilt(backend: tokenizers.Tokenizer, built: TokenizerClass, settings: Settings) -> tokenizers.Tokenizer:
    """The same model and added tokens in the steps of a class."""
    charsmap = next((s["precompiled_charsmap"] for s in states(backend.normalizer) if s["type"] == "Precompiled"), None)
    pipeline = built.pipeline(settings, base64.b64decode(charsmap) if charsmap else None)
    twin = tokenizers.Tokenizer(backend.model)
    if pipeline.normalizer is not None:
        twin.normalizer = pipeline.normalizer
    twin.pre_tokenizer = pipeline.pre_tokenizer
    twin.add_tokens([token for _, token in sorted(backend.get_added_tokens_decoder().items())])
    return twin


def _ids(backend: tokenizers.Tokenizer, text: str) -> list[int]:
    try:
        return list(backend.encode(text, add_special_tokens=False).ids)
    except BaseException as error:
        if not is_failure(error):
            raise
        return []


def _counted(ids: list[int]) -> str:
    return f"{count(len(ids))} tokens ({', '.join(map(str, ids[:6]))}{' …' if len(ids) > 6 else ''})"


def _ends_otherwise(
    backend: tokenizers.Tokenizer, kind: str, built: TokenizerClass, roles: Mapping[str, Token]
) -> list[str]:
    """Where a class puts its own ends around a text whatever the file's post-processor says."""
    sides = ((), ()) if kind == _NO_ENDS else built.ends
    if sides is None or (kind == _KEEPS_ENDS and backend.post_processor is not None):
        return []
    there = [[str(roles[name]) for name in side if name in roles] for side in sides]
    ends = ends_of(backend, backend.get_vocab_size(with_added_tokens=True))
    here = [[str(backend.id_to_token(i)) for i in side] for side in (ends.before, ends.after)]
    if here == there or ends.note:
        return []
    return [
        f"Its tokenizer.json puts {_said(here)} around a text; {kind} of transformers {VERSION} puts {_said(there)}."
    ]


def _said(sides: list[list[str]]) -> str:
    """
    >>> _said([["<s>"], []]), _said([[], []])
    ('<s> …', 'nothing')
    """
    front, end = sides
    return " ".join([*front, "…", *end]) if front or end else "nothing"
