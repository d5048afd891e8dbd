"""`cost`: what a text costs in a language, by model, from the shipped counts and a table of prices."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np

from core.cli.base import Command, number, print_json, table, whole
from core.cli.languages import codes
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.cost import Offer, Use, article_tokens, best_tokenizer, offers
from core.premium.litellm_table import fetched_prices
from core.premium.premium import premiums
from core.premium.prices import ModelPrice, read_prices, shipped_prices
from core.text.languages import language

_LITELLM = "litellm"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--language", required=True, metavar="L", help="such as mya_Mymr or Burmese")
    parser.add_argument("--base", default="eng_Latn", metavar="L", help="in which lengths are given; default eng_Latn")
    parser.add_argument("--read", type=whole, default=6000, metavar="N", help="characters that are read; default 6000")
    parser.add_argument("--written", type=whole, default=0, metavar="N", help="characters that are written; default 0")
    parser.add_argument("--cached", type=number, default=0.0, metavar="S", help="share of input seen before, 0 to 1")
    parser.add_argument(
        "--prices", metavar="FILE", help="a CSV like data/prices/models.csv, litellm's JSON, or litellm"
    )
    parser.add_argument("--currency", default="USD", metavar="C", help="name of the currency; default USD")
    parser.add_argument("--rate", type=number, default=1.0, metavar="R", help="units of it for a US dollar; default 1")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    if options.read < 0 or options.written < 0 or options.read + options.written < 1:
        raise UserError(
            f"--read {count(options.read)} and --written {count(options.written)} cost nothing. Give at least one "
            "character of the base language, and no negative number."
        )
    if not 0 <= options.cached <= 1:
        raise UserError(f"--cached is {options.cached:g}. Give a share from 0 to 1.")
    if not 0 < options.rate < 1e9:
        raise UserError(f"--rate is {options.rate:g}. Give a positive number below a thousand million.")
    prices = _prices(options.prices)
    use = Use(
        read=options.read, written=options.written, cached=options.cached, rate=options.rate, currency=options.currency
    )
    keys = tuple(atlas_tokenizers())
    counts = shipped_atlas(keys)
    options.language, options.base = codes([options.language, options.base], counts.languages)
    code, base = counts.language(options.language), counts.language(options.base)
    usable = np.isfinite(premiums(counts, options.base).value[:, code])
    kept = tuple(key for key, fine in zip(keys, usable, strict=True) if fine)
    found = offers(counts.select([keys.index(key) for key in kept]), kept, prices, code, base, use)
    tokens = {
        one.label: float(article_tokens(counts, row, base, options.read + options.written)[code])
        for row, one in enumerate(counts.tokenizers)
        if usable[row] and one.n_vocabulary
    }
    best = best_tokenizer(
        language(options.language).label, language(options.base).label, tokens, options.read + options.written
    )
    if options.json:
        print_json({"best": best, "currency": use.currency, "rows": [_row(one) for one in found]})
        return
    head = ["model", "tokenizer", "read", "written", f"cost, {use.currency}", "fits", "price of"]
    lines = [
        [
            one.price.name,
            one.tokenizer,
            count(one.read),
            count(one.written),
            f"{one.cost:.6f}",
            f"{100 * one.fits:.0f} %",
            one.price.date,
        ]
        for one in found
    ]
    print(f"{best}\n\n{table([head, *lines], right={2, 3, 4, 5})}")


def _row(one: Offer) -> dict[str, object]:
    price = one.price
    return {
        "model": price.name,
        "maker": price.maker,
        "tokenizer": price.tokenizer,
        "tokens_read": one.read,
        "tokens_written": one.written,
        "cost": one.cost,
        "fits": one.fits,
        "date": price.date,
        "source": price.source,
    }


def _prices(name: str | None) -> list[ModelPrice]:
    if name is None:
        return shipped_prices()
    if name == _LITELLM:
        return fetched_prices()
    try:
        return read_prices(Path(name).read_bytes(), name)
    except OSError as error:
        raise UserError(f"{shown(name)} cannot be read: {error.strerror}. Give a file with prices.") from None


COMMAND = Command(
    key="cost",
    summary="what a text costs in a language, by model",
    details=(
        "Tokens per character of the base language in the shipped counts of FLORES-200, times the length, times the "
        "price: models cheapest first, and the tokenizer that takes the fewest tokens. Prices are those of "
        "data/prices/models.csv, each with its date, of a file, or of litellm's public table, fetched now (--prices "
        "litellm). A currency is a name and a rate that you give. Other kinds of text differ."
    ),
    arguments=_arguments,
    run=_run,
)
