"""What a premium means in money, room and time: the same article in every language, and with every model."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from components.frame.errors import plain
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.linked import LINKED
from components.premium.price_table import price_table
from components.premium.take_away import take_away
from components.widgets.typed_number import typed_number
from components.widgets.view import View
from core.common.numbers import as_typed, count, times
from core.premium.cost import Offer, Use, article_tokens, best_tokenizer, cost, offers
from core.premium.prices import ModelPrice

_OWN = "Own price"
_MODEL, _PRICE = "model", "price_million"  # in the link
_USUAL_PRICE = 3.0
_CURRENCY = 8  # letters of its name at most
_MOST, _LEAST_RATE = 1e9, 0.0001  # of prices, speeds and rates


@dataclass(frozen=True)
class Terms:
    """What one model asks: its price, its tokenizer by row, and its speed in tokens per second."""

    price: ModelPrice
    row: int
    speed: float


def draw(context: PremiumContext) -> None:
    """Inputs in rows, sentences to quote, a table of models and one of languages."""
    prices = price_table()
    known = [one for one in prices if one.key in context.keys]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = one_language(context)
        terms = _terms(context, known)
    use = _use(context)
    base = context.table.language(context.base)
    _best(context, column, base, use)
    _quoted(context, terms, column, base, use)
    st.markdown(f"**Models, in {plain(context.language(column))}**")
    _models(context, known, column, base, use)
    st.markdown(f"**Languages, with {plain(terms.price.name)}**")
    _languages(context, terms, base, use)
    n_unknown = len(prices) - len(known)
    st.caption(
        f"Tokens per character of {context.base_label} in {plain(context.table.corpus_label)}, times the length typed, "
        "times the premium per line; other kinds of text differ. Prices are those of the table above, each with the "
        "day on which it was read: they change, so look before you rely on one."
        + (f" {n_unknown} models have a tokenizer that is not counted here." if n_unknown else "")
    )


def _terms(context: PremiumContext, known: list[ModelPrice]) -> Terms:
    """A model of the table, or a price of one's own."""
    names = [_OWN, *dict.fromkeys(one.name for one in known)]
    _start_model(names)
    name = st.selectbox("Model", names, key=_MODEL, width=230, persist_state="session")
    if name == _OWN:
        terms = _own(context)
    else:
        price = next(one for one in known if one.name == name)
        terms = Terms(price, context.keys.index(price.key), 0.0)
    speed = typed_number(LINKED, "Tokens per second", "speed", 50.0, 0.1, _MOST, width=140)
    return Terms(terms.price, terms.row, speed)


def _start_model(names: list[str]) -> None:
    """Give the model its first value: the link's; else a link with a price means one's own, and others the first."""
    state, usual = st.session_state, as_typed(_USUAL_PRICE)
    own = _PRICE in st.query_params or state.get(_PRICE, usual) != usual or len(names) == 1
    if state.get(_MODEL) not in names:
        state[_MODEL] = None
    LINKED.option(_MODEL, names if own else [*names[1:], _OWN])


def _own(context: PremiumContext) -> Terms:
    row = one_tokenizer(context)
    price = typed_number(
        LINKED,
        "Price per million",
        _PRICE,
        _USUAL_PRICE,
        0.0,
        _MOST,
        width=155,
        help="Of tokens read or written, in US dollars.",
    )
    window = typed_number(LINKED, "Context window", "window", 8192, 1, whole=True, width=155)
    own = ModelPrice(
        name=context.label(row), maker="", tokenizer=context.keys[row], input=price, output=price, cached_input=None,
        window=int(window), date="", source="typed",
    )  # fmt: skip
    return Terms(own, row, 0.0)


def _use(context: PremiumContext) -> Use:
    LINKED.text("currency", "USD", _CURRENCY)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        read = typed_number(
            LINKED,
            f"Characters read, in {context.base_label}",
            "length",
            6000,
            1,
            whole=True,
            width=225,
            help="Length of the article in the base language; 6\u202f000 are about 1\u202f000 English words.",
        )
        written = typed_number(
            LINKED,
            "Characters written",
            "written",
            0,
            0,
            whole=True,
            width=160,
            help="What the model answers, in the same way; it has a price of its own.",
        )
        cached = typed_number(
            LINKED,
            "Cached, % of input",
            "cached",
            0,
            0,
            100,
            width=150,
            help="How much of the input the provider has seen before, such as a long prompt used again.",
        )
        currency = st.text_input("Currency", max_chars=_CURRENCY, key="currency", width=100, persist_state="session")
        rate = typed_number(
            LINKED,
            "Rate",
            "rate",
            1.0,
            _LEAST_RATE,
            _MOST,
            width=120,
            help="How much of this currency a US dollar costs; typed by you.",
        )
    return Use(
        read=int(read), written=int(written), cached=cached / 100, rate=rate, currency=(currency or "USD").strip()
    )


def _best(context: PremiumContext, column: int, base: int, use: Use) -> None:
    """The best tokenizer of the page for the language, in a sentence."""
    rows = [row for row in context.rows if (row, column) not in context.found.reasons]
    length = use.read + use.written
    tokens = {context.label(row): float(article_tokens(context.table, row, base, length)[column]) for row in rows}
    if len(tokens) > 1:
        st.markdown(f"**{plain(best_tokenizer(context.language(column), context.base_label, tokens, length))}**")


def _quoted(context: PremiumContext, terms: Terms, column: int, base: int, use: Use) -> None:
    if (terms.row, column) in context.found.reasons:
        st.info(plain(context.why_none(terms.row, column)), icon=":material/block:")
        return
    tokens = article_tokens(context.table, terms.row, base, 1)
    names = (context.language(column), context.base_label)
    st.code(to_quote(names, terms, use, float(tokens[column]), float(tokens[base])), language=None, wrap_lines=True)


def _models(context: PremiumContext, known: list[ModelPrice], column: int, base: int, use: Use) -> None:
    """The models of the table, cheapest first."""
    usable = [one for one in known if (context.keys.index(one.key), column) not in context.found.reasons]
    found = offers(context.table, context.keys, usable, column, base, use)
    if not found:
        st.info("No model of the table has a tokenizer that is counted on this text.", icon=":material/payments:")
        return
    st.dataframe(
        model_table(found, use),
        hide_index=True,
        height=300,
        key="calculator_models",
        column_config=_config(use, [one.cost for one in found]),
        placeholder="–",
    )


def _languages(context: PremiumContext, terms: Terms, base: int, use: Use) -> None:
    """The languages found, in the order of the cost that is shown."""
    shown = [c for c in context.columns if (terms.row, c) not in context.found.reasons]
    frame = language_table(context, terms, shown, base, use)
    st.dataframe(
        frame,
        hide_index=True,
        height=360,
        key="calculator_languages",
        column_config=_config(use, frame[_cost_column(use)].tolist()),
        placeholder="–",
    )
    cells = [(terms.row, column) for column in shown]
    take_away("calculator", context, "Cost of an article", "Cost by language.", lambda: frame, None, cells)


def model_table(found: list[Offer], use: Use) -> pd.DataFrame:
    """A row per model, cheapest first."""
    return pd.DataFrame(
        {
            "Model": [one.price.name for one in found],
            "Tokenizer": [one.tokenizer for one in found],
            "Tokens read": [round(one.read) for one in found],
            "Tokens written": [round(one.written) for one in found],
            _cost_column(use): [one.cost for one in found],
            "Fits": [one.fits for one in found],
            "Price read on": [one.price.date for one in found],
        }
    )


def language_table(context: PremiumContext, terms: Terms, columns: list[int], base: int, use: Use) -> pd.DataFrame:
    """A row per language, the dearest first."""
    each = article_tokens(context.table, terms.row, base, 1)[columns]
    need = each * (use.read + use.written)
    frame = pd.DataFrame(
        {
            "Language": [context.language(c) for c in columns],
            "Tokens": np.round(need).astype(int),
            _cost_column(use): [cost(terms.price, n * use.read, n * use.written, use) for n in each.tolist()],
            "Fits": np.minimum(1.0, terms.price.window / need),
            "Articles": terms.price.window / need,
            "Seconds": need / terms.speed,
        }
    )
    return frame.iloc[np.lexsort((frame["Language"], -need))].reset_index(drop=True)


def to_quote(names: tuple[str, str], terms: Terms, use: Use, each: float, each_base: float) -> str:
    """Language and base in one sentence.

    Args:
        each, each_base: tokens of a character of the base, in the language and in the base.

    >>> price = ModelPrice(name="GPT-2", maker="", tokenizer="gpt-2", input=3.0, output=3.0, cached_input=None,
    ...                    window=8192, date="", source="")
    >>> print(to_quote(("Burmese", "English"), Terms(price, 0, 50.0), Use(read=6000), 20 / 6, 0.2))
    An article of 6\u202f000 characters in English takes 20\u202f000 tokens of GPT-2 in Burmese instead of \
1\u202f200 in English (16.7 times as many): it costs 0.0600 USD instead of 0.0036, 41 % of it fits into 8\u202f192 \
tokens of context instead of all of it, and at 50 tokens per second it takes 6.7 min instead of 24 s.
    """
    language, base = names
    total = use.read + use.written
    tokens, base_tokens = each * total, each_base * total
    money, base_money = (cost(terms.price, one * use.read, one * use.written, use) for one in (each, each_base))
    window = terms.price.window
    answer = f" with an answer of {count(use.written)}" if use.written else ""
    return (
        f"An article of {count(use.read)} characters in {base}{answer} takes {count(tokens)} tokens of "
        f"{terms.price.name} in {language} instead of {count(base_tokens)} in {base} "
        f"({times(tokens / base_tokens)} times as many): it costs "
        f"{_money(money)} {use.currency} instead of {_money(base_money)}, {_fits(window, tokens, base_tokens)}, "
        f"and at {terms.speed:g} tokens per second it takes {_duration(tokens / terms.speed)} "
        f"instead of {_duration(base_tokens / terms.speed)}."
    )


def _money(amount: float) -> str:
    """An amount with four decimals, or as many as show two digits of a small one.

    >>> _money(1234.5), _money(0.0600), _money(0.00000123), _money(0)
    ('1,234.5000', '0.0600', '0.0000012', '0')
    """
    if 0 < amount < 0.001:
        return f"{amount:.{1 - floor(log10(amount))}f}"
    return f"{amount:,.4f}" if amount else "0"


def _fits(window: int, tokens: float, base_tokens: float) -> str:
    """How much of an article the window holds in either language.

    >>> _fits(100, 200.0, 50.0), _fits(100, 90.0, 50.0)
    ('50 % of it fits into 100 tokens of context instead of all of it', 'all of it fits into 100 tokens of context')
    """
    share, base_share = _share(window / tokens), _share(window / base_tokens)
    instead = "" if share == base_share else f" instead of {base_share} of it"
    return f"{share} of it fits into {count(window)} tokens of context{instead}"


def _share(share: float) -> str:
    return "all" if share >= 1 else f"{share * 100:.0f} %"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def cost_decimals(costs: Sequence[float]) -> int:
    """Decimals that show three digits of the smallest cost: the cheapest models cost little more than nothing.

    >>> cost_decimals([0.000121, 2.0]), cost_decimals([1500.0, 0.0]), cost_decimals([])
    (6, 2, 2)
    """
    least = min((one for one in costs if one > 0), default=1.0)
    return min(12, max(2, 2 - floor(log10(least))))


def _cost_column(use: Use) -> str:
    return f"Cost, {use.currency}"


def _config(use: Use, costs: Sequence[float]) -> dict[str, Any]:
    money = st.column_config.NumberColumn(format=f"%.{cost_decimals(costs)}f")
    return {**_CONFIG, _cost_column(use): money}


_WHOLE = st.column_config.NumberColumn(format="localized")
_CONFIG = {
    "Language": st.column_config.TextColumn(pinned=True, width=190),
    "Model": st.column_config.TextColumn(pinned=True),
    "Tokens": _WHOLE,
    "Tokens read": _WHOLE,
    "Tokens written": _WHOLE,
    "Fits": st.column_config.ProgressColumn(
        "Share that fits",
        format="percent",
        min_value=0,
        max_value=1,
        help="Of what is read and written, in the window.",
    ),
    "Articles": st.column_config.NumberColumn(
        "Articles in the window", format="%.2f", help="How many such articles fit at once."
    ),
    "Seconds": st.column_config.NumberColumn(format="%.1f", help="To read and write it, at the speed typed."),
}

VIEW = View(label="Calculator", place=110, draw=draw)
