"""SentencePiece models: ids and normaliser are the library's, bytes and spans are worked out here.

The library's `encode` lets go of the GIL (measured on 1.2 MB: other threads never waited over 2 ms), so a long text
does not stop other sessions.

Source: Kudo and Richardson 2018, SentencePiece; the scores of user-defined pieces are those of unigram_model.cc.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby

import numpy as np
import sentencepiece
from ahocorasick_rs import AhoCorasick, MatchKind
from numpy.typing import NDArray

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.tokenizers.backends.spm_charsmap import CharacterMap
from core.tokenizers.backends.spm_origins import NormalisedOrigins
from core.tokenizers.backends.spm_proto import (
    ALGORITHMS,
    BPE,
    BYTE,
    CONTROL,
    NORMAL,
    SPACE,
    UNIGRAM,
    UNKNOWN,
    UNUSED,
    USER_DEFINED,
    WORD,
    Model,
    byte_of,
)
from core.tokenizers.explain.merges import replay
from core.tokenizers.explain.unigram import n_best
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Alignment, Encoded, Ints, spans
from core.tokenizers.tokenizer import Explanation, Info, LocalTokenizer, Path, Serialised, Specials, Stage, Step
from core.tokenizers.vocabulary import Vocabulary

REFERENCE = f"sentencepiece {sentencepiece.__version__}"
_KINDS = {UNKNOWN: Kind.UNKNOWN, CONTROL: Kind.SPECIAL, BYTE: Kind.BYTE}
_UNKNOWN_PENALTY = 10.0  # kUnkPenalty of unigram_model.cc
_N_PATHS = 8

sentencepiece.SetMinLogLevel(3)  # its complaints come back as errors; on stderr they would break the command line


@dataclass(frozen=True)
class Around:
    """Ids that the tokenizer puts around a text for a model."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()


class Symbols:
    """Spellings found in a text before the model sees it, the longest where several begin."""

    def __init__(self, ids: Mapping[str, int]) -> None:
        self._ids = list(ids.values())
        self._search = AhoCorasick(list(ids), matchkind=MatchKind.LeftmostLongest) if ids else None

    def find(self, text: str) -> list[tuple[int, int, int]]:
        """(id, start, end) in characters, in order."""
        if self._search is None:
            return []
        return [(self._ids[n], start, end) for n, start, end in self._search.find_matches_as_indexes(text)]


def load_processor(model: Model, name: str) -> sentencepiece.SentencePieceProcessor:
    """The library's processor for a checked model.

    Raises:
        UnreadableFile: the library does not take it; says why.
    """
    try:
        return sentencepiece.SentencePieceProcessor(model_proto=model.SerializeToString())
    except (RuntimeError, OSError, ValueError) as error:
        why = str(error).strip().splitlines()[-1] if str(error).strip() else "no reason given"
        raise UnreadableFile(f"{shown(name)} is a damaged SentencePiece model: {shown(why)}. Fetch it again.") from None


def vocabulary_of(model: Model) -> Vocabulary:
    """Bytes, kinds, spellings and scores of a model's pieces."""
    algorithm = model.trainer_spec.model_type
    types = [piece.type for piece in model.pieces]
    spellings = [piece.piece for piece in model.pieces]
    scores = np.array([piece.score for piece in model.pieces], np.float64)
    scored = np.isin(np.array(types), (NORMAL, UNUSED))
    measures = np.where(scored, 0.0 - scores if algorithm == BPE else scores, np.nan)
    return Vocabulary(
        pieces=[piece_bytes(s, t) for s, t in zip(spellings, types, strict=True)],
        kinds=np.array([_KINDS.get(t, Kind.ORDINARY) for t in types], np.uint8),
        spellings=spellings,
        measures=measures if algorithm in (BPE, UNIGRAM) else None,
        measure_name="merge rank" if algorithm == BPE else "score",
    )


def piece_bytes(spelling: str, kind: int) -> bytes:
    """What a piece says.

    >>> piece_bytes("▁the", NORMAL), piece_bytes("<0xE2>", BYTE), piece_bytes("<unk>", UNKNOWN)
    (b' the', b'\\xe2', b'')
    """
    if kind == BYTE:
        byte = byte_of(spelling)
        assert byte is not None, "checked when the model was read"
        return bytes([byte])
    if kind == UNKNOWN:
        return b""
    return (spelling if kind == CONTROL else spelling.replace(SPACE, " ")).encode()


def normaliser_words(model: Model) -> str:
    """What a model's normaliser does to a text, in words.

    >>> from core.tokenizers.backends.spm_proto import build_bpe
    >>> normaliser_words(build_bpe([], dummy_prefix=True))
    'identity; adds a space in front'
    """
    spec = model.normalizer_spec
    words = [spec.name or ("its own character map" if spec.precompiled_charsmap else "identity")]
    if spec.remove_extra_whitespaces:
        words.append("collapses spaces")
    if spec.add_dummy_prefix:
        words.append("adds a space " + ("at the end" if model.trainer_spec.treat_whitespace_as_suffix else "in front"))
    return "; ".join(words)


def model_info(
    model: Model,
    *,
    spec: str,
    label: str,
    source: str,
    fingerprint: str,
    reference: str = REFERENCE,
    chat_template: str = "",
    bos: str = "",
    eos: str = "",
    notes: tuple[str, ...] = (),
) -> Info:
    """What a model says of itself."""
    special = {UNKNOWN, CONTROL}
    return Info(
        spec=spec,
        label=label,
        source=source,
        fingerprint=fingerprint,
        n_vocabulary=len(model.pieces),
        algorithm=ALGORITHMS[model.trainer_spec.model_type],
        reference=reference,
        normaliser=normaliser_words(model),
        specials=tuple((p.piece, i) for i, p in enumerate(model.pieces) if p.type in special),
        chat_template=chat_template,
        bos=bos,
        eos=eos,
        notes=notes,
    )


class SentencePieceTokenizer(LocalTokenizer):
    """A SentencePiece model.

    Plain, a control symbol in the text is ordinary text, as in the library. Parsed, the text is cut at control symbols
    and each stretch between them is encoded as a text of its own, dummy prefix included: so do Hugging Face's Llama
    tokenizer (legacy) and llama.cpp, while the library and mistral-common never read a control symbol from text.

    Args:
        model: checked by `read_proto`, or built.
        info: who it is.
        around: what it puts around a text.
        always: spellings cut out before the model sees the text, for formats that do so, and their ids.
        vocabulary: where bytes are not those of `vocabulary_of`.
        file: what a message about damage calls the model; its label unless given.
    """

    vocabulary: Vocabulary  # always there, unlike in the class above

    on_threads = True

    def __init__(
        self,
        model: Model,
        info: Info,
        *,
        around: Around = Around(),
        always: Mapping[str, int] | None = None,
        vocabulary: Vocabulary | None = None,
        file: str = "",
    ) -> None:
        self.info = info
        self.vocabulary = vocabulary or vocabulary_of(model)
        self._processor = load_processor(model, file or info.label)
        self._model = model
        self._around = around
        always = always or {}
        controls = {p.piece: i for i, p in enumerate(model.pieces) if p.type == CONTROL}
        self._always, self._cut_out_first = Symbols(always), bool(always)
        self._parsed = Symbols({**controls, **always})
        suffix = model.trainer_spec.treat_whitespace_as_suffix
        self._prefix = b" " if model.normalizer_spec.add_dummy_prefix and not suffix else b""
        self._unknown = self._processor.unk_id()
        self._space = SPACE if model.normalizer_spec.escape_whitespaces else " "
        # bytes per id in the normalised text, where a space is the three bytes of U+2581
        self._widths = np.array([_width(p.piece, p.type) for p in model.pieces], np.int32)

    def encode(self, text: str, specials: Specials) -> Encoded:
        marks = (self._parsed if specials.parse else self._always).find(text)
        body = self._in_stretches(text, marks) if marks else self._whole(text)
        if not specials.add:
            return body
        before, after = (np.array(ids, np.int32) for ids in (self._around.before, self._around.after))
        spelled = self.vocabulary.pieces
        assert body.pieces is not None, "both ways above give them"
        return Encoded(
            np.concatenate([before, body.ids, after]),
            body.align,
            [*(spelled[i] for i in before), *body.pieces, *(spelled[i] for i in after)],
            None
            if body.kinds is None
            else np.concatenate([self.vocabulary.kinds[before], body.kinds, self.vocabulary.kinds[after]]),
            body.prefix,
            len(before),
            len(after),
        )

    def patterns(self) -> tuple[str, ...] | None:
        spec, trained = self._model.normalizer_spec, self._model.trainer_spec
        changes = spec.precompiled_charsmap or spec.remove_extra_whitespaces or trained.treat_whitespace_as_suffix
        others = any(piece.type in (USER_DEFINED, UNUSED) for piece in self._model.pieces)
        return None if changes or others or self._cut_out_first else ()

    def serialised(self) -> Serialised | None:
        if self._cut_out_first:
            return None  # other engines would not cut these out
        return Serialised("sentencepiece", self._processor.serialized_model_proto())

    def decode(self, ids: Sequence[int]) -> bytes:
        said, unknown = list[bytes](), self._model.trainer_spec.unk_surface.encode()
        for special, stretch in groupby(ids, lambda i: bool(self.vocabulary.kinds[i] == Kind.SPECIAL)):
            pieces = [unknown if i == self._unknown else self.vocabulary.pieces[i] for i in stretch]
            if not special:
                self._take_dummy_off(pieces)  # a stretch between special tokens is a text of its own, as in `encode`
            said += pieces
        return b"".join(said)

    def encode_many(self, texts: Sequence[str]) -> list[Ints]:
        marked = {i for i, text in enumerate(texts) if self._always.find(text)} if self._cut_out_first else set()
        threads = 1 if len(texts) < 64 else -1  # starting them costs more than a few short texts
        plain = ["" if i in marked else text for i, text in enumerate(texts)] if marked else list(texts)
        ids: list[Ints] = self._processor.encode(plain, return_type="numpy", num_threads=threads)
        for i in marked:
            ids[i] = self.encode(texts[i], Specials()).ids
        return ids

    def _whole(self, text: str) -> Encoded:
        """The library's tokens of a text in which no symbol is looked for."""
        data = text.encode()
        ids: Ints = self._processor.encode(text, return_type="numpy")
        pieces: list[bytes] = self.vocabulary.table[ids].tolist()
        if self._unknown not in ids and b"".join(pieces) == self._prefix + data:
            return Encoded(ids, pieces=pieces, prefix=self._prefix)
        self._take_dummy_off(pieces)
        return Encoded(ids, lambda: self._align(text, data, ids), pieces)

    def _take_dummy_off(self, pieces: list[bytes]) -> None:
        """Take off the space that the normaliser added; in place, as decoding does."""
        spec = self._model.normalizer_spec
        if not pieces or not spec.add_dummy_prefix:
            return
        if self._model.trainer_spec.treat_whitespace_as_suffix:
            pieces[-1] = pieces[-1].removesuffix(b" ")
        else:
            pieces[0] = pieces[0].removeprefix(b" ")

    def _align(self, text: str, data: bytes, ids: Ints) -> Alignment:
        """Byte spans of the library's tokens.

        Worked out, or from the normalised text, both several times faster than asking for the tokens' spans; that is
        left for texts in which the width of an unknown piece cannot be told.
        """
        followed = self._origins(text, data) if self._origins else None
        found = None if followed is None else self._placed(ids, followed.origins, followed.runs)
        return found or self._placed_by_library(data, ids)

    def _placed_by_library(self, data: bytes, ids: Ints) -> Alignment:
        """The same, from what the library says of its normalised text."""
        normal, origins = self._processor.normalize(data, with_offsets=True)
        runs = None if self._strange is None else _run_lengths(normal, self._strange)
        found = self._placed(ids, np.array(origins, np.int32), runs)
        if found is not None:
            return found
        offsets = self._processor.encode(data, return_type="offset_mapping", return_bytes=True)["offsets"]
        places = np.fromiter(chain.from_iterable(offsets), np.int32, 2 * len(offsets)).reshape(-1, 2)
        return places[:, 0], places[:, 1]

    def _placed(self, ids: Ints, origins: Ints, runs: Ints | NDArray[np.int64] | None) -> Alignment | None:
        """The spans of tokens that together are as wide as the normalised text; None where they are not.

        An unknown piece is a longest run of characters of which no piece is made.

        Args:
            origins: where each normalised byte came from, and where the last ends.
            runs: bytes of those runs in order; None where they cannot be told.
        """
        widths: Ints = self._widths[ids]
        unknown = (ids == self._unknown).nonzero()[0]
        if len(unknown):
            widths[unknown] = runs if runs is not None and len(runs) == len(unknown) else -1
        edges = np.zeros(len(ids) + 1, np.int64)
        np.cumsum(widths, out=edges[1:])
        if not 0 < edges[-1] == len(origins) - 1:
            return None
        places = origins[edges]
        return places[:-1], places[1:]

    @cached_property
    def _origins(self) -> NormalisedOrigins | None:
        """Works out origins; None where the library has to be asked."""
        spec, pieces = self._model.normalizer_spec, self._model.pieces
        if self._model.trainer_spec.treat_whitespace_as_suffix:
            return None
        try:
            return NormalisedOrigins(
                CharacterMap(spec.precompiled_charsmap) if spec.precompiled_charsmap else None,
                self._space,
                collapse=spec.remove_extra_whitespaces,
                prefix=spec.add_dummy_prefix,
                kept=[p.piece for p in pieces if p.type == USER_DEFINED],
                strange=self._strange,
            )
        except ValueError:  # a map in which this cannot be seen beforehand
            return None

    @cached_property
    def _strange(self) -> NDArray[np.bool_] | None:
        """Which characters are no piece by themselves, (0x110000,); None if pieces are made of such characters too.

        None for a model of words as well, whose unknown pieces are whole words.
        """
        if self._model.trainer_spec.model_type == WORD:
            return None
        pieces = [p.piece for p in self._model.pieces if p.type in (NORMAL, USER_DEFINED)]
        strange = np.ones(0x110000, bool)
        strange[_points("".join(piece for piece in pieces if len(piece) == 1))] = False
        return None if strange[_points("".join(pieces))].any() else strange

    def _in_stretches(self, text: str, marks: list[tuple[int, int, int]]) -> Encoded:
        """Tokens of a text cut at symbols: each stretch between them is a text of its own."""
        ids: list[Ints] = []
        starts: list[Ints] = []
        ends: list[Ints] = []
        kinds: list[NDArray[np.uint8]] = []
        pieces: list[bytes] = []
        at = 0
        for part, symbol in _stretches(text, marks):
            data = part.encode()
            if symbol is None:
                found = spans(self._whole(part), data, self.vocabulary)
                ids.append(found.ids)
                starts.append(found.starts + np.int32(at))
                ends.append(found.ends + np.int32(at))
                kinds.append(found.kinds)
                pieces += found.pieces
            else:
                ids.append(np.array([symbol], np.int32))
                starts.append(np.array([at], np.int32))
                ends.append(np.array([at + len(data)], np.int32))
                kinds.append(self.vocabulary.kinds[[symbol]])
                pieces.append(data)
            at += len(data)
        alignment = np.concatenate(starts), np.concatenate(ends)
        return Encoded(np.concatenate(ids), lambda: alignment, pieces, np.concatenate(kinds))

    # how it got there

    def stages(self, text: str) -> list[Stage]:
        parts = _stretches(text, self._always.find(text))
        normal = [part if symbol is not None else self._processor.normalize(part) for part, symbol in parts]
        chunks = [
            chunk
            for piece, (_, symbol) in zip(normal, parts, strict=True)
            for chunk in ([piece] if symbol is not None else self._chunks(piece))
        ]
        plain, added = self.segment(text), self.segment(text, Specials(add=True))
        around = "; ".join(
            f"{word} {', '.join(self.vocabulary.spellings[i] for i in ids)}"
            for word, ids in (("puts in front", self._around.before), ("puts at the end", self._around.after))
            if ids
        )
        return [
            Stage("Normaliser", self.info.normaliser, tuple(normal)),
            Stage("Pre-tokenizer", self._chunk_rule, tuple(chunks)),
            Stage("Model", self.info.algorithm, self._spelled(plain.ids, plain.starts, plain.ends, plain.text)),
            Stage(
                "Post-processor",
                around or "adds nothing",
                self._spelled(added.ids, added.starts, added.ends, added.text),
            ),
        ]

    def _spelled(self, ids: Ints, starts: Ints, ends: Ints, text: bytes) -> tuple[str, ...]:
        return tuple(
            text[a:b].decode(errors="replace") if i == self._unknown and a < b else self.vocabulary.spellings[i]
            for i, a, b in zip(ids, starts, ends, strict=True)
        )

    @cached_property
    def _cuts_before_spaces(self) -> bool:
        """Whether no piece reaches over the front of a space, so that words are cut independently of each other."""
        crossing = re.compile(f"[^{self._space}]{self._space}")
        return not any(crossing.search(p.piece) for p in self._model.pieces if p.type != CONTROL)

    def _chunks(self, normal: str) -> list[str]:
        if not self._cuts_before_spaces:
            return [normal] if normal else []
        return re.findall(f"{self._space}+[^{self._space}]*|[^{self._space}]+", normal)

    @cached_property
    def _chunk_rule(self) -> str:
        """How the model treats spaces, scripts and digits, in words."""
        trained = self._model.trainer_spec
        if not self._cuts_before_spaces:
            return "none: the model sees the whole text, and its pieces may reach across spaces"
        rules = [
            "none in the library: the model sees the whole text; shown cut before spaces, over which no piece reaches"
        ]
        if trained.split_digits:
            rules.append("each digit is a piece of its own")
        if trained.split_by_unicode_script and self.info.reference == REFERENCE:
            rules.append("pieces were learned within one script")
        return "; ".join(rules)

    def explain(self, piece: str) -> Explanation | None:
        algorithm = self.info.algorithm
        if algorithm == "BPE":
            return Explanation(algorithm, piece, steps=self._merges(piece))
        if algorithm == "Unigram":
            note = "Scores are natural logarithms of probabilities; a character in no piece costs 10 below the lowest."
            return Explanation(algorithm, piece, paths=self._paths(piece), note=note)
        return None

    @cached_property
    def _scores(self) -> dict[str, float]:
        """Score per piece that the model may choose."""
        pieces = [p for p in self._model.pieces if p.type in (NORMAL, USER_DEFINED, UNUSED)]
        if self.info.algorithm == "BPE":
            return {p.piece: p.score for p in pieces}
        highest = max((p.score for p in pieces if p.type == NORMAL), default=0.0)
        return {
            p.piece: len(p.piece.encode()) * highest - 0.1 if p.type == USER_DEFINED else p.score
            for p in pieces
            if p.type != UNUSED
        }

    @cached_property
    def _user_defined(self) -> Symbols:
        return Symbols({p.piece: i for i, p in enumerate(self._model.pieces) if p.type == USER_DEFINED})

    def _merges(self, piece: str) -> tuple[Step, ...]:
        """The merges in a piece; characters in no piece end as bytes where the model falls back on them."""
        scores = self._scores
        frozen = set[bytes]()
        symbols: list[bytes] = []
        for part, symbol in _stretches(piece, self._user_defined.find(piece)):
            symbols += [_say(part)] if symbol is not None else map(_say, part)
            if symbol is not None:
                frozen.add(_say(part))
        by_bytes = {_say(p): -score for p, score in scores.items()} if len(symbols) > 1 else {}

        def rank(left: bytes, right: bytes) -> tuple[float, str] | None:
            if left in frozen or right in frozen:
                return None
            place = by_bytes.get(left + right)
            return (
                None if place is None else (place, f"merge rank {count(place)}" if place >= 0 else f"score {-place:g}")
            )

        return self._without_unknown(replay(symbols, rank), {_say(piece) for piece in scores})

    def _without_unknown(self, steps: tuple[Step, ...], known: set[bytes]) -> tuple[Step, ...]:
        """The steps, and what then becomes of characters in no piece: bytes, or one unknown token a run."""
        fallback = self._model.trainer_spec.byte_fallback
        runs = [(is_known, list(run)) for is_known, run in groupby(steps[-1].symbols, known.__contains__)]
        now = [symbol for _, run in runs for symbol in run]
        at = 0
        for is_known, run in runs:
            made = run if is_known else [bytes([b]) for b in b"".join(run)] if fallback else [b"".join(run)]
            if made != run:
                now[at : at + len(run)] = made
                why = "no piece for it: one token per byte" if fallback else "no piece for these: one unknown token"
                steps = (*steps, Step(tuple(now), at, why))
            at += len(made)
        return steps

    def _paths(self, piece: str) -> tuple[Path, ...]:
        scores = self._scores
        lowest = min((p.score for p in self._model.pieces if p.type == NORMAL), default=0.0)
        longest = max(map(len, scores), default=1)
        found = n_best(piece, scores, _N_PATHS, lowest - _UNKNOWN_PENALTY, longest)
        return tuple(Path(self._joined_unknown(path.symbols), path.score) for path in found)

    def _joined_unknown(self, symbols: Sequence[bytes]) -> tuple[bytes, ...]:
        """Neighbouring unknown characters as one piece, split into bytes where the model falls back on them."""
        fallback = self._model.trainer_spec.byte_fallback
        joined: list[bytes] = []
        for known, group in groupby(symbols, lambda s: s.decode() in self._scores):
            text = list(group)
            if known:
                joined += [_say(s.decode()) for s in text]
            elif fallback:
                joined += [bytes([b]) for b in b"".join(text)]
            else:
                joined.append(b"".join(text))
        return tuple(joined)


def _say(piece: str) -> bytes:
    return piece.replace(SPACE, " ").encode()


def _width(piece: str, kind: int) -> int:
    return 1 if kind == BYTE else len(piece.encode())


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def _run_lengths(text: bytes, kind: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Bytes of the longest runs of characters of a kind, in order.

    Args:
        kind: which characters are of it, (0x110000,).

    >>> _run_lengths(b"axxbyyy", np.arange(0x110000) > ord("c")).tolist()
    [2, 3]
    """
    points = _points(text.decode())
    padded = np.zeros(len(points) + 2, np.bool_)
    padded[1:-1] = kind[points]
    changes = np.flatnonzero(padded[1:] != padded[:-1])  # where a run begins, ends, begins, ends, …
    edges = np.flatnonzero(np.frombuffer(text + b" ", np.uint8) & 0xC0 != 0x80)[changes]  # the same in bytes
    return edges[1::2] - edges[::2]


def _stretches(text: str, marks: list[tuple[int, int, int]]) -> list[tuple[str, int | None]]:
    """The text cut at symbols: (part, id of the symbol or None), none empty.

    >>> _stretches("a</s>b", [(2, 1, 5)])
    [('a', None), ('</s>', 2), ('b', None)]
    """
    parts: list[tuple[str, int | None]] = []
    at = 0
    for symbol, start, end in marks:
        parts += [(text[at:start], None), (text[start:end], symbol)]
        at = end
    parts.append((text[at:], None))
    return [part for part in parts if part[0]]
