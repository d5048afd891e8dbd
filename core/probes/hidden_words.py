"""Which letter, put before a word, hides it from a filter that reads tokens?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

from core.common.numbers import count, so_many
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.shipped_words import words
from core.probes.word_list import given_words
from core.probes.written_tokens import written_tokens
from core.tokenizers.tokenizer import Tokenizer

MOST_WORDS = 200  # each is cut 27 times by each tokenizer
_SHOWN = 5


@dataclass(frozen=True)
class HiddenWord:
    """A word, and the letters that hide it.

    Args:
        tokens: bytes of its tokens, as in a running text.
        hidden_by: the tokens with a letter before the word, by letter, where the word is cut otherwise then.
    """

    word: str
    tokens: tuple[bytes, ...]
    hidden_by: Mapping[str, tuple[bytes, ...]]

    def document(self) -> dict[str, object]:
        """It as a JSON document; tokens are given in hex."""
        return {
            "word": self.word,
            "tokens_hex": [piece.hex() for piece in self.tokens],
            "hidden_by": {letter: [piece.hex() for piece in row] for letter, row in self.hidden_by.items()},
        }


@dataclass(frozen=True)
class HiddenWords:
    """Words, and letters that hide them, by the spec of a tokenizer."""

    labels: Mapping[str, str]
    words: Mapping[str, tuple[HiddenWord, ...]]

    def share(self, spec: str) -> float:
        """Share of all pairs of a letter and a word in which the word is hidden."""
        rows = self.words[spec]
        return sum(len(row.hidden_by) for row in rows) / (len(rows) * len(ascii_lowercase))

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = [
            {
                "tokenizer": spec,
                "label": self.labels[spec],
                "share_hidden": self.share(spec),
                "words": [row.document() for row in found],
            }
            for spec, found in self.words.items()
        ]
        return {"letters": ascii_lowercase, "tokenizers": rows}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        return [line for spec in self.words for line in self._about(spec)]

    def _about(self, spec: str) -> list[str]:
        rows = self.words[spec]
        hidden = sum(bool(row.hidden_by) for row in rows)
        shown = sorted(rows, key=lambda row: -len(row.hidden_by))[:_SHOWN]
        examples = (
            f"  {written_tokens(row.tokens)} becomes {written_tokens(row.hidden_by[letter])} "
            f"({count(len(row.hidden_by))} of 26 letters hide it)"
            for row in shown
            for letter in [*row.hidden_by][:1]
        )
        return [
            f"{self.labels[spec]}: some letter hides {count(hidden)} of {so_many(len(rows), 'word', 'words')}, and a "
            "letter a word "
            f"in {self.share(spec):.0%} of the cases.",
            *examples,
        ]


def hidden_words(tokenizers: Sequence[str], text: str = "") -> HiddenWords:
    """Words whose tokens are others when a letter stands before them.

    Args:
        tokenizers: their specs.
        text: the words; empty takes the shipped list.

    Raises:
        UserError: the text has no words or no UTF-8 form, or a tokenizer does not open.
    """
    return hidden_words_of(open_tokenizers(tokenizers), text)


def hidden_words_of(tokenizers: Sequence[Tokenizer], text: str) -> HiddenWords:
    """The same of tokenizers that are open."""
    wanted = given_words(text, most=MOST_WORDS) if text.strip() else words("filtered")
    found = {one.info.spec: tuple(_hidden(one, word) for word in wanted) for one in tokenizers}
    return HiddenWords({one.info.spec: one.info.label for one in tokenizers}, found)


def _hidden(tokenizer: Tokenizer, word: str) -> HiddenWord:
    plain, plain_cuts = _cut(tokenizer, "", word)
    rows = {letter: _cut(tokenizer, letter, word) for letter in ascii_lowercase}
    return HiddenWord(word, plain, {letter: row for letter, (row, cuts) in rows.items() if cuts != plain_cuts})


def _cut(tokenizer: Tokenizer, before: str, word: str) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """The tokens of a word behind a space and what is put before it; and where they begin, counted from the word."""
    cut = tokenizer.segment(f" {before}{word}")
    start = 1 + len(before)
    begins = tuple(at - start for at in cut.cuts.tolist() if at > start)
    touching = tuple(cut.text[a:b].strip() for a, b in zip(cut.starts.tolist(), cut.ends.tolist(), strict=True))
    opens = not before or start in cut.cuts.tolist()
    return tuple(piece for piece in touching if piece), (begins if opens else (-1, *begins))


PROBE = Probe(
    key="hidden_words",
    order=102,
    question="Which letter, put before a word, hides it from a filter that reads tokens?",
    caution=(
        "A word counts as hidden where its tokens, with the letter before it, are cut otherwise than without. A filter "
        "that has learnt such spellings sees it all the same, and one that reads letters always did. It is a warning "
        "for those who build filters."
    ),
    source="After TokenBreak (HiddenLayer 2025); the words and the rule by cuts are our own",
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(key="text", kind="text", text="the words; empty takes a shipped list", default=""),
    ),
    find=hidden_words,
)
