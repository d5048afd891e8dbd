"""What every tokenizer can be asked, wherever its file came from and whichever process it runs in.

Everything a page, the command line or a job asks goes through `Tokenizer`, and every answer can be pickled, so that a
tokenizer nobody has vetted can live in a process of its own (`core.tokenizers.isolation.pool`). `LocalTokenizer` is
what a source builds: a backend and a vocabulary in this process.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.text.utf8 import all_have_utf8, utf8
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Encoded, Segmentation, spans
from core.tokenizers.vocabulary import Vocabulary


@dataclass(frozen=True)
class Specials:
    """What to do about special tokens.

    Args:
        add: put BOS, EOS and the like around the text, as the tokenizer does for a model.
        parse: read the spelling of a special token in the text as that token; otherwise it is ordinary text.
    """

    add: bool = False
    parse: bool = False


PLAIN = Specials()


@dataclass(frozen=True)
class Info:
    """Who a tokenizer is.

    Args:
        spec: the spec string that opens it.
        label: its short name on a page.
        source: key of the source that read it.
        fingerprint: hash of the content of its files and of settings that change ids, 16 hex digits.
        n_vocabulary: number of ids, special tokens included; None for algorithms without a vocabulary.
        algorithm: "BPE", "Unigram", "WordPiece", "greedy longest match", or the rule's name.
        reference: library and version whose ids these are.
        normaliser: in words what it changes in a text before cutting, empty if nothing.
        specials: special tokens, spelling to id.
        chat_template: its own Jinja template, the one named "default" where it has several; empty if it has none, or
            several of which none is the default.
        chat_templates: (name, template) of each where it has several.
        bos, eos: spellings of its first and last token, empty if none.
        named_tokens: (name, spelling) of special tokens as chat templates call them: "bos_token", "image_token".
        notes: facts a user of its numbers should know, one sentence each.
    """

    spec: str
    label: str
    source: str
    fingerprint: str
    n_vocabulary: int | None
    algorithm: str
    reference: str
    normaliser: str = ""
    specials: tuple[tuple[str, int], ...] = ()
    chat_template: str = ""
    chat_templates: tuple[tuple[str, str], ...] = ()
    bos: str = ""
    eos: str = ""
    named_tokens: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TokenDetails:
    """A vocabulary entry: its bytes, its spelling in the file, merge rank or score in words, its kind, and the rank or
    score as a number, None where it has none."""

    id: int
    piece: bytes
    spelling: str
    measure: str
    kind: int = Kind.ORDINARY
    number: float | None = None


@dataclass(frozen=True)
class Stage:
    """The text after one stage of the pipeline.

    Args:
        name: "Normaliser", "Pre-tokenizer", "Model", "Post-processor".
        detail: what this tokenizer does there, in words.
        pieces: the text as it leaves the stage, cut where the stage cuts it.
    """

    name: str
    detail: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Counts:
    """Tokens and unknown tokens per text, int32 (N,) each; special tokens are not added."""

    tokens: NDArray[np.int32]
    unknown: NDArray[np.int32]


def counts_of_ids(flat: NDArray[np.integer], edges: NDArray[np.integer], unknown: NDArray[np.bool_] | None) -> Counts:
    """Counts of texts whose ids lie one after another.

    Args:
        flat: ids of all texts, (T,).
        edges: where each text's ids begin and the last one's end, (N + 1,).
        unknown: which ids mean "unknown", (V,), or None.
    """
    tokens = np.diff(edges).astype(np.int32)
    which = np.empty(0, np.intp) if unknown is None else np.flatnonzero(unknown)
    if unknown is None or not len(which):
        return Counts(tokens, np.zeros(len(tokens), np.int32))
    seen = np.flatnonzero(flat == which[0] if len(which) == 1 else unknown.take(flat))  # comparing is ten times as fast
    return Counts(tokens, np.diff(np.searchsorted(seen, edges)).astype(np.int32))


@dataclass(frozen=True)
class Serialised:
    """A tokenizer in a format that other engines read too, for counting with the fastest that agrees.

    Args:
        format: "tokenizers" (tokenizer.json), "sentencepiece" (ModelProto) or "tiktoken" (base64 and rank per line).
        data: content in that format.
        pattern: how a text is cut before merging, where the format does not say (tiktoken).
        normalise: what is done to the text first, where the format does not say: "NFC", "NFKC" or empty.
    """

    format: str
    data: bytes
    pattern: str = ""
    normalise: Literal["", "NFC", "NFKC"] = ""


@dataclass(frozen=True)
class Step:
    """One step of a model at work on one piece of text.

    Args:
        symbols: the piece after the step, cut as it now is; bytes, since half characters occur.
        at: index in `symbols` of what the step made; -1 for the starting state.
        why: the rule applied, such as "merge rank 1204" or "longest match of 7 bytes".
    """

    symbols: tuple[bytes, ...]
    at: int
    why: str


@dataclass(frozen=True)
class Path:
    """One way to cut a piece, with its total score in nats (Unigram)."""

    symbols: tuple[bytes, ...]
    score: float


@dataclass(frozen=True)
class Explanation:
    """How a model cut one piece: steps for BPE, WordPiece and longest match; paths, best first, for Unigram."""

    algorithm: str
    piece: str
    steps: tuple[Step, ...] = ()
    paths: tuple[Path, ...] = ()
    note: str = ""


class Tokenizer(ABC):
    """A tokenizer as the rest of the project sees it; thread-safe."""

    info: Info

    @abstractmethod
    def segment(self, text: str, specials: Specials = PLAIN) -> Segmentation:
        """The text cut into tokens, as spans of its bytes.

        Raises:
            UserError: the text has no UTF-8 form.
        """

    @abstractmethod
    def count(self, texts: Sequence[str]) -> Counts:
        """Tokens per text, without the cost of spans."""

    @abstractmethod
    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Ids per text, plain, int32 (T,) each, without the cost of spans."""

    @abstractmethod
    def describe(self, ids: Sequence[int]) -> list[TokenDetails]:
        """What the vocabulary says of these ids, each from 0 to below `info.n_vocabulary`."""

    @abstractmethod
    def merges(self) -> NDArray[np.int32]:
        """The merges that its file lists, lowest rank first: ids of the two parts and of what they make, int32 (M, 3).

        None where the file has no list: a rank list merges whatever two neighbours make another entry.
        """

    @abstractmethod
    def decode(self, ids: Sequence[int]) -> bytes:
        """The text that these ids stand for, as the tokenizer says it; special tokens are spelled out.

        Bytes, since ids may say half a character. Each id is from 0 to below `info.n_vocabulary`.
        """

    @abstractmethod
    def find(self, wanted: str, most: int) -> list[TokenDetails]:
        """At most so many entries that hold a text, those that are it or are spelled so first."""

    @abstractmethod
    def stages(self, text: str) -> list[Stage]:
        """The text after each stage of the pipeline."""

    @abstractmethod
    def explain(self, piece: str) -> Explanation | None:
        """How the model cuts one pre-token, as `stages` shows it; None for rules that have no model."""


class LocalTokenizer(Tokenizer):
    """A tokenizer in this process: a backend's ids, a vocabulary's bytes.

    Attributes:
        on_threads: its library counts many texts on several threads by itself.
    """

    vocabulary: Vocabulary | None = None
    on_threads: bool = False

    @abstractmethod
    def encode(self, text: str, specials: Specials) -> Encoded:
        """The backend's ids for a non-empty text that has a UTF-8 form."""

    def encode_many(self, texts: Sequence[str]) -> list[NDArray[np.int32]]:
        """Ids per text; backends with a batch call override this."""
        return [self.encode(text, PLAIN).ids if text else np.empty(0, np.int32) for text in texts]

    def segment(self, text: str, specials: Specials = PLAIN) -> Segmentation:
        data = utf8(text)
        if not text and not specials.add:
            none = np.empty(0, np.int32)
            return Segmentation(b"", none, none, none, np.empty(0, np.uint8), [])
        return spans(self.encode(text, specials), data, self.vocabulary)

    def count(self, texts: Sequence[str]) -> Counts:
        all_have_utf8(texts)
        ids = self.encode_many(texts)
        edges = np.concatenate([[0], np.cumsum(np.fromiter(map(len, ids), np.int64, len(ids)))])
        unknown = None if self.vocabulary is None else self.vocabulary.kinds == Kind.UNKNOWN
        known = unknown is None or not ids
        return counts_of_ids(np.empty(0, np.int32) if known else np.concatenate(ids), edges, unknown)

    def describe(self, ids: Sequence[int]) -> list[TokenDetails]:
        if self.vocabulary is None:
            return [TokenDetails(i, b"", "", "") for i in ids]
        return details(self.vocabulary, ids)

    def merges(self) -> NDArray[np.int32]:
        return np.empty((0, 3), np.int32)

    def decode(self, ids: Sequence[int]) -> bytes:
        pieces = [] if self.vocabulary is None else self.vocabulary.pieces
        return b"".join([pieces[i] for i in ids])

    def find(self, wanted: str, most: int) -> list[TokenDetails]:
        return [] if self.vocabulary is None else self.describe(self.vocabulary.find(wanted, most))

    def patterns(self) -> tuple[str, ...] | None:
        """The patterns that cut a text one after another, to be encoded piece by piece, where nothing else is done to
        it but to put a dummy prefix in front; none where it is encoded whole, None where more is done or it is not
        known."""
        return None

    def cut_out_first(self) -> tuple[str, ...]:
        """Texts that are tokens wherever they stand, before any pattern cuts; special tokens not among them."""
        return ()

    def serialised(self) -> Serialised | None:
        """Itself for other engines (`core.counting.fastest`), or None if no other engine reads it."""
        return None

    def stages(self, text: str) -> list[Stage]:
        return []

    def explain(self, piece: str) -> Explanation | None:
        return None


def details(vocabulary: Vocabulary, ids: Sequence[int]) -> list[TokenDetails]:
    """What a vocabulary says of ids."""
    pieces, spellings, words = vocabulary.pieces, vocabulary.spellings, vocabulary.in_words
    known = zip(ids, vocabulary.kinds[list(ids)].tolist(), vocabulary.numbers(ids), strict=True)
    return [TokenDetails(i, pieces[i], spellings[i] if spellings else "", words(n), k, n) for i, k, n in known]
