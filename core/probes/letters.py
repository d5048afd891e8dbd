"""Which letters of a text stand alone in a token, and what does writing them apart change?"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import regex

from core.common.errors import TooLarge, UserError, shown
from core.common.numbers import count, so_many
from core.probes.bytes.prompt import prompt_of
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.written_tokens import written_tokens
from core.text.boundaries import clusters
from core.text.utf8 import utf8
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Tokenizer

if TYPE_CHECKING:
    from core.models.language_model import LanguageModel

MOST_BYTES = 2_000
_MOST_COUNTED = 9
_LETTER = regex.compile(r"\p{L}")
_PROMPT = 'The text is: {text}\nIn it the letter "{letter}" occurs this many times: '
_WALKED = 8  # bytes at the end of the prompt to go through one by one

Piece = tuple[str, bool]  # of a text, and whether it is a letter

# How letters are written: what stands before each, between two and behind each.
_FORMS: Mapping[str, Callable[[list[Piece]], list[Piece]]] = {
    "as it is": lambda pieces: pieces,
    "spaced": lambda pieces: _parted(pieces, " "),
    "hyphenated": lambda pieces: _parted(pieces, "-"),
    "quoted": lambda pieces: [('"', False), *_parted(pieces, '", "'), ('"', False)],
}


def _parted(pieces: list[Piece], by: str) -> list[Piece]:
    """Letters side by side, parted; what is no letter stays out."""
    return [part for letter in _letters(pieces) for part in ((by, False), letter)][1:]


@dataclass(frozen=True)
class FormIsolation:
    """Letters under one tokenizer, written in one way.

    Args:
        n_letters, n_alone: letters, and those whose tokens hold no other letter.
        n_kinds, n_spellings: different letters, and different ids that stand for them, added up.
        tokens: of the text.
        alone: for each of them, whether it stands for a letter that is alone.
    """

    n_letters: int
    n_alone: int
    n_kinds: int
    n_spellings: int
    tokens: tuple[bytes, ...]
    alone: tuple[bool, ...]

    @property
    def isolation(self) -> float:
        """Share of letters that are alone."""
        return self.n_alone / self.n_letters

    @property
    def ids_per_letter(self) -> float:
        """Different ids, or runs of ids, for each different letter."""
        return self.n_spellings / self.n_kinds

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        return {
            "letters": self.n_letters,
            "isolation": self.isolation,
            "ids_per_letter": self.ids_per_letter,
            "tokens_hex": [piece.hex() for piece in self.tokens],
        }


@dataclass(frozen=True)
class CountedByModel:
    """What a model says when it is asked how often a letter occurs.

    Args:
        says: the most probable digit.
        p_right: probability of the right digit, of all digits.
        p_digits: probability that a digit comes at all.
    """

    says: int
    p_right: float
    p_digits: float

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {"says": self.says, "p_right": self.p_right, "p_digits": self.p_digits}


@dataclass(frozen=True)
class LettersAsked:
    """What one model says of a text, by form."""

    model: str
    by_form: Mapping[str, CountedByModel]


@dataclass(frozen=True)
class Letters:
    """Letters of a text, written in several ways.

    Args:
        forms: the text written in each way.
        letter, n: the letter that is counted, and how often it occurs, big or small.
        by_tokenizer: by spec, then by form.
        by_model: what it says, by form; empty without a model.
        note: why the model was not asked, empty if it was, or there is none.
    """

    forms: Mapping[str, str]
    letter: str
    n: int
    labels: Mapping[str, str]
    by_tokenizer: Mapping[str, Mapping[str, FormIsolation]]
    by_model: Mapping[str, CountedByModel]
    note: str = ""

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        return {
            "forms": dict(self.forms),
            "letter": self.letter,
            "occurs": self.n,
            "tokenizers": [
                {"tokenizer": spec, "label": self.labels[spec], "forms": {f: one.document() for f, one in rows.items()}}
                for spec, rows in self.by_tokenizer.items()
            ],
            "by_model": {form: one.document() for form, one in self.by_model.items()},
            "note": self.note,
        }

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        said = []
        for spec, rows in self.by_tokenizer.items():
            said.append(f"{self.labels[spec]}: letters alone in a token, and different ids for each different letter")
            said += [
                f"  {form}: {one.isolation:.2f}, {one.ids_per_letter:.2f} ids ({written_tokens(one.tokens)})"
                for form, one in rows.items()
            ]
        said.append(f"The letter {shown(self.letter)} occurs {so_many(self.n, 'time', 'times')}.")
        said += [
            f"  {form}: the model says {one.says}, and the right number with a probability of {one.p_right:.3f}; "
            f"that a digit comes at all, {one.p_digits:.3f}"
            for form, one in self.by_model.items()
        ]
        return [*said, self.note] if self.note else said


def letters(tokenizers: Sequence[str], text: str = "strawberry", letter: str = "", model: str | None = None) -> Letters:
    """The letters of a text as it is, spaced, hyphenated and quoted.

    Args:
        tokenizers: their specs.
        letter: which a model is asked to count; empty takes the most frequent.
        model: what opens a language model that is asked.

    Raises:
        UserError: the text has no letters or no UTF-8 form, or `letter` is not one.
        TooLarge: the text is too long.
    """
    found = letters_of(open_tokenizers(tokenizers), text, letter)
    if model is None:
        return found
    if why := why_not_asked(found):
        return replace(found, note=f"The model is not asked: {why}")
    from core.models.load import open_model  # torch takes seconds to import

    return replace(found, by_model=asked_of(open_model(model), found.forms, found.letter, found.n))


def why_not_asked(found: Letters) -> str:
    """Why no model is asked how often the letter occurs; empty where one may be."""
    if found.n <= _MOST_COUNTED:
        return ""
    return f"{found.letter} occurs {count(found.n)} times, and the answer is read off one digit."


def letters_of(tokenizers: Sequence[Tokenizer], text: str, letter: str = "") -> Letters:
    """The same of tokenizers that are open, without a model."""
    size = len(utf8(text))
    if size > MOST_BYTES:
        raise TooLarge(
            f"The text has {count(size)} bytes; letters of up to {count(MOST_BYTES)} are looked at. Give a part of it."
        )
    pieces = [(piece, bool(_LETTER.match(piece))) for piece in clusters(text)]
    if not any(is_letter for _, is_letter in pieces):
        raise UserError("The text has no letters. Give a word, such as strawberry.")
    asked, n = _counted(pieces, letter)
    written = {form: write(pieces) for form, write in _FORMS.items()}
    found = {one.info.spec: {f: isolation(one, row) for f, row in written.items()} for one in tokenizers}
    forms = {form: "".join(piece for piece, _ in row) for form, row in written.items()}
    return Letters(forms, asked, n, {one.info.spec: one.info.label for one in tokenizers}, found, {})


def _counted(pieces: Sequence[Piece], letter: str) -> tuple[str, int]:
    """The letter that is counted, and how often it occurs."""
    counts = Counter(piece.lower() for piece, is_letter in pieces if is_letter)
    if not letter:
        return counts.most_common(1)[0]
    utf8(letter)
    if len(clusters(letter)) != 1 or not _LETTER.match(letter):
        raise UserError(f"{shown(letter)} is not one letter. Give one, such as r.")
    return letter.lower(), counts[letter.lower()]


def isolation(tokenizer: Tokenizer, pieces: Sequence[Piece]) -> FormIsolation:
    """How many letters are alone in their tokens.

    Args:
        pieces: of the text, at least one of them a letter.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> isolation(open_tokenizer("builtin:words"), [("a", True), ("b", True), (" ", False), ("a", True)]).isolation
    0.3333333333333333
    """
    cut = tokenizer.segment("".join(piece for piece, _ in pieces))
    edges = [0, *accumulate(len(piece.encode()) for piece, _ in pieces)]
    spans = [(edges[n], edges[n + 1]) for n in range(len(pieces)) if pieces[n][1]]
    held = [_tokens_at(cut, *span) for span in spans]  # from which token to before which
    spelled = {
        (piece, cut.ids[low:high].tobytes()) for (piece, _), (low, high) in zip(_letters(pieces), held, strict=True)
    }
    neighbours = zip(
        held, [0, *(end for _, end in spans)], [*(start for start, _ in spans[1:]), len(cut.text)], strict=False
    )
    alone = [
        low < high and cut.starts[low] >= before and cut.ends[high - 1] <= behind
        for (low, high), before, behind in neighbours
    ]
    lonely = {n for (low, high), one in zip(held, alone, strict=True) if one for n in range(low, high)}
    seen = [n for n, (start, end) in enumerate(zip(cut.starts, cut.ends, strict=True)) if start < end]
    tokens = tuple(cut.text[cut.starts[n] : cut.ends[n]] for n in seen)
    kinds = {piece for piece, _ in _letters(pieces)}
    marks = tuple(n in lonely for n in seen)
    return FormIsolation(len(spans), int(sum(alone)), len(kinds), len(spelled), tokens, marks)


def _letters(pieces: Sequence[Piece]) -> list[Piece]:
    return [piece for piece in pieces if piece[1]]


def _tokens_at(cut: Segmentation, start: int, end: int) -> tuple[int, int]:
    """From which token to before which they hold bytes of a stretch."""
    return int(np.searchsorted(cut.ends, start, "right")), int(np.searchsorted(cut.starts, end, "left"))


def asked_of(model: "LanguageModel", forms: Mapping[str, str], letter: str, n: int) -> dict[str, CountedByModel]:
    """What a model says, by form, when it is asked how often the letter occurs.

    Args:
        n: how often it does, nine times at most.
    """
    from core.probes.bytes.asking import next_byte  # torch takes seconds to import

    found = dict[str, CountedByModel]()
    for form, text in forms.items():
        exact = next_byte(model, prompt_of(_PROMPT.format(text=text, letter=letter), None), _WALKED).exact
        digits = exact[ord("0") : ord("9") + 1]
        total = float(digits.sum())
        found[form] = CountedByModel(int(digits.argmax()), float(digits[n]) / total if total else 0.0, total)
    return found


PROBE = Probe(
    key="letters",
    order=50,
    question="Which letters of a text stand alone in a token, and what does writing them apart change?",
    caution=(
        "A letter that is alone can be seen, which does not say that a model counts it: behind a space it is another "
        "token than at the beginning, so the same letter has several ids. A model is asked in one form of words, and "
        "small ones can hardly count at all."
    ),
    source="Counting Ability of Large Language Models and Impact of Tokenization (2410.19730); the prompt is our own",
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(key="text", kind="text", text="a word, or a few", default="strawberry"),
        Asked(key="letter", kind="text", text="the letter to count; empty takes the most frequent", default=""),
        Asked(key="model", kind="model", text="a language model that is asked how often it occurs", optional=True),
    ),
    find=letters,
)
