"""`vocabulary`: what the entries of a tokenizer are made of, and what is the matter with some."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.cli.base import Command, print_json, table, whole
from core.cli.inputs import read_text
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.corpora.corpus import open_corpus
from core.text.languages import language
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.tokenizer import Tokenizer
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.characters import LanguageCharacters, Spelled, characters_of_languages
from core.vocabulary.classes import CLASSES, LABELS, classes_of
from core.vocabulary.digits import Digits, digits
from core.vocabulary.entries import Entries, ModelRows, TokenCounts, entries_of
from core.vocabulary.incomplete_pairs import tried_pairs
from core.vocabulary.model_rows import rows_of_model
from core.vocabulary.token_counts import count_corpus_tokens, count_tokens

N_EXAMPLES, N_LANGUAGES = 5, 10  # in the tables for people


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as mistral:tekken")
    counted, rows = parser.add_mutually_exclusive_group(), parser.add_mutually_exclusive_group()
    counted.add_argument(
        "--corpus", default="sample", metavar="SPEC", help="count tokens on it, such as flores200#dev (default: sample)"
    )
    counted.add_argument("--text", metavar="FILE", help="count tokens on a text of your own instead")
    rows.add_argument("--model", metavar="FOLDER", help="compare ids with the rows of this model, by its config.json")
    rows.add_argument("--rows", type=whole, metavar="N", help="compare ids with this many rows of an embedding")
    parser.add_argument("--ids", action="store_true", help="list the ids that each audit found, in JSON")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    entries = entries_of(open_tokenizer(options.tokenizer))
    entries = replace(entries, counts=_counts(options, entries.tokenizer), rows=_rows(options))
    found = {key: audit.find(entries) for key, audit in AUDITS.all().items()}
    counted = np.bincount(classes_of(entries) + 1, minlength=len(CLASSES) + 1)[1:].tolist()
    classes = dict(zip(CLASSES, counted, strict=True))
    characters = characters_of_languages(entries)
    if options.json:
        print_json(
            _document(options, entries, found, classes, digits(entries)) | {"characters": _lettering(characters)}
        )
    else:
        print(_readable(options.tokenizer, entries, found, classes, digits(entries)))
        print(f"\n{_poorest(characters)}")


def _counts(options: Namespace, tokenizer: Tokenizer) -> TokenCounts:
    if options.text is not None:
        return count_tokens(tokenizer, read_text(options.text).splitlines(keepends=True), shown(options.text))
    return count_corpus_tokens(tokenizer, open_corpus(options.corpus))


def _rows(options: Namespace) -> ModelRows | None:
    if options.rows is not None and options.rows < 1:
        raise UserError(f"--rows {count(options.rows)} is no number of rows. Give 1 or more.")
    if options.rows is not None:
        return ModelRows(options.rows, "The model")
    return rows_of_model(Path(options.model)) if options.model else None


def _lettering(characters: Mapping[str, LanguageCharacters]) -> dict[str, object]:
    """By language how many characters are written how, and which are missing, with their tokens."""
    return {
        code: {
            **{how.name.lower(): one.count(how) for how in Spelled},
            "missing": {character: written.n_tokens for character, written in one.missing.items()},
        }
        for code, one in characters.items()
    }


def _poorest(characters: Mapping[str, LanguageCharacters]) -> str:
    """The languages with the largest share of missing characters, as a table."""
    worst = sorted(characters.values(), key=lambda one: -one.share_missing)[:N_LANGUAGES]
    rows = [["language", "characters", "missing", "such as"]]
    rows += [
        [language(c.code).label, f"{len(c.written)}", f"{c.share_missing:.0%}", " ".join([*c.missing][:N_EXAMPLES])]
        for c in worst
    ]
    return table(rows, right={1, 2})


def _document(
    options: Namespace, entries: Entries, found: dict[str, Finding], classes: dict[str, int], numbers: Digits
) -> dict[str, object]:
    groups = {
        key: {name: ids.tolist() if options.ids else len(ids) for name, ids in one.by_group.items()}
        for key, one in found.items()
    }
    return {
        "tokenizer": options.tokenizer,
        "fingerprint": entries.tokenizer.info.fingerprint,
        "n": len(entries),
        **{key: None if one.unavailable else len(one.ids) for key, one in found.items()},
        "counted_on": entries.counts and entries.counts.of,
        "groups": groups,
        **({"pairs": tried_pairs(entries).tolist()} if options.ids else {}),
        "remarks": {key: said for key, one in found.items() if (said := one.unavailable or one.remark)},
        "classes": classes,
        "digits": {
            "one_token": [int(one.sum()) for one in numbers.one_token],
            "splits": {str(n): dict(ways) for n, ways in numbers.splits.items()},
            "match": {str(n): numbers.match(n) for n in numbers.splits},
        },
    }


def _readable(spec: str, entries: Entries, found: dict[str, Finding], classes: dict[str, int], numbers: Digits) -> str:
    audits = [["audit", "ids", "what", "such as"]]
    for key, one in found.items():
        label = AUDITS.get(key).definition.label
        audits += [
            [label, count(len(ids)), name, _examples(entries, ids.tolist())] for name, ids in one.by_group.items()
        ]
        audits += [[label, "–" if one.unavailable else "0", one.unavailable, ""]] if not one.by_group else []
    made_of = [["class", "ids", "share"]]
    made_of += [[LABELS[key], count(n), f"{n / len(entries):.1%}"] for key, n in classes.items()]
    ways = [["digits", "one token", "splits"]]
    for n, alone in enumerate(numbers.one_token, 1):
        ways.append(
            [str(n), count(alone.sum()), ", ".join(f"{way}: {count(k)}" for way, k in numbers.splits[n].items())]
        )
    head = f"{spec}: {count(len(entries))} ids"
    return "\n\n".join([head, table(audits, right={1}), table(made_of, right={1, 2}), table(ways, right={0, 1})])


def _examples(entries: Entries, ids: list[int]) -> str:
    return " ".join(shown(entries.pieces[i].decode(errors="backslashreplace")) for i in ids[:N_EXAMPLES])


COMMAND = Command(
    key="vocabulary",
    summary="what a vocabulary is made of, and what in it is broken",
    details=(
        "Counts the entries that are parts of characters, that no text is cut into, that no merge makes, that are "
        "written twice, that look like special tokens, and ids without an entry; on a text, which are hardly ever left "
        "by merging and which never occur; with --model or --rows, ids beyond a model's rows; what all entries are "
        "made of, in Qtok's twelve classes; how all numbers of one to four digits are split; and which characters of "
        "each language are not one token. With --ids and --json the ids are listed. A tokenizer that cuts by a rule "
        "has no vocabulary, and says so."
    ),
    arguments=_arguments,
    run=_run,
)
