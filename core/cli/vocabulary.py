"""`vocabulary`: what the entries of a tokenizer are made of, and what is the matter with some."""

from argparse import ArgumentParser, Namespace

import numpy as np

from core.cli.base import Command, print_json, table
from core.common.errors import shown
from core.tokenizers.catalog import open_tokenizer
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.classes import CLASSES, LABELS, classes_of
from core.vocabulary.digits import Digits, digits
from core.vocabulary.entries import Entries, entries_of

N_EXAMPLES = 5  # in the table for people


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--tokenizer", required=True, metavar="SPEC", help="such as mistral:tekken")
    parser.add_argument("--ids", action="store_true", help="list the ids that each audit found, in JSON")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    entries = entries_of(open_tokenizer(options.tokenizer))
    found = {key: audit.find(entries) for key, audit in AUDITS.all().items()}
    counted = np.bincount(classes_of(entries) + 1, minlength=len(CLASSES) + 1)[1:].tolist()
    classes = dict(zip(CLASSES, counted, strict=True))
    if options.json:
        print_json(_document(options, entries, found, classes, digits(entries)))
    else:
        print(_readable(options.tokenizer, entries, found, classes, digits(entries)))


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
        **{key: len(one.ids) for key, one in found.items()},
        "groups": groups,
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
            [label, f"{len(ids):,}", name, _examples(entries, ids.tolist())] for name, ids in one.by_group.items()
        ]
        audits += [[label, "0", "", ""]] if not one.by_group else []
    made_of = [["class", "ids", "share"]]
    made_of += [[LABELS[key], f"{n:,}", f"{n / len(entries):.1%}"] for key, n in classes.items()]
    ways = [["digits", "one token", "splits"]]
    for n, whole in enumerate(numbers.one_token, 1):
        ways.append([str(n), f"{whole.sum():,}", ", ".join(f"{way}: {k:,}" for way, k in numbers.splits[n].items())])
    head = f"{spec}: {len(entries):,} ids"
    return "\n\n".join([head, table(audits, right={1}), table(made_of, right={1, 2}), table(ways, right={0, 1})])


def _examples(entries: Entries, ids: list[int]) -> str:
    return " ".join(shown(entries.pieces[i].decode(errors="backslashreplace")) for i in ids[:N_EXAMPLES])


COMMAND = Command(
    key="vocabulary",
    summary="what a vocabulary is made of, and what in it is broken",
    details=(
        "Counts the entries that are parts of characters, that no text is cut into, that are written twice, that look "
        "like special tokens, and ids without an entry; what all entries are made of, in Qtok's twelve classes; and "
        "how all numbers of one to four digits are split. With --ids and --json the ids are listed. A tokenizer that "
        "cuts by a rule has no vocabulary, and says so."
    ),
    arguments=_arguments,
    run=_run,
)
