"""`tokenizer.ggml.model` "llama" and "t5": SentencePiece's BPE and Unigram, run by the library itself.

llama.cpp cuts user-defined tokens out of the text first, and puts the dummy space before every stretch between them.
Such a token can also come out of the model, like any other, so to the library it is an ordinary piece.
"""

import numpy as np

from core.tokenizers.backends.sentencepiece import (
    REFERENCE,
    Around,
    SentencePieceTokenizer,
    normaliser_words,
    piece_bytes,
    vocabulary_of,
)
from core.tokenizers.backends.spm_proto import Model, build_bpe, build_unigram, check_proto
from core.tokenizers.formats.gguf_models.tokens import BYTE, CONTROL, NORMAL, UNKNOWN, UNUSED, USER_DEFINED, GgufTokens
from core.tokenizers.vocabulary import Vocabulary

_TYPES = {NORMAL: NORMAL, USER_DEFINED: NORMAL, UNKNOWN: UNKNOWN, CONTROL: CONTROL, UNUSED: UNUSED, BYTE: BYTE}


def load_spm(tokens: GgufTokens, spec: str, label: str) -> SentencePieceTokenizer:
    """The tokenizer of a file whose model is "llama".

    Raises:
        UnreadableFile: it has no scores, or pieces that make no such model.
    """
    if not tokens.has_scores:
        raise tokens.damaged("it has no scores, by which its pieces merge")
    unknown = tokens.token_id("unknown_token_id", default=0)
    model = build_bpe(_entries(tokens, unknown), dummy_prefix=tokens.flag("add_space_prefix", True))
    bos = tokens.token_id("bos_token_id", default=1)
    eos = tokens.token_id("eos_token_id", default=2)
    return _tokenizer(tokens, model, spec, label, bos, eos, add_bos=True, add_eos=False)


def load_unigram(tokens: GgufTokens, spec: str, label: str) -> SentencePieceTokenizer:
    """The tokenizer of a file whose model is "t5".

    Raises:
        UnreadableFile: it has no scores, or pieces or a normaliser that make no such model.
    """
    if not tokens.has_scores:
        raise tokens.damaged("it has no scores")
    charsmap = tokens.metadata.values.get("tokenizer.ggml.precompiled_charsmap", np.empty(0, np.uint8))
    if not isinstance(charsmap, np.ndarray) or charsmap.itemsize != 1:
        raise tokens.damaged("its precompiled_charsmap is no list of bytes")
    unknown = tokens.token_id("unknown_token_id", default=2)
    model = build_unigram(
        _entries(tokens, unknown),
        dummy_prefix=tokens.flag("add_space_prefix", False),
        collapse_spaces=tokens.flag("remove_extra_whitespaces", False),
        charsmap=charsmap.tobytes(),
    )
    bos = tokens.token_id("bos_token_id")
    eos = tokens.token_id("eos_token_id", default=1)
    return _tokenizer(tokens, model, spec, label, bos, eos, add_bos=False, add_eos=True)


def _entries(tokens: GgufTokens, unknown: int | None) -> list[tuple[str, float, int]]:
    """Piece, score and type for SentencePiece, which wants one unknown piece where files may have none or several."""
    return [
        (text, score, UNKNOWN if i == unknown else CONTROL if t == UNKNOWN else _TYPES.get(t, NORMAL))
        for i, (text, score, t) in enumerate(zip(tokens.texts, tokens.scores.tolist(), tokens.types, strict=True))
    ]


def _tokenizer(
    tokens: GgufTokens,
    model: Model,
    spec: str,
    label: str,
    bos: int | None,
    eos: int | None,
    *,
    add_bos: bool,
    add_eos: bool,
) -> SentencePieceTokenizer:
    check_proto(model, tokens.name)
    info = tokens.info(
        spec=spec,
        label=label,
        algorithm="BPE" if model.trainer_spec.byte_fallback or add_bos else "Unigram",
        reference=f"llama.cpp's rules, run by {REFERENCE}",
        bos=bos,
        eos=eos,
        normaliser=normaliser_words(model),
    )
    around = Around(
        (bos,) if bos is not None and tokens.flag("add_bos_token", add_bos) else (),
        (eos,) if eos is not None and tokens.flag("add_eos_token", add_eos) else (),
    )
    return SentencePieceTokenizer(
        model, info, around=around, always=tokens.of_type(USER_DEFINED), vocabulary=_vocabulary(tokens, model)
    )


def _vocabulary(tokens: GgufTokens, model: Model) -> Vocabulary:
    """As SentencePiece has it, but user-defined tokens stand for their text as written."""
    vocabulary = vocabulary_of(model)
    for text, i in tokens.of_type(USER_DEFINED).items():
        vocabulary.pieces[i] = piece_bytes(text, CONTROL)
    return vocabulary
