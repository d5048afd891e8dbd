"""What a premium means in money, room and time: the same article in every language."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from components.frame.errors import plain
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.scale import times
from components.widgets.view import View
from components.widgets.whole_number import whole_number


@dataclass(frozen=True)
class Terms:
    """What the user typed: price per million tokens, context window in tokens, and speed in tokens per second."""

    price: float
    window: int
    speed: float


def draw(context: PremiumContext) -> None:
    """Inputs in a row, one sentence to quote, and a table of all languages found."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row, column = one_tokenizer(context), one_language(context)
        price = st.number_input(
            "Price per million",
            min_value=0.0,
            value=3.0,
            key="price_million",
            width=155,
            bind="query-params",
            help="Of tokens, of the model that uses this tokenizer, in any currency; typed by you: prices change.",
        )
        window = whole_number("Context window", 8192, key="window", width=155) or 1
        speed = st.number_input(
            "Tokens per second", min_value=0.1, value=50.0, key="speed", width=140, bind="query-params"
        )
        about = "Length of the article in the base language; 6,000 are about 1,000 English words."
        length = whole_number(f"Characters in {context.base_label}", 6000, key="length", width=170, help=about) or 1
    terms = Terms(price, window, speed)
    base = context.table.language(context.base)
    tokens = article_tokens(context, row, base, length)
    masked = (row, column) in context.found.reasons
    if masked:
        st.info(f"Masked: {context.sentence(row, column)}", icon=":material/block:")
    else:
        names = (context.language(column), context.base_label, context.label(row))
        st.code(
            to_quote(names, float(tokens[column]), float(tokens[base]), terms, length), language=None, wrap_lines=True
        )
    shown = [c for c in context.columns if (row, c) not in context.found.reasons]
    need = tokens[shown]
    st.dataframe(
        pd.DataFrame(
            {
                "Language": [context.language(c) for c in shown],
                "Tokens": np.round(need).astype(int),
                "Cost": need * price / 1e6,
                "Fits": np.minimum(1.0, window / need),
                "Articles": window / need,
                "Seconds": need / speed,
            }
        ),
        hide_index=True,
        height=360,
        column_config={
            "Language": st.column_config.TextColumn(pinned=True),
            "Tokens": st.column_config.NumberColumn(format="localized"),
            "Cost": st.column_config.NumberColumn(
                format="%.4f", help="Tokens times price, in the currency of the price."
            ),
            "Fits": st.column_config.ProgressColumn(
                "Share that fits", format="percent", min_value=0, max_value=1, help="Of the article, in the window."
            ),
            "Articles": st.column_config.NumberColumn(
                "Articles in the window", format="%.2f", help="How many such articles fit at once."
            ),
            "Seconds": st.column_config.NumberColumn(format="%.1f", help="To write it, at the speed typed."),
        },
    )
    st.caption(
        f"Tokens per character of the base language in {plain(context.table.corpus_label)} with "
        f"{plain(context.label(row))}, times the length of the article, times the premium per line. "
        "Other kinds of text differ; so do prices for input and output."
    )


def article_tokens(context: PremiumContext, row: int, base: int, length: int) -> np.ndarray:
    """Tokens that an article of `length` characters in the base language takes in every language, (L,)."""
    both = context.table.present & context.table.present[base]
    tokens = np.where(both, context.table.tokens[row], 0).sum(1, dtype=np.float64)
    characters = np.where(both, context.table.n_characters[base], 0).sum(1, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return tokens / characters * length


def to_quote(names: tuple[str, str, str], tokens: float, base_tokens: float, terms: Terms, length: int) -> str:
    """Language, base and tokenizer in one sentence.

    >>> print(to_quote(("Burmese", "English", "GPT-2"), 20_000, 1_200, Terms(3.0, 8192, 50.0), 6000))
    An article of 6,000 characters in English takes 20,000 tokens of GPT-2 in Burmese instead of 1,200 in English: it \
costs 0.0600 instead of 0.0036 (16.7 times as much), 41 % of it fits into 8,192 tokens of context instead of all of \
it, and at 50 tokens per second it takes 6.7 min instead of 24 s.
    """
    language, base, tokenizer = names
    cost, base_cost = (n * terms.price / 1e6 for n in (tokens, base_tokens))
    return (
        f"An article of {length:,} characters in {base} takes {tokens:,.0f} tokens of {tokenizer} in {language} "
        f"instead of {base_tokens:,.0f} in {base}: it costs {cost:.4f} instead of {base_cost:.4f} "
        f"({times(tokens / base_tokens)} times as much), {_share(terms.window / tokens)} of it fits into "
        f"{terms.window:,} tokens of context instead of {_share(terms.window / base_tokens)} of it, "
        f"and at {terms.speed:g} tokens per second it takes {_duration(tokens / terms.speed)} "
        f"instead of {_duration(base_tokens / terms.speed)}."
    )


def _share(share: float) -> str:
    return "all" if share >= 1 else f"{share * 100:.0f} %"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


VIEW = View(label="Calculator", place=110, draw=draw)
