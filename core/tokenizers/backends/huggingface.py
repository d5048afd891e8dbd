"""Tokenizers that run on Hugging Face's `tokenizers` library: BPE, Unigram, WordPiece and WordLevel models.

Two things in the library need care. `encode` holds Python's global lock, `encode_batch` does not. And a post-processor
with `trim_offsets` moves the offsets of tokens, so the backend here runs without its post-processor, and the tokens
that it adds at the ends are remembered.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, groupby
from typing import Any

import numpy as np
import regex
import tokenizers
from numpy.typing import NDArray

from core.common.errors import UserError, is_failure, shown
from core.common.numbers import count
from core.text.utf8 import all_have_utf8, byte_offsets
from core.tokenizers.backends import explained
from core.tokenizers.backends.components import states
from core.tokenizers.backends.display import displayed, undisplayed
from core.tokenizers.backends.ends import Ends, ends_of
from core.tokenizers.backends.nfc import composed
from core.tokenizers.backends.patterns import patterns_of
from core.tokenizers.backends.pipeline import normaliser_in_words, pre_tokenizer_in_words
from core.tokenizers.backends.spelling import spelling_of, vocabulary_of
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Alignment, Encoded, Ints
from core.tokenizers.tokenizer import (
    Counts,
    Explanation,
    Info,
    LocalTokenizer,
    Serialised,
    Specials,
    Stage,
    TokenDetails,
    details,
)
from core.tokenizers.vocabulary import Vocabulary, byte_of_character

REFERENCE = f"tokenizers {tokenizers.__version__}"

# Normalisers after which tokens rarely spell the text, so that offsets are asked for at once.
_REWRITING = {"BertNormalizer", "Lowercase", "StripAccents", "NFKC", "NFKD", "NFD", "Precompiled", "Strip", "Nmt"}
_CLUSTER = regex.compile(r"\X")
_BEFORE_SPACE = regex.compile(r"\S ")
_FIRST_MARK = 0x300  # no character before it extends another


class HuggingFaceTokenizer(LocalTokenizer):
    """A tokenizer on a `tokenizers.Tokenizer`, which becomes this object's own.

    Args:
        backend: set up as its file says; padding, truncation, dropout and the post-processor are taken off here.
        info: what the source knows; empty fields (algorithm, reference, normaliser, specials, number of ids) are
            filled in from the backend.
        vocabulary: None works it out from the backend.
        ends: what goes around a text; None asks the backend's post-processor.

    Raises:
        UnreadableFile: the backend's ids are unusable.
    """

    vocabulary: Vocabulary

    on_threads = True

    def __init__(
        self,
        backend: tokenizers.Tokenizer,
        info: Info,
        vocabulary: Vocabulary | None = None,
        ends: Ends | None = None,
    ) -> None:
        self.vocabulary = vocabulary or vocabulary_of(backend)
        backend.no_padding()
        backend.no_truncation()
        notes = _made_deterministic(backend)
        ends = ends or ends_of(backend, len(self.vocabulary))
        self._before, self._after = np.array(ends.before, np.int32), np.array(ends.after, np.int32)
        backend.post_processor = None
        backend.encode_special_tokens = True  # the spelling of a special token in the text is ordinary text
        self._backend = backend
        self._spelling = spelling_of(backend)
        self._prefix = _dummy_prefix(backend)
        self._composes = [state["type"] for state in states(backend.normalizer)] == ["NFC"]
        self._rewrites = any(state["type"] in _REWRITING for state in states(backend.normalizer))
        self.info = _completed(info, backend, self.vocabulary, (*notes, *filter(None, [ends.note])))

    @cached_property
    def _parsing(self) -> tokenizers.Tokenizer:
        """The backend that reads special tokens in the text; a second object, since the choice is a property of one."""
        return _twin(self._backend)

    def encode(self, text: str, specials: Specials) -> Encoded:
        backend = self._parsing if specials.parse else self._backend
        encoding = _run(backend, [text], offsets=self._rewrites)[0]
        ids = np.array(encoding.ids, np.int32)

        def align() -> Alignment:
            if self._composes and (found := self._aligned_by_composition(text, ids)):
                return found
            exact = encoding if self._rewrites else _run(backend, [text], offsets=True)[0]
            edges = np.fromiter(chain.from_iterable(exact.offsets), np.int32, 2 * len(ids))
            return aligned(text, edges.reshape(-1, 2), self._leading_space[ids])

        if not specials.add:
            return Encoded(ids, align, prefix=self._prefix)
        all_ids = np.concatenate([self._before, ids, self._after])
        return Encoded(all_ids, align, prefix=self._prefix, n_before=len(self._before), n_after=len(self._after))

    def _aligned_by_composition(self, text: str, ids: Ints) -> Alignment | None:
        """Byte spans where the tokens spell the text in NFC; faster than the library's offsets, and to the byte."""
        change = composed(text)
        pieces = [self.vocabulary.pieces[i] for i in ids.tolist()]
        if change is None or b"".join(pieces) != change.text.encode():
            return None
        ends = np.cumsum(self.vocabulary.lengths[ids], dtype=np.int32)
        return change.align(ends - self.vocabulary.lengths[ids], ends)

    @cached_property
    def _leading_space(self) -> NDArray[np.uint8]:
        """Per id: 1 if its bytes begin with a space, 2 if they are one, uint8 (V,)."""
        pieces = self.vocabulary.pieces
        return np.fromiter(((p[:1] == b" ") + (p == b" ") for p in pieces), np.uint8, len(pieces))

    def patterns(self) -> tuple[str, ...] | None:
        spelling, added = self._spelling, self._backend.get_added_tokens_decoder().values()
        if spelling.prefix or spelling.suffix or any(_reaches_out(one) for one in added if not one.special):
            return None
        found = patterns_of(self._backend)
        whole_first = getattr(self._backend.model, "ignore_merges", False)
        return None if whole_first and not found else found

    def cut_out_first(self) -> tuple[str, ...]:
        return tuple(self._added.values())

    def serialised(self) -> Serialised:
        return Serialised("tokenizers", self._backend.to_str().encode())

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        return [np.array(encoding.ids, np.int32) for encoding in _run(self._backend, list(texts), offsets=False)]

    def count(self, texts: Sequence[str]) -> Counts:
        if (self.vocabulary.kinds == Kind.UNKNOWN).any():
            return super().count(texts)
        all_have_utf8(texts)
        lengths = map(len, _run(self._backend, list(texts), offsets=False))  # without a Python list of the ids
        tokens = np.fromiter(lengths, np.int32, len(texts))
        return Counts(tokens, np.zeros(len(texts), np.int32))

    # the vocabulary and how it got there

    def describe(self, ids: Sequence[int]) -> list[TokenDetails]:
        return details(self._measured, ids)

    def merges(self) -> NDArray[np.int32]:
        if self.info.algorithm != "BPE":
            return super().merges()
        return explained.in_ids(self._merges, self._backend.get_vocab(with_added_tokens=False))

    def decode(self, ids: Sequence[int]) -> bytes:
        if self._spelling.suffix:
            return self._words(ids)
        if self._spelling.prefix:  # only the library knows where its words end
            return str(self._backend.decode(list(ids), skip_special_tokens=False)).encode()
        data = b"".join(map(self._said, ids))
        return data if self._spelling.alphabet else data.removeprefix(self._prefix)

    def _words(self, ids: Sequence[int]) -> bytes:
        """The text of ids whose spelling marks the end of a word, with a space there; the decoder of CLIP's own
        tokenizer.json leaves the marks in."""
        suffix = self._spelling.suffix
        return b"".join(self._said(i) + b" " * self._spelled(i).endswith(suffix) for i in ids).removesuffix(b" ")

    def _said(self, token_id: int) -> bytes:
        """The text of one id; an unknown one is spelled out."""
        vocabulary = self.vocabulary
        unknown = vocabulary.kinds[token_id] == Kind.UNKNOWN
        return self._spelled(token_id).encode() if unknown else vocabulary.pieces[token_id]

    @cached_property
    def _measured(self) -> Vocabulary:
        if self.vocabulary.measures is not None or not self.vocabulary.spellings or self.info.algorithm != "BPE":
            return self.vocabulary
        return explained.with_ranks(self.vocabulary, self._merges)

    @cached_property
    def _merges(self) -> explained.Merges:
        return explained.merges_of(self._backend)

    @cached_property
    def _scores(self) -> explained.SpellingScores:
        return explained.scores_of(self.vocabulary)

    @cached_property
    def _added(self) -> dict[int, str]:
        """Content of the added tokens that are looked for in a text before it is cut."""
        added = self._backend.get_added_tokens_decoder().items()
        return {i: token.content for i, token in added if not token.special}

    def stages(self, text: str) -> list[Stage]:
        backend = self._backend
        encoding = _run(backend, [text], offsets=True)[0]
        parts = _parts(text, encoding, self._added)
        normal = [part if whole else self._normal(part) for part, whole in parts]
        cut = [
            piece
            for (_, whole), part in zip(parts, normal, strict=True)
            for piece in ([part] if whole else self._pre_tokens(part))
        ]
        tokens = [self._shown(i) for i in encoding.ids]
        front, end = ([self._shown(i) for i in ids.tolist()] for ids in (self._before, self._after))
        adds = "; ".join(
            f"puts {', '.join(added)} {where}" for added, where in ((front, "in front"), (end, "at the end")) if added
        )
        found = "; added tokens of the vocabulary are cut out first" if any(whole for _, whole in parts) else ""
        return [
            Stage("Normaliser", self.info.normaliser or "changes nothing", tuple(normal)),
            Stage("Pre-tokenizer", pre_tokenizer_in_words(backend.pre_tokenizer) + found, tuple(cut)),
            Stage("Model", f"{self.info.algorithm}, {count(len(self.vocabulary))} entries", tuple(tokens)),
            Stage("Post-processor", adds or "adds nothing", (*front, *tokens, *end)),
        ]

    def _normal(self, text: str) -> str:
        normaliser = self._backend.normalizer
        return text if normaliser is None else str(normaliser.normalize_str(text))

    def _pre_tokens(self, text: str) -> list[str]:
        cutter = self._backend.pre_tokenizer
        if cutter is None:
            return [text] if text else []
        pieces = [piece for piece, _ in cutter.pre_tokenize_str(text)]
        return [displayed(self._spelling.meant(p)) for p in pieces] if self._spelling.alphabet else pieces

    def _shown(self, token_id: int) -> str:
        """A token as people read it: its text in a byte-level vocabulary, else its spelling."""
        return displayed(self.vocabulary.pieces[token_id]) if self._spelling.alphabet else self._spelled(token_id)

    def _spelled(self, token_id: int) -> str:
        return self.vocabulary.spellings[token_id] if self.vocabulary.spellings else str(token_id)

    def explain(self, piece: str) -> Explanation | None:
        pre_token = _in_alphabet(undisplayed(piece)) if self._spelling.alphabet else piece
        model = self._backend.model
        kind = type(model).__name__
        if kind == "BPE":
            said = explained.bpe(self._backend, self._spelling, self._merges, pre_token)
        elif kind == "Unigram" and self.vocabulary.measures is not None:
            said = explained.unigram(self._scores, self._spelling, pre_token)
        elif kind == "WordPiece":
            said = explained.wordpiece(model, self._backend.get_vocab(with_added_tokens=False), pre_token)
        else:
            said = None
        return replace(said, piece=piece) if said else None


def _reaches_out(added: Any) -> bool:
    """Whether an added token may be found across a space behind something else, or takes what is around it."""
    return bool(added.lstrip or added.rstrip or added.single_word or _BEFORE_SPACE.search(added.content))


def _parts(text: str, encoding: Any, added: dict[int, str]) -> list[tuple[str, bool]]:
    """The text cut around its added tokens: (stretch, whether it is one of them)."""
    parts, at = list[tuple[str, bool]](), 0
    for i, (start, end) in zip(encoding.ids, encoding.offsets, strict=True):
        if i in added and start >= at:
            parts += [(text[at:start], False), (text[start:end], True)]
            at = end
    return [part for part in (*parts, (text[at:], False)) if part[0]]


def _in_alphabet(data: bytes) -> str:
    character_by_byte = {byte: character for character, byte in byte_of_character().items()}
    return "".join(character_by_byte[byte] for byte in data)


def aligned(text: str, offsets: Ints, leading_space: NDArray[np.uint8]) -> Alignment:
    """Byte spans from the library's character offsets, with what its normalisers and pre-tokenizers dropped.

    Args:
        offsets: int32 (T, 2).
        leading_space: per token 1 if its bytes begin with a space, 2 if they are one, (T,).
    """
    starts, ends = offsets.T.copy()
    points = np.frombuffer(text.encode("utf-32-le") + bytes(4), np.uint32)
    if leading_space.any():
        _give_dropped_space(points, leading_space, starts, ends)
    _give_dropped_marks(text, points, starts, ends)
    bytes_before = byte_offsets(text)
    return bytes_before[starts], bytes_before[ends]


def _give_dropped_space(points: NDArray[np.uint32], leading_space: NDArray[np.uint8], starts: Ints, ends: Ints) -> None:
    """Lay tokens that begin with an inserted space over what was dropped before them, in place.

    A `▁` that the tokenizer itself put in front of a word has, in the library, the offsets of the word's first
    character. It stands for the whitespace that the word was cut at, or for nothing.
    """
    inserted = (leading_space > 0) & (starts < ends) & (points[starts] != 0x20)
    reach = np.concatenate([[0], np.maximum.accumulate(ends)[:-1]])  # where the tokens before end
    followed = np.append(starts[1:] < ends[:-1], False)
    alone = inserted & (leading_space == 2) & followed  # it has no character of its own
    ends[alone] = starts[alone]
    over = inserted & (reach < starts)
    starts[over] = reach[over]


def _give_dropped_marks(text: str, points: NDArray[np.uint32], starts: Ints, ends: Ints) -> None:
    """Lay tokens over the marks dropped after them, in place: a stripped accent, or one that went into a composition.

    The library aligns the `é` that NFC makes of `e` and U+0301 with the `e` alone.
    """
    reach = np.maximum.accumulate(ends)
    following = np.append(starts[1:], np.int32(len(text)))
    followed = (following > reach) & (points[reach] >= _FIRST_MARK) & (reach > 0)
    for i in np.flatnonzero(followed).tolist():
        end, stop = int(reach[i]), int(following[i])
        cluster = _CLUSTER.match(text, end - 1, stop)
        whole = cluster.end() if cluster else end
        while whole > end and i >= 0 and ends[i] == end:  # all tokens of a split character
            ends[i] = whole
            i -= 1  # noqa: PLW2901


def _run(backend: tokenizers.Tokenizer, texts: list[str], offsets: bool) -> list[Any]:
    """Encodings of the texts.

    Raises:
        UserError: the library gave up, for example since the model meets an unknown word and has no unknown token.
    """
    call = backend.encode_batch if offsets else backend.encode_batch_fast
    try:
        return list(call(texts, add_special_tokens=False))
    except BaseException as error:
        if not is_failure(error):
            raise
        raise UserError(
            f"The tokenizer failed on this text: {shown(str(error), 200)}. Its file is damaged, or its pattern "
            "cannot handle so long a text; try a shorter one."
        ) from None


def _twin(backend: tokenizers.Tokenizer) -> tokenizers.Tokenizer:
    """A second backend on the same model, without its post-processor and with the library's default switches."""
    twin = tokenizers.Tokenizer(backend.model)
    if backend.normalizer is not None:
        twin.normalizer = backend.normalizer
    if backend.pre_tokenizer is not None:
        twin.pre_tokenizer = backend.pre_tokenizer
    added = backend.get_added_tokens_decoder()
    in_order = [token for _, token in sorted(added.items())]
    for special, tokens in groupby(in_order, lambda token: token.special):  # one by one would take quadratic time
        (twin.add_special_tokens if special else twin.add_tokens)(list(tokens))
    if {i: t.content for i, t in twin.get_added_tokens_decoder().items()} == {i: t.content for i, t in added.items()}:
        return twin
    return tokenizers.Tokenizer.from_str(backend.to_str())  # ids with holes; twenty times slower


def _made_deterministic(backend: tokenizers.Tokenizer) -> tuple[str, ...]:
    """Switch off sampling, which some files carry from training."""
    model = backend.model
    if getattr(model, "dropout", None):
        model.dropout = None
        return ("Its file asks for BPE dropout, which is switched off here.",)
    return ()


def _dummy_prefix(backend: tokenizers.Tokenizer) -> bytes:
    """What the backend puts before a text so that its first word looks like any other."""
    for state in states(backend.normalizer):
        if state["type"] == "Prepend":
            return b" " if state["prepend"] == "▁" else str(state["prepend"]).encode()
    for state in states(backend.pre_tokenizer):
        metaspace = state["type"] == "Metaspace" and state.get("prepend_scheme", "always") != "never"
        if metaspace or (state["type"] == "ByteLevel" and state["add_prefix_space"]):
            return b" "
    return b""


def _completed(info: Info, backend: tokenizers.Tokenizer, vocabulary: Vocabulary, notes: tuple[str, ...]) -> Info:
    """The info with what only the backend knows."""
    added = backend.get_added_tokens_decoder()
    specials = tuple((token.content, i) for i, token in sorted(added.items()) if token.special)
    return replace(
        info,
        n_vocabulary=info.n_vocabulary or len(vocabulary),
        algorithm=info.algorithm or type(backend.model).__name__,
        reference=info.reference or REFERENCE,
        normaliser=info.normaliser or normaliser_in_words(backend.normalizer),
        specials=info.specials or specials,
        notes=(*info.notes, *notes),
    )
