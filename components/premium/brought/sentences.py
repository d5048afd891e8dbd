"""The sentences behind the counts, and tokenizers to cut them with, where this machine has them."""

from dataclasses import dataclass
from pathlib import Path

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.cached import tokenizers as cached
from components.premium.context import PremiumContext
from core.common.errors import UserError
from core.corpora.corpus import Corpus
from core.counting.brought import in_link
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.well_known import is_here


@dataclass(frozen=True)
class ShownSentences:
    """Sentences in some languages.

    Args:
        corpus: that has them all, None if none here does.
        counted: whether it is the text that the counts are of; otherwise it is a stand-in.
        remark: why it is not, and how to get it; empty if it is.
    """

    corpus: Corpus | None
    counted: bool
    remark: str


def texts(context: PremiumContext, codes: tuple[str, ...]) -> ShownSentences:
    """The sentences counted if they are on this machine, else those of the sample that ships, else none."""
    remark, name = "", context.table.corpus_label
    try:
        text = cached_corpora.corpus(context.text)
    except UserError as error:
        remark = f"The sentences counted are not on this machine. {error}"
    else:
        missing = next((code for code in codes if code not in text.languages), "")
        if text.fingerprint != context.table.corpus and not context.part:
            remark = f"The copy of {name} on this machine is not the text that was counted."
        elif missing:
            remark = f"The copy of {name} on this machine lacks {missing}."
        else:
            return ShownSentences(text, True, "")
    sample = cached_corpora.corpus("sample")
    return ShownSentences(sample if set(codes) <= set(sample.languages) else None, False, remark)


def opens_here(context: PremiumContext, row: int) -> str | None:
    """A spec under which the tokenizer opens here without a network, or None.

    One that a user brought has been here, and a segmenter's key is its spec.
    """
    one = context.table.tokenizers[row]
    for spec in one.opens:
        kind, _, rest = spec.partition(":")
        if (
            in_link(one) in context.keys
            or spec in context.keys
            or is_here(spec)
            or (kind == "file" and Path(rest).exists())
        ):
            try:
                cached.tokenizer(spec)
            except UserError:
                continue
            return spec
    return None


def public_specs(context: PremiumContext, row: int) -> list[str]:
    """Specs under which anybody can open the tokenizer."""
    return [spec for spec in context.table.tokenizers[row].opens if not spec.startswith("file:")]


def cut(spec: str, corpus: Corpus, code: str, most: int) -> tuple[Segmentation, ...]:
    """The first sentences of a language cut by a tokenizer."""
    return cached_premium.segmentations(spec, corpus.spec, code, most)
