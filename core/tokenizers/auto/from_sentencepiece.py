"""A SentencePiece model as transformers holds it: on the tokenizers library, with the ids of its class.

Source: transformers 5.24, `SentencePieceExtractor`, `generate_merges`, `convert_from_spm` of each converter and
`build_tokenizer_from_spm_proto`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import starmap
from typing import Any

import tokenizers
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers

from core.common.errors import UnreadableFile, is_failure, shown
from core.tokenizers.auto.companions import Token
from core.tokenizers.auto.pipelines import CLASSES, SPACE, Settings
from core.tokenizers.backends.spm_proto import BPE, CONTROL, NORMAL, UNIGRAM, USER_DEFINED, Model

Scored = list[tuple[str, float]]
_N_EXTRA_IDS = 100  # of T5, unless its config says otherwise
_MOST_EXTRA_IDS = 10_000


def can_hold(kind: str, model: Model) -> bool:
    """Whether a class is described here and holds a model of this algorithm."""
    built = CLASSES.get(kind)
    if built is None or built.byte_level:
        return False
    return bool(model.trainer_spec.model_type == {"BPE": BPE, "Unigram": UNIGRAM}.get(built.model))


def of_class(
    model: Model, kind: str, settings: Settings, roles: Mapping[str, Token]
) -> tuple[tokenizers.Tokenizer, list[AddedToken]]:
    """A model in the pipeline of a class, and the special tokens without a name that it brings.

    Args:
        roles: its special tokens by name; some classes put them in place of pieces.

    Raises:
        UnreadableFile: the library does not take the pieces.
    """
    built = CLASSES[kind]
    asked = {**settings, **{name: str(token) for name, token in roles.items()}}
    holds = _bpe if built.model == "BPE" else _unigram
    backend = tokenizers.Tokenizer(_guarded(lambda: holds(model, kind, asked)))
    pipeline = built.pipeline(settings, model.normalizer_spec.precompiled_charsmap or None)
    for part in ("normalizer", "pre_tokenizer", "decoder"):
        if (step := getattr(pipeline, part)) is not None:
            setattr(backend, part, step)
    more = _EXTRA[kind](settings) if kind in _EXTRA else []
    return backend, [*_marked(model), *map(_special, more)]


def as_the_model_says(
    model: Model, legacy: bool, listed: Mapping[int, AddedToken]
) -> tuple[tokenizers.Tokenizer, list[AddedToken]]:
    """A model in the pipeline that its own settings describe, for folders whose class has none of its own.

    Args:
        legacy: puts the dummy prefix before every stretch between added tokens, and not only before the first.
        listed: added tokens by id; one with the id of a piece is that piece's new name.

    Raises:
        UnreadableFile: the library does not take the pieces.
    """
    if model.trainer_spec.model_type == BPE:
        model = _renamed(model, listed)
    backend = tokenizers.Tokenizer(_guarded(lambda: _own_model(model)))
    backend.normalizer = normalizers.Sequence(_own_normalisers(model, legacy))
    if cuts := _own_cuts(model, legacy):
        backend.pre_tokenizer = pre_tokenizers.Sequence(cuts)
    steps = [decoders.Replace(SPACE, " "), *([decoders.ByteFallback()] if model.trainer_spec.byte_fallback else [])]
    strips = [decoders.Strip(content=" ", left=1)] if model.normalizer_spec.add_dummy_prefix else []
    backend.decoder = decoders.Sequence([*steps, decoders.Fuse(), *strips])
    return backend, [token for token in _marked(model) if token.special]


def _renamed(model: Model, listed: Mapping[int, AddedToken]) -> Model:
    """The model with placeholders named as the added tokens that have their ids."""
    names = {i: token.content for i, token in listed.items() if i < len(model.pieces)}
    kept = {piece.piece for i, piece in enumerate(model.pieces) if i not in names}
    changed = {i: name for i, name in names.items() if name not in kept and name != model.pieces[i].piece}
    if not changed:
        return model
    made = type(model)()
    made.CopyFrom(model)
    for i, name in changed.items():
        made.pieces[i].piece = name
    return made


def _guarded(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except BaseException as error:
        if not is_failure(error):
            raise
        why = shown(str(error), 100)[1:-1]
        raise UnreadableFile(
            f"The SentencePiece model cannot be read as its folder says: {why}. Fetch it again."
        ) from None


def _marked(model: Model) -> list[AddedToken]:
    """Control and user-defined pieces: found in a text before it is cut."""
    marked = [(p.piece, p.type == CONTROL) for p in model.pieces if p.type in (CONTROL, USER_DEFINED)]
    return [AddedToken(piece, normalized=False, special=special) for piece, special in marked]


def _special(content: str) -> AddedToken:
    return AddedToken(content, special=True)


# byte-pair encoding


def _bpe(model: Model, kind: str, settings: Settings) -> Any:
    id_by_piece = {piece.piece: i for i, piece in enumerate(model.pieces)}
    unknown = {"unk_token": "<unk>"} if kind != "LlamaTokenizer" else {}
    return models.BPE(vocab=id_by_piece, merges=merges(id_by_piece), fuse_unk=True, byte_fallback=True, **unknown)


def merges(rank_by_piece: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every way to make a piece of two others, in order of the pieces' ranks, then of the halves' lengths.

    >>> merges({"a": 0, "b": 1, "ab": 2, "bab": 3})
    [('a', 'b'), ('b', 'ab')]
    """
    found = [
        (rank, cut, len(piece) - cut, piece)
        for piece, rank in rank_by_piece.items()
        for cut in range(1, len(piece))
        if piece[:cut] in rank_by_piece and piece[cut:] in rank_by_piece
    ]
    return [(piece[:cut], piece[cut:]) for _, cut, _, piece in sorted(found)]


# Unigram: which piece has which id


def _unigram(model: Model, kind: str, settings: Settings) -> Any:
    scored = [(piece.piece, piece.score) for piece in model.pieces]
    pieces = _PIECES[kind](scored, settings) if kind in _PIECES else scored
    unknown = _UNKNOWN_IDS.get(kind, model.trainer_spec.unk_id)
    return models.Unigram(pieces, unk_id=unknown, byte_fallback=False)


def _extra_ids(settings: Settings) -> list[str]:
    asked = settings.get("extra_ids")
    count = asked if type(asked) is int and 0 <= asked <= _MOST_EXTRA_IDS else _N_EXTRA_IDS
    return [f"<extra_id_{i}>" for i in range(count)]


def _t5(scored: Scored, settings: Settings) -> Scored:
    return [*scored, *((token, 0.0) for token in reversed(_extra_ids(settings)))]


def _xlm_roberta(scored: Scored, settings: Settings) -> Scored:
    bos, pad, eos, unk, mask = (_spelled(settings, role) for role in ("bos", "pad", "eos", "unk", "mask"))
    return [(bos, 0.0), (pad, 0.0), (eos, 0.0), (unk, 0.0), *scored[3:], (mask, 0.0)]


def _camembert(scored: Scored, settings: Settings) -> Scored:
    pad, unk, mask = (_spelled(settings, role) for role in ("pad", "unk", "mask"))
    first = [("<s>NOTUSED", 0.0), (pad, 0.0), ("</s>NOTUSED", 0.0), (unk, 0.0), ("<unk>NOTUSED", -100.0)]
    return [*first, *scored[1:], (mask, 0.0)]


def _spelled(settings: Settings, role: str) -> str:
    return str(settings.get(f"{role}_token"))


_PIECES: dict[str, Callable[[Scored, Settings], Scored]] = {
    "T5Tokenizer": _t5,
    "XLMRobertaTokenizer": _xlm_roberta,
    "CamembertTokenizer": _camembert,
}
_UNKNOWN_IDS = {"T5Tokenizer": 2, "AlbertTokenizer": 1, "XLMRobertaTokenizer": 3, "CamembertTokenizer": 3}
_EXTRA: dict[str, Callable[[Settings], Iterable[str]]] = {"T5Tokenizer": _extra_ids}


# what the model says of itself


def _own_model(model: Model) -> Any:
    fallback = model.trainer_spec.byte_fallback
    if model.trainer_spec.model_type == UNIGRAM:
        scored = [(piece.piece, piece.score) for piece in model.pieces]
        return models.Unigram(scored, unk_id=model.trainer_spec.unk_id, byte_fallback=fallback)
    return models.BPE(
        vocab={piece.piece: i for i, piece in enumerate(model.pieces)},
        merges=_merges_by_score(model),
        unk_token=model.trainer_spec.unk_piece,
        fuse_unk=True,
        byte_fallback=fallback,
        ignore_merges=any(piece.type == USER_DEFINED for piece in model.pieces),
    )


def _merges_by_score(model: Model) -> list[tuple[str, str]]:
    """Merges of ordinary pieces, the best score first."""
    rank = {piece.piece: (-piece.score, i) for i, piece in enumerate(model.pieces) if piece.type == NORMAL}
    found = [
        (*rank[piece], piece[:cut], piece[cut:])
        for piece in rank
        for cut in range(1, len(piece))
        if piece[:cut] in rank and piece[cut:] in rank
    ]
    return [(left, right) for _, _, left, right in sorted(found)]


def _own_normalisers(model: Model, legacy: bool) -> list[Any]:
    spec = model.normalizer_spec
    trims = [(Regex(r"\A +| +\z"), ""), (Regex(" {2,}"), " ")] if spec.remove_extra_whitespaces else []
    escapes = [(" ", SPACE)] if spec.escape_whitespaces else []
    # Metaspace puts no dummy prefix before a text that begins with ▁; sentencepiece does
    doubles = [(Regex(rf"\A{SPACE}"), SPACE * 2)] if spec.add_dummy_prefix and legacy else []
    mapped = [normalizers.Precompiled(spec.precompiled_charsmap)] if spec.precompiled_charsmap else []
    return [*mapped, *starmap(normalizers.Replace, [*trims, *escapes, *doubles])]


def _own_cuts(model: Model, legacy: bool) -> list[Any]:
    scheme = "always" if legacy else "first"
    marks = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    whole = sorted((p.piece for p in model.pieces if p.type == USER_DEFINED), key=len, reverse=True)
    splits = [pre_tokenizers.Split(Regex("|".join(map(re.escape, whole))), "isolated")] if whole else []
    return [*([marks] if model.normalizer_spec.add_dummy_prefix else []), *splits]
