"""`measure`: every metric of tokenizers on a text, or on the sentences of languages."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from core.cli.base import Command, print_json, table
from core.cli.groups import asked_corpus, grouping_argument
from core.cli.inputs import read_text
from core.cli.languages import codes
from core.common.errors import UserError
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.metrics.bare import bare
from core.metrics.base import LANGUAGES, METRICS, Metric, Value, shown
from core.metrics.evidence import Evidence, of_languages, of_sentences
from core.metrics.intervals import measured
from core.premium.premium import MAX_UNKNOWN
from core.stats.grouped_items import Groups, groups_of
from core.text.units import SEGMENTERS, units_of
from core.tokenizers.catalog import open_tokenizer

_FIND_WORDS = "Count them with --segmenter uax29."
ALL = ""  # stands for the language where a number is of several languages, or of a text of none


@dataclass(frozen=True)
class _MeasuredRow:
    """One metric of one tokenizer on one language."""

    tokenizer: str
    language: str
    metric: Metric
    value: Value


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--tokenizer", action="append", required=True, metavar="SPEC", help="such as mistral:tekken; may be repeated"
    )
    text = parser.add_mutually_exclusive_group(required=True)
    text.add_argument("--corpus", metavar="SPEC", help="sample, flores200[#dev] or file:PATH")
    text.add_argument("--file", metavar="F", help="a UTF-8 or UTF-16 file as one text, or - for standard input")
    grouping_argument(parser)
    parser.add_argument("--language", action="append", metavar="L", help="tha_Thai or Thai; again for more")
    parser.add_argument("--reference", metavar="SPEC", help="tokenizer that sequence lengths are compared with")
    parser.add_argument("--segmenter", choices=sorted(SEGMENTERS), help="what finds words where no spaces part them")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    rows = _rows(options, *_texts(options))
    if options.json:
        print_json({"rows": [_document(row) for row in rows]})
        return
    head = ["tokenizer", "language", "metric", "value", "95 % interval", "remark"]
    print(table([head, *map(_line, rows)], right={3, 4}))


def _texts(options: Namespace) -> tuple[Mapping[str, Sequence[str]], Groups | None]:
    """Sentences by language, and the groups they stand in; a file is one of no language."""
    if options.file is None:
        corpus = open_corpus(asked_corpus(options))
        kept = corpus.only(codes(options.language, corpus.languages) or corpus.languages)
        return kept.sentences, groups_of(kept.groups, kept.n_sentences)
    if options.groups:
        raise UserError(
            "A file is one text, so its sentences stand in no groups. Leave out --groups, or name a --corpus."
        )
    if options.language:
        raise UserError("A file is one text of no language. Leave out --language, or name a --corpus.")
    return {ALL: [read_text(options.file)]}, None


def _rows(options: Namespace, texts: Mapping[str, Sequence[str]], groups: Groups | None) -> list[_MeasuredRow]:
    """Every number, tokenizer by tokenizer."""
    tokenizers = [open_tokenizer(spec) for spec in options.tokenizer]
    reference = open_tokenizer(options.reference) if options.reference is not None else None
    segmenter = SEGMENTERS.get(options.segmenter)
    inner = sorted((one for one in METRICS.all().values() if LANGUAGES not in one.needs), key=lambda one: one.order)
    found: list[list[_MeasuredRow]] = [[] for _ in tokenizers]
    counts: list[list[Evidence]] = [[] for _ in tokenizers]
    for code, sentences in texts.items():
        units = [units_of(sentence, segmenter, _FIND_WORDS) for sentence in sentences]  # the same for every tokenizer
        against = [reference.segment(sentence) for sentence in sentences] if reference is not None else None
        for k, tokenizer in enumerate(tokenizers):
            cut = [tokenizer.segment(sentence) for sentence in sentences]
            marks = bare(tokenizer, sentences) if options.corpus is not None else None
            evidence = of_sentences(cut, tokenizer.info.n_vocabulary, against, units, groups, marks)
            found[k] += _of(evidence, inner, options.tokenizer[k], code)
            counts[k].append(replace(evidence, segmentations=None, known_units=None))  # counts are small, tokens not
    if options.corpus is not None:
        for k, seen in enumerate(counts):
            over = of_languages(seen, _masked(seen))
            found[k] += _of(over, [*shown("languages").values()], options.tokenizer[k], ALL)
    return [row for rows in found for row in rows]


def _masked(seen: Sequence[Evidence]) -> list[int]:
    """Languages with so many unknown tokens that their cost says nothing, as in premiums."""
    return [n for n, one in enumerate(seen) if one.unknown.sum() > MAX_UNKNOWN * one.tokens.sum()]


def _of(evidence: Evidence, chosen: Sequence[Metric], tokenizer: str, language: str) -> list[_MeasuredRow]:
    """Metrics of one tokenizer on one language, or over several."""
    values = measured(chosen, evidence)
    return [_MeasuredRow(tokenizer, language, one, values[one.key]) for one in chosen]


def _document(row: _MeasuredRow) -> dict[str, object]:
    return {
        "tokenizer": row.tokenizer,
        "language": row.language,
        "metric": row.metric.key,
        "value": _plain(row.value.number),
        "low": _plain(row.value.low),
        "high": _plain(row.value.high),
        "reason": row.value.reason,
    }


def _line(row: _MeasuredRow) -> list[str]:
    interval = "" if isnan(row.value.low) else f"{_shown(row.value.low)} – {_shown(row.value.high)}"
    label = row.metric.definition.label
    return [row.tokenizer, row.language, label, _shown(row.value.number), interval, row.value.reason]


def _plain(number: float) -> float | None:
    """JSON has no NaN: a number that is undefined is null, with a reason beside it."""
    return None if isnan(number) else number


def _shown(number: float) -> str:
    return "–" if isnan(number) else count(number) if isinstance(number, int) else f"{number:.3f}"


COMMAND = Command(
    key="measure",
    summary="every metric of tokenizers, on a text or on parallel text",
    details=(
        "Fertility, bytes per token, entropy and all other metrics, each defined in the README. With --file the text "
        "is one, and its language is empty; with --corpus every language is measured by itself, and then, with an "
        "empty language, all of them together. Special tokens are not added. With ten sentences or more numbers have "
        "95 % intervals: from resampling sentences, or groups of them where they are known (1,000 draws, seed 0), or, "
        "for numbers of all sentences together such as an entropy, from leaving out one at a time. A number that "
        "cannot be given is null with a reason."
    ),
    arguments=_arguments,
    run=_run,
)
