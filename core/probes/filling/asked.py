"""One gap, filled by a model in three ways; reading this file loads torch."""

import numpy as np

from core.evaluation.passes.byte_marginals import SPECIAL, Ids
from core.models.language_model import LanguageModel
from core.probes.bytes.asking import byte_model, distribution, healed, naive
from core.probes.bytes.found import Token
from core.probes.bytes.prompt import MOST_TOKENS, Prompt, fitted
from core.probes.bytes.spellings import Bools
from core.probes.bytes.state import ByteSource, ByteState
from core.probes.filling.gap import FilledGap, TextGap
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import PLAIN, LocalTokenizer, Specials

# What stands before a text, before what follows its gap, and where the gap is filled, in the families that have these.
_MARKS = (
    ("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),
    ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),
)
_PARTED = "\n\n"  # without them
_WALKED = 0  # bytes before the gap to go through one by one, at least: exact all the same, and quick


def marks_of(tokenizer: LocalTokenizer) -> Ids:
    """The tokens for gaps: before a text, before what follows, and where it is filled; none where it has none."""
    for marks in _MARKS:
        ids = [tokenizer.encode(mark, Specials(parse=True)).ids.tolist() for mark in marks]
        if all(len(one) == 1 for one in ids):
            return tuple(i for one in ids for i in one)
    return ()


def filled(model: LanguageModel, gap: TextGap) -> FilledGap:
    """The gap as the model fills it.

    What follows the gap is read first, then what stands before it, which the model continues.

    Raises:
        UserError: the model cannot be asked about it; says why.
    """
    missing = gap.missing.encode()
    room = min(model.max_tokens or MOST_TOKENS, MOST_TOKENS) - len(missing)
    ahead = _ahead(model.tokenizer, gap.after, room // 2)
    text = fitted(Prompt(gap.before), model.tokenizer, room - len(ahead)).text
    asked = byte_model(model, text, ahead=ahead)
    source, ids = asked.source, asked.ids(text)
    [last] = (Token(i, vocabulary_of(model.tokenizer).pieces[i]) for i in ids[-1:])
    state = source.walk(source.spellings.front + text.encode(), _WALKED)[-1]
    first = {
        "naive": distribution(source.table, naive(source, ids)),
        "healed": distribution(source.table, healed(source, ids, [last])),
        "exact": state.next,
    }
    written = {
        "naive": _by_tokens(source, ids, b"", len(missing)),
        "healed": _by_tokens(source, ids[:-1], last.piece, len(missing)),
        "exact": _by_bytes(state, len(missing)),
    }
    return FilledGap(
        gap,
        len(text.encode()) not in model.tokenizer.segment(text + gap.missing).cuts,
        {way: float(found[missing[0]]) for way, found in first.items()},
        {way: data.decode(errors="replace") for way, data in written.items()},
    )


def _ahead(tokenizer: LocalTokenizer, after: str, most: int) -> Ids:
    """What the model reads before the text: the beginning of what follows the gap, and where it ends."""

    def ids(text: str) -> Ids:
        return tuple(tokenizer.encode(text, PLAIN).ids.tolist()) if text else ()

    follows = ids(after)[:most]
    if marks := marks_of(tokenizer):
        return (*marks[:2], *follows, marks[2])
    return (*follows, *ids(_PARTED)) if follows else ()


def _by_tokens(source: ByteSource, ids: Ids, begun: bytes, n: int) -> bytes:
    """So many bytes behind `begun` of the likeliest tokens, the first of which begins with it; fewer where it ends."""
    written, table = b"", source.table
    while len(written) < len(begun) + n:
        after, end = source.after(ids)
        fits = after if written else np.where(_begin_with(source, begun), after, -np.inf)
        place = int(fits.argmax())
        if end > fits[place] and (written or not begun):
            break
        ids = (*ids, int(table.ids[place]))
        written += table.columns[: table.lengths[place], place].tobytes()
    return written[len(begun) : len(begun) + n]


def _begin_with(source: ByteSource, begun: bytes) -> Bools:
    """Which tokens of the table begin with these bytes, bool (S,)."""
    columns = source.table.columns[: len(begun)]  # 0 past the end of a token
    wanted = np.array([*begun], np.uint8)[:, None]
    return np.asarray((columns == wanted).all(axis=0) & (source.table.lengths >= len(begun)))


def _by_bytes(state: ByteState, n: int) -> bytes:
    """So many bytes, each the likeliest behind those before it; fewer where the text ends."""
    written = b""
    while (byte := int(state.next.argmax())) != SPECIAL:
        written += bytes([byte])
        if len(written) == n:
            break
        state = state.advance(byte)
    return written
