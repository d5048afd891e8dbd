"""How far premiums on another text lie from those on FLORES-200, language by language.

The two texts are different samples, so the errors of both add up. A difference says that a premium is one of a kind of
text as well as of a language: of its subject, its style, its translators.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.premium.premium import Premiums
from core.stats.ratio_family import RatioFamily
from core.stats.ratio_t_test import LEVEL, Floats, holm, quantile
from core.text.language_search import find, iso_codes
from core.text.languages import flores_languages, language
from core.text.scripts import script_shares

_LETTERS = {
    "Beng": ("Bengali",),
    "Hans": ("Han",),
    "Hant": ("Han",),
    "Jpan": ("Han", "Hiragana", "Katakana"),
    "Kore": ("Hangul",),
}
_OTHER_CODES = {"cmn": "zho", "ekk": "est", "lav": "lvs", "nep": "npi", "ori": "ory", "sqi": "als", "yid": "ydd"}
_SAMPLE = 5  # sentences that tell in which script a language is written


def same_language(code: str, sentences: Sequence[str]) -> str | None:
    """The code in FLORES-200 of a language of another text: of the same name and script; None unless it is one.

    Args:
        sentences: of the language, whose script tells which of several.

    >>> same_language("deu_1996", ["Alle Menschen sind frei."]), same_language("azj_cyrl", ["Бүтүн инсанлар"])
    ('deu_Latn', None)
    >>> same_language("min", ["Sadonyo manusia"]), same_language("tha_Thai", ["มนุษย์"])
    ('min_Latn', 'tha_Thai')
    >>> same_language("cmn_hant_taibei", ["人人生而自由"])
    'zho_Hant'
    >>> same_language("de", ["Alle Menschen sind frei."]), same_language("zh-TW", ["人人生而自由"])
    ('deu_Latn', 'zho_Hant')
    """
    shares = script_shares(" ".join([one for one in sentences if one][:_SAMPLE]))
    script = next(iter(shares), "")
    named, _, rest = code.lower().replace("-", "_").partition("_")
    named = _OTHER_CODES.get(named, named)
    short = len(named) == 2
    called = {one: iso_codes(one) if short else {one.partition("_")[0]} for one in flores_languages()}
    fitting = [one for one, codes in called.items() if named in codes and script in _written(one)]
    if code in fitting or len(fitting) == 1:
        return code if code in fitting else fitting[0]
    script_too = [one for one in fitting if one.lower().endswith(f"_{rest.partition('_')[0]}")]
    nearest = script_too or find(fitting, code)
    return nearest[0] if len(nearest) == 1 else None


def _written(code: str) -> tuple[str, ...]:
    """The scripts of a language by the names that `script_shares` gives them."""
    one = language(code)
    return _LETTERS.get(one.script, (one.script_name,))


@dataclass(frozen=True, eq=False)
class TokenizerPremiums:
    """Premiums of one tokenizer on one text.

    Args:
        found: premiums on the text.
        row: of the tokenizer.
        n_drawn: sentences that intervals resample, or groups of them.
    """

    found: Premiums
    row: int
    n_drawn: int

    @property
    def value(self) -> Floats:
        """The premiums, (L,)."""
        return np.asarray(self.found.value[self.row])

    @property
    def error(self) -> Floats:
        """Standard errors of their logarithms, from their intervals, (L,)."""
        reach = float(quantile(1 - LEVEL, np.inf))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log(self.found.high[self.row] / self.found.low[self.row]) / (2 * reach))


def departures(here: TokenizerPremiums, flores: TokenizerPremiums, pairs: Mapping[str, str]) -> RatioFamily:
    """The premium of each language on this text over that on FLORES-200, (L,); NaN where one of them is missing.

    Args:
        pairs: code in FLORES-200 by code here.
    """
    codes = here.found.languages
    places = [flores.found.languages.index(pairs[code]) if code in pairs else -1 for code in codes]
    logarithm = np.log(here.value) - np.log(flores.value[places])
    error = np.hypot(here.error, flores.error[places])
    known = np.array([code in pairs and code != here.found.base for code in codes])
    missing = ~known | np.isnan(logarithm) | np.isnan(error)
    degrees = float(min(here.n_drawn, flores.n_drawn) - 1)
    values = [np.where(missing, np.nan, each) for each in (logarithm, error, degrees)]
    return RatioFamily(values[0], values[1], values[2], holm, int((~missing).sum()))
