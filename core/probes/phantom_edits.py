"""Which words can a model replace by themselves: other tokens that a reader cannot tell apart?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.common.errors import UserError
from core.common.numbers import so_many
from core.probes.drift_kinds import IN_WORDS, DriftKind, kind_of
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.shipped_words import words
from core.probes.spelling_edges import Spellers, spellers_of
from core.probes.spelling_paths import short_paths
from core.probes.word_list import given_words
from core.probes.written_tokens import written_tokens
from core.stats.number import Number
from core.stats.shares import share
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import Tokenizer

MOST_WORDS = 2_000
MORE, MOST_MORE = 1, 3
KINDS = (
    DriftKind.BOUNDARY,
    DriftKind.DETACHED,
    DriftKind.REPLACED,
    DriftKind.ACRONYM,
    DriftKind.PLURAL,
    DriftKind.MORPHEME,
    DriftKind.CAPITALISED,
    DriftKind.WITHIN_WORD,
)
_LOOKED_AT = 500  # other spellings of one word
_LINE = b"\n"
_SHOWN = 2
Ids = tuple[int, ...]
Pieces = tuple[bytes, ...]


@dataclass(frozen=True)
class ExposedWord:
    """A word, and other tokens that read as it does.

    Args:
        tokens: as the tokenizer writes it, in most vocabularies behind a space.
        others: the first found of each kind; with white space that is written otherwise, for `REPLACED`.
        as_many: whether one of them has as many tokens.
    """

    word: str
    tokens: Pieces
    others: Mapping[DriftKind, Pieces]
    as_many: bool

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        return {
            "word": self.word,
            "tokens_hex": [piece.hex() for piece in self.tokens],
            "others_hex": {kind.value: [piece.hex() for piece in row] for kind, row in self.others.items()},
            "as_many_tokens": self.as_many,
        }


@dataclass(frozen=True)
class WordExposure:
    """The words of a list under one tokenizer.

    Args:
        left_out: words that its entries do not spell.
    """

    label: str
    words: tuple[ExposedWord, ...]
    left_out: int

    def exposed(self, kind: DriftKind) -> Number:
        """Share of words that have other tokens of a kind, with Wilson's interval."""
        return share(sum(kind in one.others for one in self.words), len(self.words))

    @property
    def same_bytes(self) -> Number:
        """Share of words that have other tokens with the very same bytes, white space included."""
        return share(sum(any(kind != DriftKind.REPLACED for kind in one.others) for one in self.words), len(self.words))

    @property
    def same_word(self) -> Number:
        """Share of words that have other tokens with the same letters, whatever the white space."""
        return share(sum(bool(one.others) for one in self.words), len(self.words))

    @property
    def as_many(self) -> Number:
        """Share of words that have other tokens, and as many of them."""
        return share(sum(one.as_many for one in self.words), len(self.words))

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        shares = {kind.value: self.exposed(kind) for kind in KINDS}
        all_shares = {**shares, "same_bytes": self.same_bytes, "same_word": self.same_word, "as_many": self.as_many}
        return {
            "label": self.label,
            "words": len(self.words),
            "left_out": self.left_out,
            "exposed": {name: [one.value, one.low, one.high] for name, one in all_shares.items()},
            "each": [one.document() for one in self.words],
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = [
            f"{self.label}: of {so_many(len(self.words), 'word', 'words')} {self.same_bytes.value:.0%} have other "
            f"tokens with the same bytes, {self.same_word.value:.0%} with the same letters, and "
            f"{self.as_many.value:.0%} as many tokens."
        ]
        for kind in KINDS:
            found = self.exposed(kind)
            examples = [
                f"{written_tokens(one.tokens)} → {written_tokens(one.others[kind])}"
                for one in self.words
                if kind in one.others
            ][:_SHOWN]
            if examples:
                interval = f"[{found.low:.0%}, {found.high:.0%}]"
                said.append(f"  {IN_WORDS[kind]}: {found.value:.0%} {interval}, such as {', '.join(examples)}")
        if self.left_out:
            said.append(f"  {so_many(self.left_out, 'word is', 'words are')} not spelled by its entries.")
        return said


@dataclass(frozen=True)
class PhantomEdits:
    """Words and their other tokens, by the spec of a tokenizer."""

    found: Mapping[str, WordExposure]

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {"tokenizers": [{"tokenizer": spec, **one.document()} for spec, one in self.found.items()]}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        return [line for one in self.found.values() for line in one.sentences()]


def phantom_edits(tokenizers: Sequence[str], text: str = "", more: int = MORE) -> PhantomEdits:
    """Words that other tokens say too.

    Args:
        tokenizers: their specs.
        text: the words; empty takes the shipped list.
        more: tokens that another spelling may have more than the tokenizer's own.

    Raises:
        UserError: the text has no words or no UTF-8 form, or a tokenizer does not open or has no vocabulary.
    """
    return phantom_edits_of(open_tokenizers(tokenizers), text, more)


def phantom_edits_of(tokenizers: Sequence[Tokenizer], text: str, more: int) -> PhantomEdits:
    """The same of tokenizers that are open."""
    wanted = given_words(text, most=MOST_WORDS) if text.strip() else words("words")
    return PhantomEdits({one.info.spec: _exposure(one, wanted, more) for one in tokenizers})


def _exposure(tokenizer: Tokenizer, wanted: Sequence[str], more: int) -> WordExposure:
    spellers = spellers_of(tokenizer)
    found = [_exposed(tokenizer, spellers, word, more) for word in wanted]
    known = tuple(one for one in found if one is not None)
    if not known:
        raise UserError(f"The entries of {tokenizer.info.label} spell none of these words. Give others.")
    return WordExposure(tokenizer.info.label, known, len(found) - len(known))


def _exposed(tokenizer: Tokenizer, spellers: Spellers, word: str, more: int) -> ExposedWord | None:
    """None for a word that the entries do not spell."""
    pieces = spellers.entries.pieces
    cuts = (tokenizer.segment(text) for text in (word, f" {word}"))  # some put the space there themselves
    spelled = [(cut, b"".join(pieces[i] for i in cut.ids.tolist())) for cut in cuts]
    cut, data = next((one for one in spelled if one[1][:1].isspace()), spelled[0])
    own: Ids = tuple(i for i in cut.ids.tolist() if pieces[i])
    if (cut.kinds == Kind.UNKNOWN).any() or data.strip() != word.encode():
        return None
    others, as_many = dict[DriftKind, Pieces](), False
    for kind, ids in _others(spellers, own, data, more):
        others.setdefault(kind, tuple(pieces[i] for i in ids))
        as_many |= len(ids) == len(own)
    ordered = {kind: others[kind] for kind in KINDS if kind in others}
    return ExposedWord(word, tuple(pieces[i] for i in own), ordered, as_many)


def _others(spellers: Spellers, own: Ids, data: bytes, more: int) -> Iterator[tuple[DriftKind, Ids]]:
    """Other tokens of a word, with at most so many more, each with its kind."""
    pieces, most = spellers.entries.pieces, len(own) + more
    as_written = [pieces[i] for i in own]

    def spelled(text: bytes) -> Iterator[Ids]:
        return islice(short_paths(spellers.edges(text), len(text), most), _LOOKED_AT)

    for ids in spelled(data):
        if ids != own:
            yield kind_of(as_written, [pieces[i] for i in ids]), ids
    if not data[:1].isspace():
        return
    for text in (data.lstrip(), _LINE + data.lstrip()):
        yield from ((DriftKind.REPLACED, ids) for ids in spelled(text))
    for ids in spelled(data + b" "):
        last = pieces[ids[-1]]
        if last.strip() and last != last.rstrip():
            yield DriftKind.BOUNDARY, ids


PROBE = Probe(
    key="phantom_edits",
    order=33,
    question="Which words can a model replace by themselves: other tokens that a reader cannot tell apart?",
    caution=(
        "That other tokens say a word does not say that a model writes them: this is what it could do, seen in the "
        "vocabulary alone. Kinds are told by rules, of which those on prefixes, endings and plurals are for English. "
        "How many words are exposed depends on the list, and on how many tokens more another spelling may have."
    ),
    source=(
        "Say Anything but This (2601.14658), who asked models to replace words, and got 72.2 % of phantom edits as one "
        "token for one; the eight kinds are theirs, how they are told and the words are our own"
    ),
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(key="text", kind="text", text="the words; empty takes a shipped list", default=""),
        Asked(
            key="more",
            kind="whole number",
            text="tokens that another spelling may have more than the tokenizer's own",
            default=MORE,
            least=0,
            most=MOST_MORE,
        ),
    ),
    find=phantom_edits,
)
