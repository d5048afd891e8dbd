"""`tokenizer.ggml.model` "bert": WordPiece as llama.cpp does it, on a vocabulary whose words begin with `▁`.

It is close to BERT's own but not the same: accents are dropped by way of the first character of each decomposition, all
combining marks go, words may have any length, and a word of which some part is not found becomes one unknown token.

Source: llama.cpp, src/llama-vocab.cpp (llm_tokenizer_wpm_session) and scripts/gen-unicode-data.py.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.text.utf8 import byte_offsets
from core.tokenizers.backends.sentencepiece import Around, Symbols
from core.tokenizers.backends.spm_proto import SPACE
from core.tokenizers.explain.limit import check_length
from core.tokenizers.formats.gguf_models.tokens import CONTROL, UNKNOWN, UNUSED, USER_DEFINED, GgufTokens
from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Alignment, Encoded
from core.tokenizers.tokenizer import PLAIN, Explanation, Info, LocalTokenizer, Specials, Stage, Step
from core.tokenizers.vocabulary import Vocabulary

_CLS, _SEP, _UNK = 101, 102, 100  # what llama.cpp takes where the file names none
_WHITESPACE = frozenset("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | frozenset(
    map(chr, range(0x2000, 0x200B))
)
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),  # sic: the standard's block begins at 2B820
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class Normaliser(dict[int, str]):
    """What becomes of each character, for `str.translate`: nothing, spaces around it, or its plain lower-case form.

    >>> "Ça, 你".translate(Normaliser(lowercase=True, strip_accents=True))
    'ca ,   你 '
    """

    def __init__(self, *, lowercase: bool, strip_accents: bool) -> None:
        super().__init__()
        self._lowercase, self._strip_accents = lowercase, strip_accents

    def __missing__(self, point: int) -> str:
        self[point] = found = self._of(chr(point))
        return found

    def _of(self, character: str) -> str:
        if self._strip_accents:
            character = unicodedata.normalize("NFD", character)[0]
        if character in _WHITESPACE:
            return " "
        category = unicodedata.category(character)
        dropped = character in "\0\ufffd" or category in ("Cc", "Cf", "Co", "Cs")
        if dropped or (self._strip_accents and category[0] == "M"):
            return ""
        lower = character.lower()
        plain = lower if self._lowercase and len(lower) == 1 else character
        alone = category[0] == "P" or (category[0] == "S" and character < "\x7f") or _is_ideograph(ord(character))
        return f" {plain} " if alone else plain


def _is_ideograph(point: int) -> bool:
    return any(first <= point <= last for first, last in _IDEOGRAPHS)


class WordPieceTokenizer(LocalTokenizer):
    """llama.cpp's WordPiece.

    Args:
        id_by_text: every token as the file spells it, `▁` before those that begin a word.
        unknown: id for a word that cannot be spelled.
        always: spellings cut out before the text is normalised, and `parsed`: those cut out only when parsing.
    """

    vocabulary: Vocabulary

    def __init__(
        self,
        info: Info,
        vocabulary: Vocabulary,
        normaliser: Normaliser,
        *,
        unknown: int,
        around: Around,
        always: dict[str, int],
        parsed: dict[str, int],
    ) -> None:
        self.info, self.vocabulary = info, vocabulary
        self._id_by_text = {text: i for i, text in enumerate(vocabulary.spellings)}
        self._longest = max(map(len, self._id_by_text), default=1)
        self._normaliser, self._unknown, self._around = normaliser, unknown, around
        self._always, self._parsed = Symbols(always), Symbols({**parsed, **always})
        self._word = lru_cache(200_000)(self._cut)  # words repeat; a miss costs a Python loop

    def encode(self, text: str, specials: Specials) -> Encoded:
        marks = (self._parsed if specials.parse else self._always).find(text)
        ids: list[int] = []
        at = 0
        for symbol, start, end in marks:
            ids += [*self._ids(text[at:start]), symbol]
            at = end
        ids += self._ids(text[at:])
        before, after = (self._around.before, self._around.after) if specials.add else ((), ())
        return Encoded(
            np.array([*before, *ids, *after], np.int32),
            lambda: self._align(text, marks),
            n_before=len(before),
            n_after=len(after),
        )

    def decode(self, ids: Sequence[int]) -> bytes:
        spelled = "".join(self.vocabulary.spellings[i] for i in ids)
        return spelled.replace(SPACE, " ").removeprefix(" ").encode()

    def _ids(self, text: str) -> list[int]:
        return [i for word in text.translate(self._normaliser).split() for i, _ in self._word(word)]

    def _cut(self, word: str) -> tuple[tuple[int, int], ...]:
        """(id, characters of the word it stands for) of each token: the longest match from the left."""
        marked = SPACE + word
        found, at = [], 0
        while at < len(marked):
            for end in range(min(len(marked), at + self._longest), at, -1):
                i = self._id_by_text.get(marked[at:end])
                if i is not None:
                    found.append((i, end - max(at, 1)))
                    at = end
                    break
            else:
                return ((self._unknown, len(word)),)
        return tuple(found)

    def _align(self, text: str, marks: list[tuple[int, int, int]]) -> Alignment:
        """Byte spans: each normalised character knows the character that it came from."""
        spans: list[tuple[int, int]] = []
        at = 0
        for _, start, end in marks:
            spans += [*self._spans(text, at, start), (start, end)]
            at = end
        spans += self._spans(text, at, len(text))
        edges = byte_offsets(text)[np.array(spans, np.int64).reshape(-1, 2)]
        return edges[:, 0], edges[:, 1]

    def _spans(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """Character spans of the tokens in a stretch, dropped marks going with the character before them."""
        spans: list[tuple[int, int]] = []
        word: list[str] = []
        origins: list[tuple[int, int]] = []

        def close() -> None:
            done = 0
            for _, length in self._word("".join(word)) if word else ():
                whole = origins[done : done + length]
                place = origins[min(done, len(origins) - 1)][0]
                spans.append((whole[0][0], whole[-1][1]) if whole else (place, place))
                done += length
            word.clear()
            origins.clear()

        for i in range(start, end):
            plain = self._normaliser[ord(text[i])]
            if not plain and origins:
                origins[-1] = (origins[-1][0], i + 1)
            if len(plain) == 1 and plain != " ":
                word.append(plain)
                origins.append((i, i + 1))
            elif plain:
                close()
                if plain != " ":
                    word.append(plain.strip())
                    origins.append((i, i + 1))
                    close()
        close()
        return spans

    # how it got there

    def stages(self, text: str) -> list[Stage]:
        normal = text.translate(self._normaliser)
        spelled, added = (
            tuple(self.vocabulary.spellings[i] for i in self.encode(text, s).ids.tolist())
            for s in (PLAIN, Specials(add=True))
        )
        return [
            Stage("Normaliser", self.info.normaliser, (normal,)),
            Stage("Pre-tokenizer", "cut at spaces, around punctuation and ideographs", tuple(normal.split())),
            Stage("Model", "WordPiece: longest matches, ▁ marking the beginning of a word", spelled),
            Stage("Post-processor", "puts [CLS] in front and [SEP] at the end", added),
        ]

    def explain(self, piece: str) -> Explanation:
        check_length(len(piece))
        steps = [Step((piece.encode(),), -1, "the word")]
        done: list[bytes] = []
        at = 0
        for i, length in self._word(piece):
            done.append(piece[at : at + length].encode())
            at += length
            rest = (piece[at:].encode(),) if at < len(piece) else ()
            why = "nothing matches somewhere in the word" if i == self._unknown else "longest match"
            steps.append(Step((*done, *rest), len(done) - 1, f"{self.vocabulary.spellings[i]}: {why}"))
        return Explanation("WordPiece", piece, steps=tuple(steps))


def load_wordpiece(tokens: GgufTokens, spec: str, label: str) -> WordPieceTokenizer:
    """The tokenizer of a file whose model is "bert"."""
    unknown = tokens.token_id("unknown_token_id", default=_UNK)
    if unknown is None:
        raise tokens.damaged("it has no token for unknown words")
    cls = tokens.token_id("bos_token_id", "cls_token_id", default=_CLS)
    sep = tokens.token_id("seperator_token_id", default=_SEP)  # sic, in the key
    lowercase = tokens.flag("normalizer.lowercase", True)
    strips = tokens.flag("normalizer.strip_accents", lowercase)
    words = ["drops control characters"]
    words += ["lower case"] if lowercase else []
    words += ["strips accents"] if strips else []
    info = tokens.info(
        spec=spec,
        label=label,
        algorithm="WordPiece",
        reference="llama.cpp's rules",
        bos=cls,
        eos=sep,
        normaliser="; ".join(words),
    )
    return WordPieceTokenizer(
        info,
        _vocabulary(tokens, unknown),
        Normaliser(lowercase=lowercase, strip_accents=strips),
        unknown=unknown,
        around=Around(() if cls is None else (cls,), () if sep is None else (sep,)),
        always=tokens.of_type(USER_DEFINED),
        parsed=tokens.of_type(CONTROL, UNKNOWN),
    )


def _vocabulary(tokens: GgufTokens, unknown: int) -> Vocabulary:
    special = {CONTROL, UNKNOWN, UNUSED}
    kinds: NDArray[np.uint8] = np.full(len(tokens.texts), Kind.ORDINARY, np.uint8)
    kinds[[t in (CONTROL, UNKNOWN) for t in tokens.types]] = Kind.SPECIAL
    kinds[unknown] = Kind.UNKNOWN
    pieces = [
        text.encode() if t in special else text.removeprefix(SPACE).encode()
        for text, t in zip(tokens.texts, tokens.types, strict=True)
    ]
    pieces[unknown] = b""
    return Vocabulary(pieces, kinds, tokens.texts)
