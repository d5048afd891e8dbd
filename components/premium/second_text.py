"""Premiums on a second text beside those on FLORES-200: the chosen text, or the Declaration, whose counts ship."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from components.cached import corpora as cached_corpora
from components.cached import premium as cached_premium
from components.premium.context import PremiumContext
from components.premium.verdicts import verdicts, words
from core.common.numbers import times
from core.premium.atlas import atlas_tokenizers
from core.premium.second_text import TokenizerPremiums, departures, same_language
from core.stats.ratio_family import RatioFamily

MARGIN = 0.01  # from which size on a difference matters, where no control asks


@dataclass(frozen=True, eq=False)
class SecondText:
    """Premiums of one tokenizer on two texts.

    Args:
        label: of the text that is not FLORES-200.
        here: premiums on it.
        flores: premiums on FLORES-200.
        pairs: code in FLORES-200 by code here.
        ships: whether it is the one that ships, beside FLORES-200 as the page's text.
    """

    label: str
    here: TokenizerPremiums
    flores: TokenizerPremiums
    pairs: Mapping[str, str]
    ships: bool

    @cached_property
    def family(self) -> RatioFamily:
        """The premium of each language here over that on FLORES-200, (L,)."""
        return departures(self.here, self.flores, self.pairs)

    def place(self, code: str) -> int | None:
        """Where a language of the page stands here; None if it is not compared."""
        codes = self.here.found.languages
        place = codes.index(code) if code in codes else -1
        return None if place < 0 or np.isnan(self.family.ratio[place]) else place

    def elsewhere(self, code: str) -> float:
        """Its premium on FLORES-200."""
        return float(self.flores.value[self.flores.found.languages.index(self.pairs[code])])


def second_text(context: PremiumContext, row: int) -> SecondText | str:
    """Both premiums of a chosen tokenizer; or whose counts are missing, in words."""
    return _chosen(context, row) if context.corpus else _shipped(context, row)


def _chosen(context: PremiumContext, row: int) -> SecondText | str:
    pairs = _pairs(context)
    if context.base not in pairs or context.keys[row] not in atlas_tokenizers():
        return f"{context.base_label if context.base not in pairs else context.label(row)} on FLORES-200"
    atlas = cached_premium.atlas_premiums("", pairs[context.base], context.per)
    place = list(atlas_tokenizers()).index(context.keys[row])
    flores = TokenizerPremiums(atlas, place, cached_premium.atlas("").table.n_drawn)
    here = TokenizerPremiums(context.found, row, context.table.n_drawn)
    return SecondText(context.table.corpus_label, here, flores, pairs, False)


def _shipped(context: PremiumContext, row: int) -> SecondText | str:
    counts = cached_premium.udhr()
    if context.base not in counts.languages or context.keys[row] not in atlas_tokenizers():
        what = context.base_label if context.base not in counts.languages else context.label(row)
        return f"{what} on the {counts.corpus_label}"
    place = list(atlas_tokenizers()).index(context.keys[row])
    here = TokenizerPremiums(cached_premium.udhr_premiums(context.base, context.per), place, counts.n_drawn)
    flores = TokenizerPremiums(context.found, row, context.table.n_drawn)
    return SecondText(counts.corpus_label, here, flores, {code: code for code in counts.languages}, True)


def _pairs(context: PremiumContext) -> dict[str, str]:
    """Code in FLORES-200 by code in the text."""
    sentences = cached_corpora.corpus(context.corpus).sentences
    found = {code: same_language(code, sentences[code]) for code in context.table.languages}
    return {code: other for code, other in found.items() if other}


def on_second_text(context: PremiumContext, row: int, column: int) -> str:
    """What the second text says of one cell, in a sentence; empty where it says nothing."""
    found = second_text(context, row)
    code = context.table.languages[column]
    place = None if isinstance(found, str) else found.place(code)
    if isinstance(found, str) or place is None:
        return ""
    family, here = found.family, float(found.here.value[place])
    numbers = [float(each[place]) for each in (family.ratio, family.low, family.high)]
    verdict = words(str(verdicts(family, MARGIN)[place]), MARGIN)
    return (
        f"On the {found.label}: {times(here)}×, which is {numbers[0]:.2f} times that on FLORES-200 "
        f"[{numbers[1]:.2f}, {numbers[2]:.2f}]: {verdict}."
    )
