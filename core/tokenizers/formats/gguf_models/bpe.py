"""`tokenizer.ggml.model` "gpt2": byte-level BPE, run by Hugging Face's library with llama.cpp's own pre-tokenizers."""

from collections.abc import Iterable

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, pre_tokenizers, processors

from core.common.errors import shown
from core.common.numbers import count
from core.tokenizers.backends.huggingface import REFERENCE, HuggingFaceTokenizer
from core.tokenizers.formats.gguf_models.pretokenizers import pre_tokenizer
from core.tokenizers.formats.gguf_models.tokens import CONTROL, USER_DEFINED, GgufTokens

_DEFAULT_ID = 11  # what llama.cpp takes for BOS and EOS where the file names none


def load_bpe(tokens: GgufTokens, spec: str, label: str) -> HuggingFaceTokenizer:
    """The tokenizer of a file whose model is "gpt2".

    Raises:
        UnknownName: the file names a pre-tokenizer that llama.cpp does not have.
        UnreadableFile: it has no merges, or they name what is no token.
    """
    pre = pre_tokenizer(str(tokens.metadata.values.get("tokenizer.ggml.pre", "")))
    model = models.BPE(tokens.id_by_text, _merges(tokens), ignore_merges=pre.ignore_merges)
    backend = tokenizers.Tokenizer(model)
    splits: list[pre_tokenizers.PreTokenizer] = [
        pre_tokenizers.Split(Regex(pattern), "isolated") for pattern in pre.patterns
    ]
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [*splits, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    backend.decoder = decoders.ByteLevel()
    # User-defined tokens are matched before all else, the longest first; their bytes are their text in UTF-8.
    backend.add_tokens([AddedToken(t, normalized=False) for t in tokens.of_type(USER_DEFINED)])
    backend.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in tokens.of_type(CONTROL)])
    bos = tokens.token_id("bos_token_id", default=_DEFAULT_ID)
    eos = tokens.token_id("eos_token_id", default=_DEFAULT_ID)
    before = [bos] if bos is not None and tokens.flag("add_bos_token", pre.add_bos) else []
    after = [eos] if eos is not None and tokens.flag("add_eos_token", False) else []
    _add_around(backend, tokens, before, after)
    info = tokens.info(
        spec=spec,
        label=label,
        algorithm="BPE",
        reference=f"llama.cpp's rules, run by {REFERENCE}",
        bos=bos,
        eos=eos,
        notes=[pre.note] if pre.note else [],
    )
    return HuggingFaceTokenizer(backend, info)


def _merges(tokens: GgufTokens) -> list[tuple[str, str]]:
    """The pairs that merge, in order of rank."""
    written = tokens.metadata.values.get("tokenizer.ggml.merges")
    if not isinstance(written, list):
        raise tokens.damaged("it has no list of merges")
    known = tokens.id_by_text
    merges = []
    for rank, merge in enumerate(written):
        cut = merge.find(" ", 1)  # the first part may itself begin with a space
        left, right = (merge[:cut], merge[cut + 1 :]) if cut > 0 else ("", "")
        if left not in known or right not in known or left + right not in known:
            raise tokens.damaged(f"merge {count(rank)}, {shown(merge, 40)}, names what is no token")
        merges.append((left, right))
    return merges


def _add_around(backend: tokenizers.Tokenizer, tokens: GgufTokens, before: Iterable[int], after: Iterable[int]) -> None:
    """Let the backend put these ids around a text."""
    named = {f"T{i}": i for i in (*before, *after)}  # names without the signs that a template gives a meaning
    if not named:
        return
    template = [*(f"T{i}" for i in before), "$A", *(f"T{i}" for i in after)]
    backend.post_processor = processors.TemplateProcessing(
        single=template, pair=None, special_tokens=list(named.items())
    )
