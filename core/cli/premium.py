"""`premium`: what languages cost on parallel text."""

from argparse import ArgumentParser, Namespace

import numpy as np

from core.cli.base import Command, print_json, table, whole
from core.cli.groups import asked_corpus, grouping_argument
from core.cli.languages import codes
from core.common.errors import UnknownName, UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.counting.corpus import count_corpus
from core.counting.table import CountTable, stacked
from core.premium.atlas import atlas_provenance, atlas_tokenizers, shipped_atlas
from core.premium.premium import PER, joined_premiums, premiums, resample
from core.tokenizers.catalog import open_tokenizer

SHIPPED = "atlas"


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--tokenizer", action="append", required=True, metavar="SPEC", help="such as mistral:tekken; may be repeated"
    )
    parser.add_argument(
        "--corpus",
        default="sample",
        metavar="SPEC",
        help="sample, flores200[#dev], file:PATH, or atlas (shipped counts)",
    )
    grouping_argument(parser)
    parser.add_argument("--base", default="eng_Latn", metavar="L", help="language that costs 1; default eng_Latn")
    parser.add_argument("--language", action="append", metavar="L", help="tha_Thai or Thai; again for more")
    parser.add_argument("--per", choices=PER, default="line", help="what tokens are counted for; default line")
    parser.add_argument("--joined", action="store_true", help="each language as one text, without intervals")
    parser.add_argument(
        "--draws", type=whole, default=1_000, metavar="N", help="resamplings for intervals; default 1000"
    )
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="of the resampling; default 0")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    if options.draws < 40 or options.draws > 100_000 or options.seed < 0:
        raise UserError("An interval needs 40 to 100\u202f000 draws, and a seed of 0 or more.")
    if options.groups and options.corpus == SHIPPED:
        raise UserError("The shipped counts are grouped by article already. Leave out --groups.")
    counts = _shipped(options) if options.corpus == SHIPPED else _counted(options)
    rows = _joined(counts, options) if options.joined else _per_sentence(counts, options)
    if options.json:
        print_json({"rows": rows})
        return
    head = ["tokenizer", "language", "tokens", "premium", "95 % interval", "unknown"]
    lines = [
        [
            str(row["tokenizer"]),
            str(row["language"]),
            count(int(str(row["tokens"]))),
            _shown(row["premium"]),
            f"{_shown(row['low'])} – {_shown(row['high'])}" if row["low"] is not None else "",
            f"{100 * float(str(row['unknown_share'])):.1f} %" if row["unknown_share"] is not None else "",
        ]
        for row in rows
    ]
    print(table([head, *lines], right={2, 3, 4, 5}))


def _languages(options: Namespace, known: tuple[str, ...]) -> list[str]:
    """Those to count: what was asked for, by codes from now on, and the base."""
    options.language, [options.base] = codes(options.language, known), codes([options.base], known)
    return list(dict.fromkeys([*(options.language or known), options.base]))


def _counted(options: Namespace) -> CountTable:
    corpus = open_corpus(asked_corpus(options))
    asked = _languages(options, corpus.languages)
    for code in (options.base, *asked):
        corpus.require(code)
    corpus = corpus.only(asked)
    return stacked([count_corpus(open_tokenizer(spec), corpus) for spec in options.tokenizer])


def _shipped(options: Namespace) -> CountTable:
    """The shipped counts, by key or by the spec that opens the same tokenizer."""
    known = atlas_tokenizers()
    key_by_spec = {spec: key for key, one in known.items() for spec in (key, f"atlas:{key}", one.label, *one.opens)}
    for spec in options.tokenizer:
        if spec not in key_by_spec:
            raise UnknownName(f"tokenizer in the atlas of {atlas_provenance().date} called", spec, known)
    found = shipped_atlas([key_by_spec[spec] for spec in options.tokenizer])
    return found.select(languages=_languages(options, found.languages))


def _per_sentence(counts: CountTable, options: Namespace) -> list[dict[str, object]]:
    found = premiums(counts, options.base, options.per, resample(counts, options.draws, options.seed))
    rows: list[dict[str, object]] = []
    for k, spec in enumerate(options.tokenizer):
        for code in options.language or counts.languages:
            n = counts.languages.index(code)
            row: dict[str, object] = {
                "tokenizer": spec,
                "language": code,
                "tokens": int(found.tokens[k, n]),
                "premium": _number(found.value[k, n]),
                "low": _number(found.low[k, n]),
                "high": _number(found.high[k, n]),
                "unknown_share": _number(found.unknown_share[k, n]),
            }
            reason = found.reasons.get((k, n), "") or found.no_interval
            rows.append({**row, "reason": reason} if reason else row)
    return rows


def _joined(counts: CountTable, options: Namespace) -> list[dict[str, object]]:
    found = joined_premiums(counts, options.base)
    rows: list[dict[str, object]] = []
    for k, spec in enumerate(options.tokenizer):
        for code in options.language or counts.languages:
            n = counts.languages.index(code)
            tokens = int(counts.joined[k, n])
            rows.append(
                {
                    "tokenizer": spec,
                    "language": code,
                    "tokens": tokens,
                    "premium": _number(found[k, n]),
                    "low": None,
                    "high": None,
                    "unknown_share": int(counts.joined_unknown[k, n]) / tokens if tokens else None,
                }
            )
    return rows


def _number(value: float) -> float | None:
    """JSON has no NaN: a number that is undefined is null, with a reason beside it."""
    return None if np.isnan(value) else float(value)


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else "–"


COMMAND = Command(
    key="premium",
    summary="what languages cost beside another, on parallel text",
    details=(
        "Tokens of a language / tokens of the same sentences in the base language, as a ratio of sums, with a 95 % "
        "interval from resampling sentences, or groups of them such as the articles of FLORES-200 where they are known "
        "(paired bootstrap). Special tokens are not counted. A number that cannot "
        "be given, such as one with over 10 % unknown tokens, is null with a reason. --joined encodes each language "
        "as one text, as Petrov et al. 2023 did. --corpus atlas reads the counts that ship, without counting."
    ),
    arguments=_arguments,
    run=_run,
)
