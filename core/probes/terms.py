"""How many tokens do the terms of a field take?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.common.errors import UnknownName, shown
from core.common.numbers import count
from core.probes.probe import Asked, Probe
from core.probes.several import open_tokenizers
from core.probes.shipped_words import terms_by_field
from core.probes.word_list import given_words
from core.tokenizers.tokenizer import Tokenizer

YOURS = "yours"
_FIELDS = tuple(terms_by_field())


@dataclass(frozen=True)
class TermCounts:
    """Tokens of terms.

    Args:
        terms: by field.
        labels: of the tokenizers, by spec.
        tokens: of each term with a space before it, as in a running text, by spec, then by field, in the order of
            `terms`.
    """

    terms: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    tokens: Mapping[str, Mapping[str, tuple[int, ...]]]

    def per_term(self, spec: str, field: str) -> float:
        """Tokens of a term of a field on average."""
        return sum(self.tokens[spec][field]) / len(self.terms[field])

    def whole(self, spec: str, field: str) -> float:
        """Share of the terms that are one token."""
        return self.tokens[spec][field].count(1) / len(self.terms[field])

    def document(self) -> dict[str, object]:
        """It as a JSON document."""
        rows = [
            {
                "tokenizer": spec,
                "label": self.labels[spec],
                "field": field,
                "tokens_per_term": self.per_term(spec, field),
                "share_of_one_token": self.whole(spec, field),
                "tokens": list(counts),
            }
            for spec, by_field in self.tokens.items()
            for field, counts in by_field.items()
        ]
        return {"terms": {field: list(terms) for field, terms in self.terms.items()}, "rows": rows}

    def sentences(self) -> list[str]:
        """It in words, one line each."""
        return [line for spec in self.tokens for line in self._about(spec)]

    def _about(self, spec: str) -> list[str]:
        rows = [
            f"  {field}: {self.per_term(spec, field):.2f} tokens a term, {self.whole(spec, field):.0%} are one token; "
            f"most, {count(max(counts))}: {shown(self.terms[field][counts.index(max(counts))])}"
            for field, counts in self.tokens[spec].items()
        ]
        return [f"{self.labels[spec]}:", *rows]


def terms(tokenizers: Sequence[str], fields: Sequence[str] = (), text: str = "") -> TermCounts:
    """Tokens of the terms of some fields.

    Args:
        tokenizers: their specs.
        fields: of the shipped lists; none stand for all, or for none where a text is given.
        text: terms of one's own, one a line.

    Raises:
        UserError: a name is unknown, a term has no UTF-8 form, or there are too many.
    """
    return terms_of(open_tokenizers(tokenizers), fields, text)


def terms_of(tokenizers: Sequence[Tokenizer], fields: Sequence[str], text: str) -> TermCounts:
    """The same of tokenizers that are open."""
    shipped = terms_by_field()
    for field in fields:
        if field not in shipped:
            raise UnknownName("field of terms", field, shipped)
    wanted = {field: shipped[field] for field in fields or (() if text.strip() else shipped)}
    if text.strip():
        wanted[YOURS] = given_words(text, by_line=True)
    found = {
        one.info.spec: {
            field: tuple(one.count([f" {term}" for term in some]).tokens.tolist()) for field, some in wanted.items()
        }
        for one in tokenizers
    }
    return TermCounts(wanted, {one.info.spec: one.info.label for one in tokenizers}, found)


PROBE = Probe(
    key="terms",
    order=105,
    question="How many tokens do the terms of a field take?",
    caution=(
        "The shipped lists are short, of our own and no sample: they show what happens, and measure no field. Special "
        "tokens are not added; a published table that adds them has two more a term for some tokenizers, which makes "
        "short terms look twice as dear."
    ),
    source="After KL3M tokenizers 2025 (2503.17247), whose counts hold special tokens; the lists are our own",
    asked=(
        Asked(key="tokenizers", kind="tokenizers", text="the tokenizers"),
        Asked(key="fields", kind="words", text="shipped lists, or all", default=(), among=_FIELDS),
        Asked(key="text", kind="text", text="terms of your own, one a line", default=""),
    ),
    find=terms,
)
