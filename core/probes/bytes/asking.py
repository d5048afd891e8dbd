"""A model asked for the next byte in three ways."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count
from core.evaluation.passes.byte_marginals import ByteTable, Ids, OpenContext, byte_bins, byte_table
from core.models.language_model import LanguageModel
from core.probes.bytes.found import CoverBundle, NextByte, Token
from core.probes.bytes.prompt import Prompt, fitted
from core.probes.bytes.reader import ContextReader
from core.probes.bytes.spellings import CountedSpellings, EverySpelling, WrittenSpellings, front_of
from core.probes.bytes.state import ByteSource, ByteState, n_common
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.tokenizer import PLAIN

_MOST_COVERS, _MOST_NEXT = 12, 5


@dataclass(frozen=True, eq=False)
class ByteModel:
    """A language model as a source of bytes.

    Args:
        model: which.
        reader: what asks it, and counts.
        source: of the bytes of texts.
    """

    model: LanguageModel
    reader: ContextReader
    source: ByteSource

    def ids(self, text: str) -> Ids:
        """Tokens of a text."""
        return tuple(self.model.tokenizer.encode(text, PLAIN).ids.tolist()) if text else ()

    def start(self) -> ByteState:
        """Where every text begins: behind what the tokenizer puts in front of it."""
        return self.source.walk(self.source.spellings.front, 0)[-1]


def byte_model(model: LanguageModel, text: str = "", every: bool = False, ahead: Ids = ()) -> ByteModel:
    """A model ready to be asked for texts that begin as `text` does.

    Args:
        every: all spellings count, not only those that the tokenizer writes.
        ahead: tokens that the model reads before every text.

    Raises:
        UserError: the model has no token to begin a text with, or its tokenizer does not give back the text.
    """
    if model.bos is None:
        raise UserError(
            f"{model.name} has no token to begin a text with, so its first token has no probability. Choose a model "
            "with a start or an end token."
        )
    tokenizer = model.tokenizer
    if (ids := tokenizer.encode(text, PLAIN).ids if text else np.empty(0)).size and int(ids.max()) >= model.n_rows:
        raise UserError(
            f"The prompt holds token {count(int(ids.max()))}, for which {model.name} has no row: it has "
            f"{count(model.n_rows)}. Its tokenizer and its weights do not belong together."
        )
    front = front_of(tokenizer, text)
    table, reader = byte_table(tokenizer, model.n_rows), ContextReader(model, ahead)
    spellings: CountedSpellings = EverySpelling(front) if every else WrittenSpellings(tokenizer, table, front)
    return ByteModel(model, reader, ByteSource(reader, table, spellings, model.special_ids.get("eos")))


def next_byte(model: LanguageModel, prompt: Prompt, n_walked: int, every: bool = False) -> NextByte:
    """What comes after a prompt.

    Args:
        n_walked: the last bytes of it to go through one by one; what is left over is counted there.
        every: all spellings count, not only those that the tokenizer writes.

    Raises:
        UserError: as `byte_model`; or the model has no tokens for the prompt.
    """
    read = fitted(prompt, model.tokenizer, model.max_tokens)
    asked = byte_model(model, read.text, every)
    data = asked.source.spellings.front + read.text.encode() + read.rest
    states = asked.source.walk(data, n_walked)
    ids = asked.ids(read.text) if not read.rest else _complete(states[-1].opened)
    source = asked.source
    return NextByte(
        model=model.name,
        tokens=_tokens(model, ids or ()),
        naive=None if ids is None else distribution(source.table, naive(source, ids)),
        healed=None if ids is None else distribution(source.table, healed(source, ids, _tokens(model, ids[-1:]))),
        exact=states[-1].next,
        left_over=states[-1].left_over,
        n_walked=len(states) - 1,
        silent=0.0 if ids is None else source.silent(ids),
        covers=tuple(_covers(model, states[-1])),
        n_calls=asked.reader.n_calls,
        notes=tuple(_notes(model, read, states, ids)),
    )


def naive(source: ByteSource, ids: Ids) -> list[OpenContext]:
    """The tokens of the prompt, and whatever follows."""
    return [source.open_all(ids)]


def healed(source: ByteSource, ids: Ids, last: Sequence[Token]) -> list[OpenContext]:
    """The tokens of the prompt but the last, and what begins with the bytes of that, once, then whatever follows.

    A last token that text is never made of stays.

    Source: token healing as in guidance (Microsoft 2023).
    """
    if not ids or ids[-1] not in source.table.ids:
        return naive(source, ids)
    before = source.open_all(ids[:-1])
    return [*source.narrowed(before, last[0].piece), source.open_all(ids, source.weight(ids, len(ids) - 1))]


def distribution(table: ByteTable, opened: list[OpenContext]) -> NDArray[np.float64]:
    """Probability of each byte, and of the end, behind these contexts, float64 (257,)."""
    bins = byte_bins(table, opened)
    return np.asarray(np.exp(bins - np.logaddexp.reduce(bins)))


def _complete(opened: Sequence[OpenContext]) -> Ids | None:
    """The most probable tokens that end where the prompt does, which is inside a character; None where none do."""
    return max(((one.weight, one.ids) for one in opened if not one.depth), default=(0.0, None))[1]


def _tokens(model: LanguageModel, ids: Sequence[int]) -> tuple[Token, ...]:
    pieces = vocabulary_of(model.tokenizer).pieces
    return tuple(Token(i, pieces[i]) for i in ids)


def _covers(model: LanguageModel, state: ByteState) -> Iterator[CoverBundle]:
    """The contexts of a state, the weightiest first."""
    table = state.source.table
    masses = [(float(np.logaddexp.reduce(byte_bins(table, [one]))), one) for one in state.opened]
    masses.sort(key=lambda pair: -pair[0])
    trunk = n_common([one.ids for _, one in masses])
    for mass, one in masses[:_MOST_COVERS]:
        begun = state.data[len(state.data) - one.depth :]
        context = _tokens(model, one.ids[max(0, trunk - 2) :])
        yield CoverBundle(context, begun, float(np.exp(mass - state.log_mass)), tuple(_behind(model, state, one)))


def _behind(model: LanguageModel, state: ByteState, one: OpenContext) -> Iterator[tuple[Token | None, float]]:
    """The most probable tokens of a bundle, and the end, with their shares of all mass."""
    top = np.argsort(-one.after, kind="stable")[:_MOST_NEXT]
    tokens = _tokens(model, state.source.table.ids[one.low + top].tolist())
    logs: list[tuple[Token | None, float]] = [*zip(tokens, one.after[top].tolist(), strict=True)]
    if not one.depth:
        logs.append((None, one.special))
    logs.sort(key=lambda pair: -pair[1])
    shares = ((token, float(np.exp(log + one.weight - state.log_mass))) for token, log in logs[:_MOST_NEXT])
    yield from ((token, share) for token, share in shares if share)


def _notes(model: LanguageModel, read: Prompt, states: Sequence[ByteState], ids: Ids | None) -> Iterator[str]:
    if read.n_left_out:
        yield (
            f"The first {count(read.n_left_out)} bytes of the prompt were not read: of {model.name} at most "
            f"the last {count(len(read.text.encode()))} fit."
        )
    if read.rest:
        yield "The prompt ends inside a character: its tokens are the most probable ones that end there."
    if ids is None:
        yield "No token ends where the prompt does, so there is neither a naive nor a healed answer."
    table = states[-1].source.table
    if ids and not np.isin(ids, table.ids).all():
        yield (
            f"{model.tokenizer.info.label} reads the spelling of a special token in the prompt as that token, which no "
            "text continues: the exact answer is that for other tokens with these bytes."
        )
    if states[-1].n_anew:
        yield (
            f"{model.tokenizer.info.label} cuts a beginning of the prompt otherwise than the prompt, at "
            f"{count(states[-1].n_anew)} of the places looked at; there the sum was begun anew."
        )
    if states[-1].source.end is None:
        yield f"{model.name} has no token that ends a text, so the end has no probability."
