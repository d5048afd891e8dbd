"""A SentencePiece model without some entries: marked as unused, a mark of the format's own.

Its library cuts no text into an unused piece. Byte-pair models still merge through one, and take apart what is left of
it in the end, so that entries which others are built from can go too, and every other text is cut as before. Programs
that convert the file, as transformers does, overlook the mark.

Source: sentencepiece 0.2.3, bpe_model.cc and unigram_model.cc.
"""

from collections.abc import Sequence, Set

from core.tokenizers.backends.spm_proto import BPE, BYTE, NORMAL, UNIGRAM, UNUSED, Model
from core.tokenizers.backends.spm_proto import UNKNOWN as UNKNOWN_PIECE
from core.vocabulary.repair.removal import ADDED, GONE, NEEDED, NO_ENTRY, UNKNOWN, WORDS, Removal, needed

BYTES = "a model that falls back to bytes has all 256, used or not"
BOUND = "its score says what characters without an entry cost"
_REFUSED = {UNUSED: GONE, UNKNOWN_PIECE: UNKNOWN, BYTE: BYTES, NORMAL: ""}


def marked_unused(model: Model, ids: Sequence[int]) -> Removal:
    """A checked model in which these pieces are unused, as far as they can be; the one given stays as it is."""
    if model.trainer_spec.model_type not in (BPE, UNIGRAM):
        return Removal(model, (), dict.fromkeys(ids, WORDS))
    kept = {i: why for i in ids if (why := _why_refused(model, i))}
    chosen = {i for i in ids if i not in kept}
    kept |= dict.fromkeys(_needed(model, chosen), NEEDED)
    kept |= dict.fromkeys(_bounds(model, chosen - set(kept)), BOUND)
    gone = sorted(chosen - set(kept))
    without = type(model)()
    without.CopyFrom(model)
    for i in gone:
        without.pieces[i].type = UNUSED
    return Removal(without, tuple(gone), kept)


def _why_refused(model: Model, i: int) -> str:
    return _REFUSED.get(model.pieces[i].type, ADDED) if i < len(model.pieces) else NO_ENTRY


def _needed(model: Model, chosen: Set[int]) -> set[int]:
    """Those without which some character could not be written; byte-pair models take no single one apart."""
    pieces = [piece.piece for piece in model.pieces]
    left = {piece for i, piece in enumerate(pieces) if i not in chosen and model.pieces[i].type != UNUSED}
    whole = {i for i in chosen if model.trainer_spec.model_type == BPE and len(pieces[i]) == 1}
    left |= {pieces[i] for i in whole}
    stay = needed({pieces[i]: pieces[i] for i in chosen - whole}, left, model.trainer_spec.byte_fallback)
    return whole | {i for i in chosen if pieces[i] in stay}


def _bounds(model: Model, chosen: Set[int]) -> set[int]:
    """Those of a Unigram model that alone have the lowest or highest score, from which the library starts."""
    if model.trainer_spec.model_type != UNIGRAM:
        return set()
    scores = {i: piece.score for i, piece in enumerate(model.pieces) if piece.type == NORMAL}
    left = {score for i, score in scores.items() if i not in chosen}
    ends = (min(scores, key=scores.__getitem__, default=-1), max(scores, key=scores.__getitem__, default=-1))
    return {i for i in ends if i in chosen and scores[i] not in left}
